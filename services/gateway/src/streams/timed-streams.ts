import type { SymbolMarket } from '../market/symbol-market.ts'
import type { Render } from './channel.ts'
import {
  averagePricePayload,
  candlePayload,
  miniTickerPayload,
  partialDepthPayload,
  tickerPayload,
  windowTickerPayload,
} from './payloads.ts'
import type { CandleInterval, CandleView } from '../market/market-data.ts'
import type { StreamName } from './stream-name.ts'

/** Where a stream that follows the clock is published, and what is remembered of its last message. */
export interface TimedChannel {
  readonly name: StreamName
  mark: number
  count: number
  /** Tell the state at once, changed or not. */
  readonly isUrgent?: boolean
  publish(sequence: number, render: Render): void
}

/** A candle is declared closed this long after its end (µs) at the latest: trades on their way may still belong to it. */
const CLOSE_GRACE = 500_000
const SECOND = 1_000_000

/** Publish a stream that follows the clock, if it is due and has something new to say. */
export function publishTimed(market: SymbolMarket, channel: TimedChannel, now: number, newSecond: boolean): void {
  const { stream } = channel.name
  switch (stream.kind) {
    case 'partialDepth':
      if (newSecond || stream.speed === 100) publishPartialDepth(market, channel, stream.levels)
      break
    case 'kline':
      if (newSecond && market.warm) publishCandles(market, channel, stream.interval, now)
      break
    case 'miniTicker':
      if (newSecond && market.warm) channel.publish(market.sequence, (unit) => miniTickerPayload(market, now, unit))
      break
    case 'ticker':
      if (newSecond && market.warm) channel.publish(market.sequence, (unit) => tickerPayload(market, now, unit))
      break
    case 'windowTicker':
      if (newSecond && market.warm) {
        const { window, minutes } = stream
        channel.publish(market.sequence, (unit) => windowTickerPayload(market, window, minutes, now, unit))
      }
      break
    case 'avgPrice':
      if (newSecond && market.warm) channel.publish(market.sequence, (unit) => averagePricePayload(market, now, unit))
      break
    default:
  }
}

/** Tickers of several symbols in one message; nothing when there are none. */
export function publishMiniTickers(markets: Iterable<SymbolMarket>, channel: TimedChannel, now: number): void {
  const warm = [...markets].filter((market) => market.warm)
  if (warm.length === 0) return
  const newest = Math.max(...warm.map((market) => market.sequence))
  channel.publish(newest, (unit) => `[${warm.map((market) => miniTickerPayload(market, now, unit)).join(',')}]`)
}

function publishPartialDepth(market: SymbolMarket, channel: TimedChannel, levels: number): void {
  const { updateId, sequence } = market.book
  if (updateId < 0 || channel.mark === updateId) return
  channel.mark = updateId
  channel.publish(sequence, () => partialDepthPayload(market, levels))
}

/**
 * Candles since the one that was last published: each once more when it is over (`x` true), then the one in progress
 * when it changed (every other second, but for `1s`). `mark` is the opening time of the candle that is open for this channel, `count` its trades.
 */
function publishCandles(market: SymbolMarket, channel: TimedChannel, interval: CandleInterval, now: number): void {
  const skipUpdates = channel.isUrgent !== true && interval !== '1s' && Math.floor(now / SECOND) % 2 === 1
  const behind = interval === '1s' && channel.mark < now ? Math.ceil((now - channel.mark) / SECOND) + 1 : 0
  for (const candle of market.recentCandles(interval, behind)) {
    if (candle.openTime < channel.mark) continue
    const closed = market.time >= candle.endTime || now >= candle.endTime + CLOSE_GRACE
    const isNew = candle.openTime !== channel.mark
    if (isNew && closed && Number.isNaN(channel.mark)) continue
    if (!isNew && !closed && (skipUpdates || candle.count === channel.count)) break
    publishCandle(market, channel, candle, closed, now)
    channel.mark = closed ? candle.endTime : candle.openTime
    channel.count = closed ? -1 : candle.count
    if (!closed) break
  }
}

function publishCandle(
  market: SymbolMarket,
  channel: TimedChannel,
  candle: CandleView,
  closed: boolean,
  now: number,
): void {
  channel.publish(market.sequence, (unit) => candlePayload(market, candle, closed, now, unit))
}
