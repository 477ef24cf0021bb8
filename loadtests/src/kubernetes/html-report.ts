import { element } from '../element.ts'
import { escaped, list, page } from '../prove/page.ts'
import { columns } from '../prove/text-report.ts'
import { timePlots } from '../prove/time-plots.ts'
import { PATIENCE_MS } from '../story/story.ts'
import { actShortcomings, type Act } from './act.ts'
import { lanePlot, type Lane } from './lane-plot.ts'
import type { PodState } from './pod-lanes.ts'

const COLOURS: Readonly<Record<PodState, string>> = {
  pending: '#e0e0e0',
  unready: '#ffcc80',
  ready: '#a5d6a7',
  leaving: '#ef9a9a',
}
const LEADER_COLOURS = ['#90caf9', '#ce93d8', '#ffe082', '#80cbc4']
const MARK_COLOURS = ['#7a5195', '#ef8a17', '#00838f', '#c2185b', '#558b2f', '#5d4037', '#1565c0', '#9e9d24']

/** The acts as one self-contained page. @param wrong as for the terminal @param load the requested load */
export function htmlReport(acts: readonly Act[], wrong: readonly string[], load: string): string {
  const verdict = wrong.length === 0 ? 'Proved: everything held.' : 'Not proved.'
  return page(
    'Uptick: replaced and broken on Kubernetes',
    `<h1>Replaced and broken on Kubernetes, under load</h1>
<p class="${wrong.length === 0 ? 'good' : 'bad'}">${verdict}</p>
${list('Not reached', wrong)}
${table(acts)}
<p>${escaped(load)} A request that was late (over ${PATIENCE_MS / 1000} seconds) or not begun counts as failed; nothing was sent twice. Gap: a hole in a
numbered stream. Longest gap: the longest time without a success. Hold: the longest that any request took that was on its way
while the leader changed. The control is the roll of the gateways with the drain switched off, and has to fail.</p>
<p>Pods: ${Object.entries(COLOURS)
      .map(([state, colour]) => `<span style="background:${colour}">&nbsp;${state}&nbsp;</span>`)
      .join(' ')}</p>
${acts.map((act) => section(act)).join('\n')}`,
  )
}

function table(acts: readonly Act[]): string {
  const head = columns.map(([title]) => `<th>${title}</th>`).join('')
  const rows = acts.map((act) => {
    const mark = actShortcomings(act).length === 0 ? '' : ' class="bad"'
    return `<tr${mark}>${columns.map(([, read]) => `<td>${escaped(read(act.row))}</td>`).join('')}</tr>`
  })
  return `<table><tr>${head}</tr>${rows.join('')}</table>`
}

function section(act: Act): string {
  const { scenario, timeline, log, findings, result, facts } = act
  const [from, to] = [timeline.stretches[0]?.from ?? 0, timeline.stretches.at(-1)?.to ?? 0]
  const seconds = Math.max(1, (to - from) / 1000)
  const labels = [...new Set(timeline.marks.map(({ label }) => label))]
  const colourOf = (label: string): string => element(MARK_COLOURS, labels.indexOf(label) % MARK_COLOURS.length)
  const marks = timeline.marks.map(({ at, label }) => ({ second: (at - from) / 1000, label, colour: colourOf(label) }))
  const key = labels.map((label) => `<span><b style="color:${colourOf(label)}">┆</b> ${escaped(label)}</span>`)
  const { story, dropped } = result
  const counts: [string, string][] = [
    ...facts.map(([name, value]): [string, string] => [name, value]),
    ['orders acknowledged', String(story.told.count('acknowledged'))],
    ['orders refused', String(story.told.count('refused'))],
    ['orders of unknown fate', String(story.told.count('unknown'))],
    ['cancels acknowledged', String(story.told.cancelled.size)],
    ['private events received', String(story.events)],
    ['requests not begun when they were due', String(dropped)],
    ['WebSockets that ended', [...story.closed].map(([code, count]) => `${count} with ${code}`).join(', ') || 'none'],
  ]
  return `<h2 id="${scenario.name}">${escaped(scenario.name)}: ${escaped(scenario.what)}</h2>
<p class="key">${key.join('')}</p>
${timePlots(log, from, to, marks)}
${lanePlot('Leader', [leaderLane(act, from, to)], seconds)}
${lanePlot('Pods', podLanes(act, from, to), seconds)}
<table>${counts.map(([name, value]) => `<tr><td>${escaped(name)}</td><td>${escaped(value)}</td></tr>`).join('')}</table>
${list(
  'Findings',
  findings.map(({ kind, text }) => `${kind}: ${text}`),
)}
${list('Error answers, none, or late', story.errors)}`
}

function leaderLane({ led }: Act, from: number, to: number): Lane {
  const names = [...new Set(led.map(({ leader }) => leader ?? ''))].filter((name) => name !== '')
  const stretches = led.flatMap(({ leader, from: since }, index) => {
    if (leader === undefined) return []
    const colour = element(LEADER_COLOURS, names.indexOf(leader) % LEADER_COLOURS.length)
    return [{ from: (since - from) / 1000, to: ((led[index + 1]?.from ?? to) - from) / 1000, colour, title: leader }]
  })
  return { name: names.join(', '), stretches }
}

function podLanes({ lanes }: Act, from: number, to: number): Lane[] {
  return lanes.between(from, to).map(({ name, stretches }) => ({
    name,
    stretches: stretches.map((stretch) => ({
      from: (stretch.from - from) / 1000,
      to: ((stretch.to ?? to) - from) / 1000,
      colour: COLOURS[stretch.state],
      title: stretch.state,
    })),
  }))
}
