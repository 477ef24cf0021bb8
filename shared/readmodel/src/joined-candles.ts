import { type CandleInterval, openTimeOf, stepOpenTime } from './intervals.ts'
import { type Changing, joinCandle } from './join-candle.ts'
import type { Candle } from './rows.ts'
import type { Queryable } from './sql/queryable.ts'
import { type CandlePlace, readCandleParts } from './sql/read-candles.ts'

/** What candles of other time zones are joined from, longest first. Offsets are whole minutes. */
const PARTS: readonly CandleInterval[] = ['1d', '12h', '8h', '6h', '4h', '2h', '1h', '30m', '15m', '5m', '3m', '1m']

export interface JoinedRange {
  readonly symbol: number
  readonly interval: CandleInterval
  /** Of the time zone, µs ahead of UTC. */
  readonly offset: number
  /** Open times of the first and the last candle, µs. */
  readonly first: number
  readonly last: number
  /** Nothing was traded after this, µs. */
  readonly now: number
  /** One-minute candles without a hole up to the present, which may know more than is recorded. */
  readonly minutes: readonly Candle[]
}

/** Candles with trades of a time zone other than UTC, oldest first: each joined from a dozen recorded ones or fewer. */
export async function readJoinedCandles(db: Queryable, shard: number, range: JoinedRange): Promise<Candle[]> {
  const { symbol, interval, offset, last, now, minutes } = range
  const end = Math.min(stepOpenTime(interval, last, 1, offset), now + 1)
  const places = [...placesBetween(range, end)]
  const parts = new Map<string, Candle>()
  for (const part of await readCandleParts(db, shard, symbol, places)) parts.set(keyOf(part), part)
  for (const minute of minutes) {
    if (minute.count > (parts.get(keyOf(minute))?.count ?? 0)) parts.set(keyOf(minute), minute)
  }
  const candles = new Map<number, Changing<Candle>>()
  for (const place of places) {
    const part = parts.get(keyOf(place))
    if (part === undefined || part.count === 0) continue
    const openTime = openTimeOf(interval, place.openTime, offset)
    const candle = candles.get(openTime)
    if (candle) joinCandle(candle, part)
    else candles.set(openTime, { ...part, interval, openTime, endTime: stepOpenTime(interval, openTime, 1, offset) })
  }
  return [...candles.values()]
}

/** The recorded candles that together are those of the range, in order: as long as they fit, minutes where these are known. */
function* placesBetween({ interval, offset, first, minutes }: JoinedRange, end: number): Generator<CandlePlace> {
  const fineFrom = minutes[0]?.openTime ?? Number.POSITIVE_INFINITY
  for (let open = first; open < end; open = stepOpenTime(interval, open, 1, offset)) {
    const until = stepOpenTime(interval, open, 1, offset)
    for (let at = open; at < until && at < end;) {
      const bound = at < fineFrom ? Math.min(until, fineFrom) : at
      const part = PARTS.find((one) => openTimeOf(one, at) === at && stepOpenTime(one, at, 1) <= bound) ?? '1m'
      yield { interval: part, openTime: at }
      at = stepOpenTime(part, at, 1)
    }
  }
}

function keyOf({ interval, openTime }: CandlePlace): string {
  return `${interval} ${openTime}`
}
