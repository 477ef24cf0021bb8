import { openTimeOf, stepOpenTime } from './intervals.ts'
import type { CandleInterval } from './intervals.ts'
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
}

/**
 * Candles without holes, oldest first, from the market's first trade on. Without a start, the last `limit`; with one, the
 * first. Where nothing was traded, the candle is flat at the close before it.
 */
export async function readFilledCandles(db: Queryable, shard: number, filter: CandleFilter): Promise<Candle[]> {
  const { symbol, interval, startTime, endTime = Number.MAX_SAFE_INTEGER, now, limit } = filter
  const earliest = await readEarliestCandle(db, shard, symbol, interval)
  const last = openTimeOf(interval, Math.min(endTime, now))
  if (earliest === undefined || last < earliest || limit < 1) return []
  const first =
    startTime === undefined
      ? Math.max(stepOpenTime(interval, last, 1 - limit), earliest)
      : Math.max(roundedUp(interval, startTime), earliest)
  if (first > last) return []
  const until = Math.min(last, stepOpenTime(interval, first, limit - 1))
  const traded = await readCandles(db, shard, symbol, interval, first, until)
  const [before] = await readCandlesBefore(db, shard, symbol, interval, first, 1)
  return filled(interval, traded, before?.close ?? traded[0]?.open ?? 0, first, until)
}

function filled(interval: CandleInterval, traded: readonly Candle[], before: number, first: number, until: number) {
  const candles: Candle[] = []
  let close = before
  let next = 0
  for (let openTime = first; openTime <= until; openTime = stepOpenTime(interval, openTime, 1)) {
    const there = traded.at(next)
    if (there?.openTime === openTime) next++
    const candle = there?.openTime === openTime ? there : flatCandle(interval, openTime, close)
    candles.push(candle)
    close = candle.close
  }
  return candles
}

/** A candle in which nothing was traded. */
export function flatCandle(interval: CandleInterval, openTime: number, price: number): Candle {
  return {
    interval,
    openTime,
    endTime: stepOpenTime(interval, openTime, 1),
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

function roundedUp(interval: CandleInterval, time: number): number {
  const openTime = openTimeOf(interval, time)
  return openTime === time ? time : stepOpenTime(interval, openTime, 1)
}
