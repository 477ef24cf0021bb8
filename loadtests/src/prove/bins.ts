import { Outcome, type SampleLog } from './sample-log.ts'
import { quantile } from './rows.ts'

/** The measurements of one interval; all intervals have the same length. */
export interface Bin {
  /** Its middle, seconds since the start. */
  readonly second: number
  readonly okPerSecond: number
  readonly failedPerSecond: number
  /** Latencies in ms; undefined when nothing was answered. */
  readonly p50: number | undefined
  readonly p99: number | undefined
  readonly worst: number | undefined
}

const BINS_MAX = 400
const BIN_MS_MIN = 250

/** The samples in bins by the time at which they were due. */
export function binned(log: SampleLog, from: number, to: number): Bin[] {
  const width = Math.max(BIN_MS_MIN, (to - from) / BINS_MAX)
  const count = Math.max(1, Math.ceil((to - from) / width))
  const bins = Array.from({ length: count }, () => ({ fine: 0, failed: 0, latencies: [] as number[] }))
  for (let index = 0; index < log.length; index++) {
    const bin = bins[Math.floor((log.due(index) - from) / width)]
    if (bin === undefined) continue
    if (log.outcome(index) === Outcome.OK) bin.fine++
    else bin.failed++
    if (log.answered(index)) bin.latencies.push(log.latency(index))
  }
  return bins.map(({ fine, failed, latencies: values }, place) => ({
    second: ((place + 0.5) * width) / 1000,
    okPerSecond: (fine * 1000) / width,
    failedPerSecond: (failed * 1000) / width,
    p50: values.length === 0 ? undefined : quantile(values, 0.5),
    p99: values.length === 0 ? undefined : quantile(values, 0.99),
    worst: values.length === 0 ? undefined : Math.max(...values),
  }))
}
