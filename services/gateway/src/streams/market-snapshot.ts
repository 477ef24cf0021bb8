import { RECENT_TRADES_MAX } from '../market/market-data.ts'
import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import type { Render } from './message.ts'
import {
  aggregatePayload,
  bookTickerPayload,
  candlePayload,
  miniTickersPayload,
  partialDepthPayload,
  statisticsPayload,
  tradePayload,
} from './payloads.ts'
import type { StreamKind } from './stream-name.ts'

/** Levels of each side in the snapshot of a book, as many as REST gives at most. */
const SNAPSHOT_LEVELS_MAX = 5000

/**
 * Stands in for what a market stream has not sent: the last events, the order book that changes apply to, or the state
 * as the stream sends it. `market` is that of the stream, if it has one and it is listed; `now` in µs. `undefined`
 * while it is unknown.
 */
export function snapshotOf(
  stream: StreamKind,
  markets: Markets,
  market: SymbolMarket | undefined,
  now: number,
): Render | undefined {
  if (stream.kind !== 'allMiniTickers') return market && snapshotOfMarket(stream, market, now)
  if (!markets.ready) return undefined
  const warm = [...markets.symbols()].filter((each) => each.warm)
  return (unit) => miniTickersPayload(warm, now, unit)
}

function snapshotOfMarket(
  stream: Exclude<StreamKind, { kind: 'allMiniTickers' }>,
  market: SymbolMarket,
  now: number,
): Render | undefined {
  switch (stream.kind) {
    case 'trade': {
      const trades = market.recentTrades(RECENT_TRADES_MAX)
      return (unit) => list('trades', trades, (trade) => tradePayload(market, trade, unit))
    }
    case 'aggTrade': {
      const trades = market.recentAggregates(RECENT_TRADES_MAX)
      return (unit) => list('trades', trades, (trade) => aggregatePayload(market, trade, unit))
    }
    case 'kline': {
      const candles = market.recentCandles(stream.interval, 0, stream.offset)
      const { time } = market.journal
      return (unit) =>
        list('candles', candles, (candle) => candlePayload(market, candle, candle.endTime <= time, now, unit))
    }
    case 'depth':
    case 'partialDepth':
    case 'bookTicker': {
      if (market.book.updateId < 0) return undefined
      const text = bookText(stream, market)
      return () => text
    }
    case 'ticker':
    case 'miniTicker':
    case 'windowTicker':
    case 'avgPrice':
      return market.warm ? (unit) => statisticsPayload(market, stream, now, unit) : undefined
  }
}

function bookText(
  stream: Extract<StreamKind, { kind: 'depth' | 'partialDepth' | 'bookTicker' }>,
  market: SymbolMarket,
): string {
  if (stream.kind === 'bookTicker') return bookTickerPayload(market)
  return partialDepthPayload(market, stream.kind === 'depth' ? SNAPSHOT_LEVELS_MAX : stream.levels)
}

function list<T>(name: string, rows: readonly T[], text: (row: T) => string): string {
  return `{"${name}":[${rows.map((row) => text(row)).join(',')}]}`
}
