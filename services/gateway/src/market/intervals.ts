import type { CandleInterval } from './market-data.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 1970-01-01 was a Thursday; weeks start on Monday. */
const FIRST_MONDAY = 4 * DAY

/** Length of the intervals that have one, in µs. A month (`1M`) is a calendar month, UTC. */
const LENGTHS: Record<Exclude<CandleInterval, '1M'>, number> = {
  '1s': SECOND,
  '1m': MINUTE,
  '3m': 3 * MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '30m': 30 * MINUTE,
  '1h': HOUR,
  '2h': 2 * HOUR,
  '4h': 4 * HOUR,
  '6h': 6 * HOUR,
  '8h': 8 * HOUR,
  '12h': 12 * HOUR,
  '1d': DAY,
  '3d': 3 * DAY,
  '1w': 7 * DAY,
}

/** First µs of the interval that contains `time` (µs since 1970, UTC). */
export function intervalStart(interval: CandleInterval, time: number): number {
  if (interval === '1M') {
    const date = new Date(time / 1000)
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) * 1000
  }
  const origin = interval === '1w' ? FIRST_MONDAY : 0
  return time - ((((time - origin) % LENGTHS[interval]) + LENGTHS[interval]) % LENGTHS[interval])
}

/** First µs after the interval that starts at `start`. */
export function intervalEnd(interval: CandleInterval, start: number): number {
  if (interval !== '1M') return start + LENGTHS[interval]
  const date = new Date(start / 1000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) * 1000
}
