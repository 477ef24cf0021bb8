import { binned } from './bins.ts'
import { plot, type PlotMark } from './plot.ts'
import type { SampleLog } from './sample-log.ts'

/** Requests, failures and latency over time, as SVG. @param from and to by the clock of the log */
export function timePlots(log: SampleLog, from: number, to: number, marks: readonly PlotMark[]): string {
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
