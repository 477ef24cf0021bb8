import { element } from '../element.ts'
import { PATIENCE_MS, type ProveOptions } from './options.ts'
import { escaped, list, page } from './page.ts'
import type { Proof } from './proof.ts'
import { holdsOf, quantile, shortcomings } from './rows.ts'
import type { SampleLog } from './sample-log.ts'
import { columns } from './text-report.ts'
import { timePlots } from './time-plots.ts'
import type { Timeline } from './timeline.ts'
import { failuresOf } from './verdict.ts'

const COLOURS = ['#7a5195', '#ef8a17', '#00838f', '#c2185b', '#558b2f', '#5d4037', '#1565c0', '#9e9d24']

/** The proof as one self-contained page. */
export function htmlReport(proof: Proof, options: ProveOptions): string {
  const { findings, log, timeline, errors, facts } = proof
  const wrong = failuresOf(proof)
  const from = timeline.stretches[0]?.from ?? 0
  const to = timeline.stretches.at(-1)?.to ?? from
  const labels = [...new Set(timeline.marks.map(({ label }) => label))]
  const colourOf = (label: string): string => element(COLOURS, labels.indexOf(label) % COLOURS.length)
  const marks = timeline.marks.map(({ at, label }) => ({ second: (at - from) / 1000, label, colour: colourOf(label) }))
  const key = labels.map((label) => `<span><b style="color:${colourOf(label)}">┆</b> ${escaped(label)}</span>`)
  const shown = [
    ...facts,
    ['load', `${options.rate} requests a second over ${options.connections} kept connections, seed ${options.seed}`],
  ] as const
  return page(
    'Uptick: replaced under load',
    `<h1>Replaced under load</h1>
<p class="${wrong.length === 0 ? 'good' : 'bad'}">${wrong.length === 0 ? 'Proved: everything held.' : 'Not proved.'}</p>
${list('Not reached', wrong)}
${rowTable(proof)}
<p>A request that was late (over ${PATIENCE_MS / 1_000} s) or not sent counts as failed; nothing was sent twice. Gap: a hole in a numbered
stream. Longest gap: the longest time without a success. Hold: the longest that any request took that was on its way while
the leader changed.</p>
<p class="key">${key.join('')}</p>
${timePlots(log, from, to, marks)}
<h2>Latency before, during and after a change of leader</h2>
${latencyTable(log, timeline)}
<h2>Counts</h2>
<table>${shown.map(([name, value]) => `<tr><td>${name}</td><td>${escaped(value)}</td></tr>`).join('')}</table>
${list(
  'Findings',
  findings.map(({ kind, text }) => `${kind}: ${text}`),
)}
${list('Error answers', errors)}`,
  )
}

function rowTable({ rows }: Proof): string {
  const head = columns.map(([title]) => `<th>${title}</th>`).join('')
  const body = rows.map((row) => {
    const mark = shortcomings(row).length === 0 ? '' : ' class="bad"'
    return `<tr${mark}>${columns.map(([, read]) => `<td>${escaped(read(row))}</td>`).join('')}</tr>`
  })
  return `<table><tr>${head}</tr>${body.join('')}</table>`
}

const AROUND_MS = 1_000

/** For all changes of leader of a scenario: the second before, the change, the second after. */
function latencyTable(log: SampleLog, timeline: Timeline): string {
  const names = [...new Set(timeline.changes.map(({ scenario }) => scenario))]
  const lines = names.map((name) => {
    const changes = timeline.changes.filter(({ scenario }) => scenario === name)
    const parts = [
      changes.map(({ from }) => [from - AROUND_MS, from] as const),
      changes.map(({ from, to }) => [from, to] as const),
      changes.map(({ to }) => [to, to + AROUND_MS] as const),
    ].map((spans) => {
      const found = latenciesIn(log, spans)
      return `<td>${quantile(found, 0.5).toFixed(1)}</td><td>${quantile(found, 0.99).toFixed(1)}</td>`
    })
    const holds = holdsOf(name, log, timeline)
    return `<tr><td>${name}</td><td>${holds.length}</td>${parts.join('')}</tr>`
  })
  return `<table><tr><th></th><th>changes</th><th>before p50</th><th>p99</th><th>during p50</th><th>p99</th><th>after p50</th><th>p99 ms</th></tr>${lines.join('')}</table>`
}

function latenciesIn(log: SampleLog, spans: readonly (readonly [from: number, to: number])[]): number[] {
  const found: number[] = []
  for (let index = 0; index < log.length; index++) {
    const due = log.due(index)
    if (log.answered(index) && spans.some(([from, to]) => due >= from && due < to)) found.push(log.latency(index))
  }
  return found
}
