import type { EventKind, TradeEvent } from '@uptick/core'
import { levelAt, tradeAt } from '../feed/market-event.ts'
import { Aggregator } from '../market/aggregator.ts'
import type { AggregateTrade, PublicTrade } from '@uptick/readmodel'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { DepthWindow } from './depth-window.ts'
import { type Digest, EventDigest, type Moment, StateDigest } from './digest.ts'
import { Message, type Tell } from './message.ts'
import { aggregatePayload, bookTickerPayload, diffPayload, tradePayload } from './payloads.ts'
import type { Speed } from './stream-name.ts'

/** Every trade. */
export class TradeDigest extends EventDigest {
  readonly #market: SymbolMarket
  readonly #tell: Tell

  constructor(market: SymbolMarket, tell: Tell) {
    super()
    this.#market = market
    this.#tell = tell
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    const event = tradeAt(kind, words, at)
    if (!event) return
    const trade = publicTrade(event, sequence, time)
    this.#tell(new Message((unit) => tradePayload(this.#market, trade, unit)))
  }
}

/** Aggregate trades: the fills of one taker order at one price. */
export class AggregateDigest extends EventDigest {
  readonly #market: SymbolMarket
  readonly #tell: Tell
  readonly #aggregator = new Aggregator()

  constructor(market: SymbolMarket, tell: Tell) {
    super()
    this.#market = market
    this.#tell = tell
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    const event = tradeAt(kind, words, at)
    if (event) this.#ended(this.#aggregator.trade(publicTrade(event, sequence, time), event))
  }

  override outcomeEnds(): void {
    this.#ended(this.#aggregator.end())
  }

  #ended(aggregate: AggregateTrade | undefined): void {
    if (aggregate) this.#tell(new Message((unit) => aggregatePayload(this.#market, aggregate, unit)))
  }
}

/** The levels that changed, with their newest quantities. Made from the changes alone: it needs no order book. */
export class DepthDigest implements Digest {
  readonly #market: SymbolMarket
  readonly #speed: Speed
  readonly #tell: Tell
  #window: DepthWindow | undefined

  constructor(market: SymbolMarket, speed: Speed, tell: Tell) {
    this.#market = market
    this.#speed = speed
    this.#tell = tell
  }

  event(kind: EventKind, words: Int32Array, at: number): void {
    const event = levelAt(kind, words, at)
    if (!event) return
    const { side, price, quantity, updateId } = event
    this.#window ??= new DepthWindow(updateId - 1)
    this.#window.level(side, price, quantity, updateId)
  }

  outcomeEnds(): void {}

  isDue({ isTick, isNewSecond }: Moment): boolean {
    return isTick && (isNewSecond || this.#speed === 100)
  }

  flush({ now }: Moment): void {
    const diff = this.#window?.flush()
    if (diff) this.#tell(new Message((unit) => diffPayload(this.#market, diff, now, unit)))
  }

  renew(): void {}
}

/** The best prices at the end of a frame of the feed (one commit of the journal). Prices in between are not sent. */
export class BookTickerDigest extends StateDigest {
  readonly #market: SymbolMarket
  readonly #tell: Tell
  #version: number | undefined
  /** The state at this sequence was sent by the catch-up already. */
  readonly #toldThrough: number

  constructor(market: SymbolMarket, toldThrough: number, tell: Tell) {
    super()
    this.#market = market
    this.#toldThrough = toldThrough
    this.#tell = tell
  }

  isDue(): boolean {
    return this.#market.book.updateId >= 0
  }

  flush(): void {
    const { bestVersion, sequence } = this.#market.book
    if (this.#version === bestVersion) return
    this.#version = bestVersion
    if (sequence <= this.#toldThrough) return
    const text = bookTickerPayload(this.#market)
    this.#tell(new Message(() => text))
  }

  override renew(): void {
    this.#version = undefined
  }
}

function publicTrade(event: TradeEvent, sequence: number, time: number): PublicTrade {
  const { tradeId, price, quantity, quote, buyerIsMaker } = event
  return { tradeId, price, quantity, quote, time, buyerIsMaker, sequence }
}
