import { intervalEnd, intervalStart } from '../market/intervals.ts'
import type { CandleInterval } from '../market/market-data.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { candlePayload } from './payloads.ts'
import type { Render } from './message.ts'

/** Candles that are told as over in one go: who is further behind goes on with the last of them. */
const CLOSED_TOLD_MAX = 60
const SECOND = 1_000_000
/** So long after the end of a candle (µs) the leader is asked for its time: where others trade, they move it before. */
const PATIENCE = 100_000

/** Where a stream of candles stands, and where it is told. */
export interface CandlePlace {
  /** Opening time of the candle that is open there, µs; NaN before the first. */
  mark: number
  /** Its trades. */
  count: number
  /** Tell the candle in progress at once, changed or not. */
  isUrgent: boolean
  publish(render: Render): void
}

/** Which candles; `offset` of their time zone from UTC in µs. */
interface CandleStream {
  readonly interval: CandleInterval
  readonly offset: number
}

/** `now` in µs. */
interface Tick {
  readonly now: number
  readonly newSecond: boolean
}

/**
 * Whether a stream of candles may have something to say at a tick; asks for the leader's time where that holds it up. It
 * begins once the journal's time is known to be about the present.
 */
export function areCandlesDue(
  market: SymbolMarket,
  place: CandlePlace,
  { interval, offset }: CandleStream,
  { now, newSecond }: Tick,
): boolean {
  const { journal } = market
  if (Number.isNaN(place.mark)) {
    if (journal.isFresh(now)) return true
    journal.want()
    return false
  }
  const end = intervalEnd(interval, place.mark, offset)
  if (end <= journal.time) return true
  if (end + PATIENCE <= now) journal.want()
  return newSecond || place.isUrgent
}

/**
 * The candle in progress when it changed (once a second for `1s`, else every other second), and each once more when it is
 * over (`x` true), at the next tick. It is over when the journal's time has reached its end, whatever the clocks say: a
 * trade of that time may still be on its way, and none can come afterwards.
 */
export function publishCandles(market: SymbolMarket, place: CandlePlace, stream: CandleStream, tick: Tick): void {
  if (!areCandlesDue(market, place, stream, tick)) return
  const { interval, offset } = stream
  const { now, newSecond } = tick
  const { time } = market.journal
  const isUpdated = newSecond && (interval === '1s' || Math.floor(now / SECOND) % 2 === 0)
  const oldest = oldestTold(stream, time)
  let openTime = Number.isNaN(place.mark) ? intervalStart(interval, time, offset) : place.mark
  while (openTime <= time) {
    const candle = market.candleAt(interval, openTime, offset)
    const end = intervalEnd(interval, openTime, offset)
    const closed = end <= time
    if (candle) {
      const isNew = openTime !== place.mark
      if (!closed && !isNew && !place.isUrgent && (!isUpdated || candle.count === place.count)) break
      place.publish((unit) => candlePayload(market, candle, closed, now, unit))
      place.mark = closed ? end : openTime
      place.count = closed ? -1 : candle.count
      if (!closed) place.isUrgent = false
    }
    openTime = closed ? Math.max(end, oldest) : Number.POSITIVE_INFINITY
  }
}

/** Where the oldest candle opens that is still told. */
function oldestTold({ interval, offset }: CandleStream, time: number): number {
  let openTime = intervalStart(interval, time, offset)
  for (let i = 0; i < CLOSED_TOLD_MAX; i++) openTime = intervalStart(interval, openTime - 1, offset)
  return openTime
}
