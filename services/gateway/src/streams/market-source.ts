import { strict as assert } from 'node:assert'
import type { Clock } from '@uptick/runtime'
import type { Markets } from '../market/markets.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { CandleDigest } from './candle-digest.ts'
import type { Digest, DigestSource, ResumedAt, Snapshot, StreamTraits } from './digest.ts'
import { AggregateDigest, BookTickerDigest, DepthDigest, TradeDigest } from './market-digests.ts'
import { snapshotOf } from './market-snapshot.ts'
import type { Tell } from './message.ts'
import type { StreamKind, StreamName } from './stream-name.ts'
import { MiniTickersDigest, PartialDepthDigest, TickerDigest } from './timed-digests.ts'

/** No event has this key. */
const NO_MARKET = -1

/** A state that is sent by the clock: the newest value replaces all before. */
const STATE: StreamTraits = {
  order: 10,
  isMemoryless: false,
  followsFrames: false,
  followsChanges: false,
  readsPast: false,
  needsTime: false,
}

/** The traits of each kind. Events are sent first, then changes of the order book, then states. */
const TRAITS: Record<StreamKind['kind'], StreamTraits> = {
  trade: { ...STATE, order: 0, isMemoryless: true, readsPast: true },
  aggTrade: { ...STATE, order: 1, isMemoryless: true, readsPast: true },
  depth: { ...STATE, order: 2, followsChanges: true, readsPast: true },
  kline: { ...STATE, readsPast: true, needsTime: true },
  bookTicker: { ...STATE, followsFrames: true },
  partialDepth: STATE,
  ticker: STATE,
  miniTicker: STATE,
  windowTicker: STATE,
  avgPrice: STATE,
  allMiniTickers: STATE,
}

/** Of the changes of one order book the faster stream sends first. */
const SLOW_DEPTH: StreamTraits = { ...TRAITS.depth, order: 3 }

/** How a market stream is made. */
export class MarketSource implements DigestSource {
  readonly traits: StreamTraits
  readonly #name: StreamName
  readonly #markets: Markets
  readonly #clock: Clock

  constructor(name: StreamName, markets: Markets, clock: Clock) {
    this.#name = name
    this.#markets = markets
    this.#clock = clock
    const { stream } = name
    this.traits = stream.kind === 'depth' && stream.speed === 1000 ? SLOW_DEPTH : TRAITS[stream.kind]
  }

  get key(): number | undefined {
    return this.#name.symbol === '' ? NO_MARKET : this.#market?.definition.id
  }

  open(tell: Tell, resumed?: ResumedAt): Digest {
    const { stream } = this.#name
    const toldThrough = resumed?.position ?? -1
    switch (stream.kind) {
      case 'trade':
        return new TradeDigest(this.#listed, tell)
      case 'aggTrade':
        return new AggregateDigest(this.#listed, tell)
      case 'depth':
        return new DepthDigest(this.#listed, stream.speed, tell)
      case 'kline':
        return new CandleDigest(this.#listed, stream, resumed?.time ?? Number.NaN, tell)
      case 'bookTicker':
        return new BookTickerDigest(this.#listed, toldThrough, tell)
      case 'partialDepth':
        return new PartialDepthDigest(this.#listed, stream, toldThrough, tell)
      case 'ticker':
      case 'miniTicker':
      case 'windowTicker':
      case 'avgPrice':
        return new TickerDigest(this.#listed, stream, tell)
      case 'allMiniTickers':
        return new MiniTickersDigest(this.#markets, toldThrough, tell)
    }
  }

  snapshot(): Promise<Snapshot | undefined> {
    const render = snapshotOf(this.#name.stream, this.#markets, this.#market, this.#clock.now())
    return Promise.resolve(render && { last: this.#markets.sequence, render })
  }

  get #market(): SymbolMarket | undefined {
    return this.#markets.byStreamName(this.#name.symbol)
  }

  /** A digest is opened once the key, and so the market, is known. */
  get #listed(): SymbolMarket {
    const market = this.#market
    assert(market, `${this.#name.text} is opened before its market is listed`)
    return market
  }
}
