import { Outcome, type SampleLog } from './sample-log.ts'
import { quantile } from './rows.ts'

/** What was measured in one stretch of even length. */
export interface Bin {
  /** Its middle, seconds since the begin. */
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
  const latencies: number[][] = Array.from({ length: count }, () => [])
  const failed = Array.from({ length: count }, () => 0)
  const fine = Array.from({ length: count }, () => 0)
  for (let index = 0; index < log.length; index++) {
    const bin = Math.floor((log.due(index) - from) / width)
    if (bin < 0 || bin >= count) continue
    if (log.outcome(index) === Outcome.OK) fine[bin]!++
    else failed[bin]!++
    if (log.answered(index)) latencies[bin]!.push(log.latency(index))
  }
  return latencies.map((values, bin) => ({
    second: ((bin + 0.5) * width) / 1000,
    okPerSecond: (fine[bin]! * 1000) / width,
    failedPerSecond: (failed[bin]! * 1000) / width,
    p50: values.length === 0 ? undefined : quantile(values, 0.5),
    p99: values.length === 0 ? undefined : quantile(values, 0.99),
    worst: values.length === 0 ? undefined : Math.max(...values),
  }))
}
