import { openTimeOf, stepOpenTime } from '@uptick/readmodel'
import type { CandleInterval } from './market-data.ts'

/** First µs of the interval that contains `time` (µs since 1970), in a time zone of that offset (µs) from UTC. */
export function intervalStart(interval: CandleInterval, time: number, offset = 0): number {
  return openTimeOf(interval, time, offset)
}

/** First µs after the interval that starts at `start`. */
export function intervalEnd(interval: CandleInterval, start: number, offset = 0): number {
  return stepOpenTime(interval, start, 1, offset)
}
