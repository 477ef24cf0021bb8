import { binned } from './bins.ts'
import type { ProveOptions } from './options.ts'
import { plot, type PlotMark } from './plot.ts'
import type { Proof } from './proof.ts'
import { holdsOf, quantile, shortcomings } from './rows.ts'
import type { SampleLog } from './sample-log.ts'
import { columns } from './text-report.ts'
import type { Timeline } from './timeline.ts'
import { failuresOf } from './verdict.ts'

const COLOURS = ['#7a5195', '#ef8a17', '#00838f', '#c2185b', '#558b2f', '#5d4037', '#1565c0', '#9e9d24']
const FINDINGS_SHOWN_MAX = 200

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:1140px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;margin:1em 0;font-variant-numeric:tabular-nums}td,th{padding:.3em .7em;text-align:right;
border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}.bad{color:#b00020;font-weight:600}
.good{color:#2e7d32;font-weight:600}svg{width:100%;height:auto;margin:.4em 0;font-size:11px;fill:#555}
svg .title{font-size:13px;fill:#222}.grid{stroke:#e4e4e4}.mark{stroke-width:1;stroke-dasharray:3 3}
.key span{margin-right:1.2em}ul{padding-left:1.2em}`

/** The proof as one page that needs nothing else. */
export function htmlReport(proof: Proof, options: ProveOptions): string {
  const { findings, log, timeline, errors, facts } = proof
  const wrong = failuresOf(proof)
  const from = timeline.stretches[0]?.from ?? 0
  const to = timeline.stretches.at(-1)?.to ?? from
  const labels = [...new Set(timeline.marks.map(({ label }) => label))]
  const colourOf = (label: string): string => COLOURS[labels.indexOf(label) % COLOURS.length]!
  const marks = timeline.marks.map(({ at, label }) => ({ second: (at - from) / 1000, label, colour: colourOf(label) }))
  const key = labels.map((label) => `<span><b style="color:${colourOf(label)}">┆</b> ${escaped(label)}</span>`)
  const list = (title: string, items: readonly string[]): string =>
    items.length === 0
      ? ''
      : `<h2>${title}</h2><ul>${items
          .slice(0, FINDINGS_SHOWN_MAX)
          .map((item) => `<li>${escaped(item)}</li>`)
          .join('')}</ul>`
  const shown = [
    ...facts,
    ['load', `${options.rate} requests a second over ${options.connections} kept connections, seed ${options.seed}`],
  ] as const
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Uptick: replaced under load</title><style>${style}</style>
<h1>Replaced under load</h1>
<p class="${wrong.length === 0 ? 'good' : 'bad'}">${wrong.length === 0 ? 'Proved: everything held.' : 'Not proved.'}</p>
${list('Not reached', wrong)}
${rowTable(proof)}
<p>A request that was late (over a second) or not sent counts as failed; nothing was sent twice. Gap: a hole in a numbered
stream. Longest gap: the longest time without a success. Hold: the longest that any request took that was on its way while
the leader changed.</p>
<p class="key">${key.join('')}</p>
${plots(log, from, to, marks)}
<h2>Latency before, during and after a change of leader</h2>
${latencyTable(log, timeline)}
<h2>Counts</h2>
<table>${shown.map(([name, value]) => `<tr><td>${name}</td><td>${escaped(value)}</td></tr>`).join('')}</table>
${list(
  'Findings',
  findings.map(({ kind, text }) => `${kind}: ${text}`),
)}
${list('Error answers', errors)}
</html>
`
}

function rowTable({ rows }: Proof): string {
  const head = columns.map(([title]) => `<th>${title}</th>`).join('')
  const body = rows.map((row) => {
    const mark = shortcomings(row).length === 0 ? '' : ' class="bad"'
    return `<tr${mark}>${columns.map(([, read]) => `<td>${escaped(read(row))}</td>`).join('')}</tr>`
  })
  return `<table><tr>${head}</tr>${body.join('')}</table>`
}

function plots(log: SampleLog, from: number, to: number, marks: readonly PlotMark[]): string {
  const bins = binned(log, from, to)
  const seconds = (to - from) / 1000
  const requests = plot({
    title: 'Requests',
    unit: 'a second',
    seconds,
    marks,
    series: [
      { name: 'fine', colour: '#2e7d32', kind: 'area', points: bins.map((bin) => [bin.second, bin.okPerSecond]) },
    ],
  })
  const failures = plot({
    title: 'Failures',
    unit: 'a second',
    seconds,
    marks,
    series: [
      { name: 'failed', colour: '#b00020', kind: 'bars', points: bins.map((bin) => [bin.second, bin.failedPerSecond]) },
    ],
  })
  const latency = plot({
    title: 'Latency from when it was due',
    unit: 'ms',
    seconds,
    marks,
    logarithmic: true,
    series: [
      { name: 'worst', colour: '#bdbdbd', kind: 'line', points: bins.map((bin) => [bin.second, bin.worst]) },
      { name: 'p99', colour: '#ef8a17', kind: 'line', points: bins.map((bin) => [bin.second, bin.p99]) },
      { name: 'p50', colour: '#1565c0', kind: 'line', points: bins.map((bin) => [bin.second, bin.p50]) },
    ],
  })
  return [requests, failures, latency].join('\n')
}

const AROUND_MS = 1_000

/** Of all changes of leader of a scenario: the second before, the change, the second after. */
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

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
