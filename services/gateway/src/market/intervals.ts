import { openTimeOf, stepOpenTime } from '@uptick/readmodel'
import type { CandleInterval } from './market-data.ts'

/** First µs of the interval that contains `time` (µs since 1970, UTC). */
export function intervalStart(interval: CandleInterval, time: number): number {
  return openTimeOf(interval, time)
}

/** First µs after the interval that starts at `start`. */
export function intervalEnd(interval: CandleInterval, start: number): number {
  return stepOpenTime(interval, start, 1)
}
