import type { SymbolMarket } from '../market/symbol-market.ts'
import { publishCandles } from './candle-stream.ts'
import type { Render } from './channel.ts'
import {
  averagePricePayload,
  miniTickerPayload,
  partialDepthPayload,
  tickerPayload,
  windowTickerPayload,
} from './payloads.ts'
import type { StreamName } from './stream-name.ts'

/** Where a stream that follows the clock is published, and what is remembered of its last message. */
export interface TimedChannel {
  readonly name: StreamName
  mark: number
  count: number
  /** Tell the state at once, changed or not. */
  isUrgent: boolean
  publish(sequence: number, render: Render): void
}

/** Publish a stream that follows the clock, if it is due and has something new to say. */
export function publishTimed(market: SymbolMarket, channel: TimedChannel, now: number, newSecond: boolean): void {
  const { stream } = channel.name
  switch (stream.kind) {
    case 'partialDepth':
      if (newSecond || stream.speed === 100) publishPartialDepth(market, channel, stream.levels)
      break
    case 'kline':
      if (market.warm) publishCandles(market, channel, stream, { now, newSecond })
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
