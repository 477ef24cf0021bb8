import type { Clock } from '@uptick/runtime'
import { RECENT_TRADES_MAX } from '../market/market-data.ts'
import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import type { Digest, DigestSource, ResumedAt } from './digest.ts'
import { AggregateDigest, BookTickerDigest, DepthDigest, TradeDigest } from './market-digests.ts'
import type { Render, Tell } from './message.ts'
import { aggregatePayload, candlePayload, partialDepthPayload, tradePayload } from './payloads.ts'
import type { StreamKind, StreamName } from './stream-name.ts'
import { CandleDigest, MiniTickersDigest, PartialDepthDigest, TickerDigest } from './timed-digests.ts'

/** Levels of each side in the snapshot of a book, as many as REST gives at most. */
const SNAPSHOT_LEVELS = 5000
/** No events have it. */
const NO_MARKET = -1
/** Streams of one market that speak before the others: what happened, then changes of the book. */
const ORDER: Partial<Record<StreamKind['kind'], number>> = { trade: 0, aggTrade: 1, depth: 2 }
const ORDER_OF_OTHERS = 10

/** How a market stream is made. */
export class MarketSource implements DigestSource {
  readonly #name: StreamName
  readonly #markets: Markets
  readonly #clock: Clock

  constructor(name: StreamName, markets: Markets, clock: Clock) {
    this.#name = name
    this.#markets = markets
    this.#clock = clock
  }

  get key(): number | undefined {
    return this.#name.symbol === '' ? NO_MARKET : this.#market?.definition.id
  }

  /** The others tell the newest state, which stands for all that was before. */
  get readsPast(): boolean {
    const { kind } = this.#name.stream
    return kind === 'trade' || kind === 'aggTrade' || kind === 'depth' || kind === 'kline'
  }

  get order(): number {
    const { stream } = this.#name
    const order = ORDER[stream.kind] ?? ORDER_OF_OTHERS
    return stream.kind === 'depth' && stream.speed > 100 ? order + 1 : order
  }

  get isMemoryless(): boolean {
    const { kind } = this.#name.stream
    return kind === 'trade' || kind === 'aggTrade'
  }

  get followsFrames(): boolean {
    return this.#name.stream.kind === 'bookTicker'
  }

  get followsChanges(): boolean {
    return this.#name.stream.kind === 'depth'
  }

  get needsTime(): boolean {
    return this.#name.stream.kind === 'kline'
  }

  open(tell: Tell, resumed?: ResumedAt): Digest {
    const { stream } = this.#name
    const toldThrough = resumed?.position ?? -1
    if (stream.kind === 'allMiniTickers') return new MiniTickersDigest(this.#markets, toldThrough, tell)
    const market = this.#market!
    switch (stream.kind) {
      case 'trade':
        return new TradeDigest(market, tell)
      case 'aggTrade':
        return new AggregateDigest(market, tell)
      case 'depth':
        return new DepthDigest(market, stream.speed, tell)
      case 'bookTicker':
        return new BookTickerDigest(market, toldThrough, tell)
      case 'partialDepth':
        return new PartialDepthDigest(market, stream, toldThrough, tell)
      case 'kline':
        return new CandleDigest(market, stream, resumed?.time ?? Number.NaN, tell)
      default:
        return new TickerDigest(market, stream, tell)
    }
  }

  snapshot(): Promise<{ readonly last: number; readonly render: Render } | undefined> {
    const market = this.#market
    return Promise.resolve(market && this.#snapshot(market))
  }

  #snapshot(market: SymbolMarket): { last: number; render: Render } | undefined {
    const { stream } = this.#name
    const last = this.#markets.sequence
    if (stream.kind === 'trade') {
      const trades = market.recentTrades(RECENT_TRADES_MAX)
      return { last, render: (unit) => list('trades', trades, (trade) => tradePayload(market, trade, unit)) }
    }
    if (stream.kind === 'aggTrade') {
      const trades = market.recentAggregates(RECENT_TRADES_MAX)
      return { last, render: (unit) => list('trades', trades, (trade) => aggregatePayload(market, trade, unit)) }
    }
    if (stream.kind === 'kline') {
      const now = this.#clock.now()
      const candles = market.recentCandles(stream.interval, 0, stream.offset)
      return {
        last,
        render: (unit) =>
          list('candles', candles, (candle) =>
            candlePayload(market, candle, candle.endTime <= market.journal.time, now, unit),
          ),
      }
    }
    if (market.book.updateId < 0) return undefined
    const text = partialDepthPayload(market, SNAPSHOT_LEVELS)
    return { last, render: () => text }
  }

  get #market(): SymbolMarket | undefined {
    return this.#markets.byStreamName(this.#name.symbol)
  }
}

function list<T>(name: string, rows: readonly T[], text: (row: T) => string): string {
  return `{"${name}":[${rows.map((row) => text(row)).join(',')}]}`
}
