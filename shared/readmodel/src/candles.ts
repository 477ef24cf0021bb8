import { type CandleInterval, isShifted, openTimeOf, stepOpenTime } from './intervals.ts'
import { readJoinedCandles } from './joined-candles.ts'
import type { Candle } from './rows.ts'
import type { Queryable } from './sql/queryable.ts'
import { readCandles, readCandlesBefore, readEarliestCandle } from './sql/read-candles.ts'

export interface CandleFilter {
  readonly symbol: number
  readonly interval: CandleInterval
  /** Candles that open at or after this, µs. */
  readonly startTime?: number
  /** Candles that open at or before this, µs; in any case none opens after `now`. */
  readonly endTime?: number
  readonly now: number
  readonly limit: number
  /** Of the time zone in which the intervals begin, µs ahead of UTC, whole minutes; `startTime` and `endTime` do not depend on it. */
  readonly offset?: number
  /**
   * With an offset: the last one-minute candles of the market up to the present, without a hole, as far as they are known
   * elsewhere. They may hold trades that are not recorded yet.
   */
  readonly minutes?: readonly Candle[]
}

/**
 * Candles without holes, oldest first, from the market's first trade on. Without a start, the last `limit`; with one, the
 * first. Where nothing was traded, the candle is flat at the close before it.
 */
export async function readFilledCandles(db: Queryable, shard: number, filter: CandleFilter): Promise<Candle[]> {
  const { symbol, interval, startTime, endTime = Number.MAX_SAFE_INTEGER, offset: wanted = 0, now, limit } = filter
  const offset = isShifted(interval, wanted) ? wanted : 0
  const minutes = offset === 0 ? [] : (filter.minutes ?? [])
  const recorded = await readEarliestCandle(db, shard, symbol, offset === 0 ? interval : '1m')
  const began = recorded ?? minutes.find(({ count }) => count > 0)?.openTime
  const last = openTimeOf(interval, Math.min(endTime, now), offset)
  if (began === undefined || limit < 1) return []
  const earliest = openTimeOf(interval, began, offset)
  if (last < earliest) return []
  const first =
    startTime === undefined
      ? Math.max(stepOpenTime(interval, last, 1 - limit, offset), earliest)
      : Math.max(roundedUp(interval, startTime, offset), earliest)
  if (first > last) return []
  const until = Math.min(last, stepOpenTime(interval, first, limit - 1, offset))
  const range = { symbol, interval, offset, first, last: until, now, minutes }
  const traded =
    offset === 0
      ? await readCandles(db, shard, symbol, interval, first, until)
      : await readJoinedCandles(db, shard, range)
  const [before] = await readCandlesBefore(db, shard, symbol, offset === 0 ? interval : '1m', first, 1)
  const known = minutes.findLast(({ openTime }) => openTime < first) ?? before
  return filled(range, traded, known?.close ?? traded[0]?.open ?? 0)
}

interface FilledRange {
  readonly interval: CandleInterval
  readonly offset: number
  readonly first: number
  readonly last: number
}

function filled({ interval, offset, first, last }: FilledRange, traded: readonly Candle[], before: number): Candle[] {
  const candles: Candle[] = []
  let close = before
  let next = 0
  for (let openTime = first; openTime <= last; openTime = stepOpenTime(interval, openTime, 1, offset)) {
    const there = traded.at(next)
    if (there?.openTime === openTime) next++
    const candle = there?.openTime === openTime ? there : flatCandle(interval, openTime, close, offset)
    candles.push(candle)
    close = candle.close
  }
  return candles
}

/** A candle in which nothing was traded. */
export function flatCandle(interval: CandleInterval, openTime: number, price: number, offset = 0): Candle {
  return {
    interval,
    openTime,
    endTime: stepOpenTime(interval, openTime, 1, offset),
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 0n,
    quoteVolume: 0n,
    takerBuyVolume: 0n,
    takerBuyQuoteVolume: 0n,
    count: 0,
    firstTradeId: -1,
    lastTradeId: -1,
  }
}

function roundedUp(interval: CandleInterval, time: number, offset: number): number {
  const openTime = openTimeOf(interval, time, offset)
  return openTime === time ? time : stepOpenTime(interval, openTime, 1, offset)
}
