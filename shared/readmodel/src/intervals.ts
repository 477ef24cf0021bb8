/** Intervals of candles. Their names are stored: never rename one. */
export const CANDLE_INTERVALS = [
  '1s',
  '1m',
  '3m',
  '5m',
  '15m',
  '30m',
  '1h',
  '2h',
  '4h',
  '6h',
  '8h',
  '12h',
  '1d',
  '3d',
  '1w',
  '1M',
] as const
export type CandleInterval = (typeof CANDLE_INTERVALS)[number]

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** 1970-01-01 was a Thursday; weeks start on Monday. */
const FIRST_MONDAY = 4 * DAY

/** µs of every interval that has a fixed length; 0 for the calendar month. */
const LENGTHS: Readonly<Record<CandleInterval, number>> = {
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
  '1M': 0,
}

/**
 * Open time (µs since 1970) of the candle that contains `time`. `offset` (µs) is that of the time zone in which days, hours
 * and months begin, ahead of UTC.
 */
export function openTimeOf(interval: CandleInterval, time: number, offset = 0): number {
  const local = time + offset
  if (interval === '1M') return monthStart(local, 0) - offset
  const length = LENGTHS[interval]
  const origin = interval === '1w' ? FIRST_MONDAY - 7 * DAY : 0
  const since = (local - origin) % length
  return time - (since < 0 ? since + length : since)
}

/** Open time of the candle `count` after (before, if negative) the one that opens at `openTime`. */
export function stepOpenTime(interval: CandleInterval, openTime: number, count: number, offset = 0): number {
  if (interval === '1M') return monthStart(openTime + offset, count) - offset
  return openTime + count * LENGTHS[interval]
}

/** Whether candles of the interval open at other moments in a time zone of that offset (µs) than in UTC. */
export function isShifted(interval: CandleInterval, offset: number): boolean {
  return interval === '1M' ? offset !== 0 : offset % LENGTHS[interval] !== 0
}

function monthStart(time: number, offset: number): number {
  const date = new Date(Math.floor(time / 1000))
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset) * 1000
}
