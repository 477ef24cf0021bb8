import { EventKind, readEvent } from '@uptick/core'
import type { LevelEvent, TradeEvent } from '@uptick/core'
import { Aggregator } from '../market/aggregator.ts'
import type { AggregateTrade, PublicTrade } from '../market/market-data.ts'
import type { SymbolMarket } from '../market/symbol-market.ts'
import { DepthWindow } from '../streams/depth-window.ts'
import { aggregatePayload, bookTickerPayload, diffPayload, tradePayload } from '../streams/payloads.ts'
import type { Speed } from '../streams/stream-name.ts'
import type { Digest, Moment, Render } from './digest.ts'

/** Every trade. */
export class TradeDigest implements Digest {
  readonly #market: SymbolMarket
  #pending: Render[] = []

  constructor(market: SymbolMarket) {
    this.#market = market
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    if (kind !== EventKind.TRADE) return
    const trade = publicTrade(readEvent(words, at) as TradeEvent, sequence, time)
    this.#pending.push((unit) => tradePayload(this.#market, trade, unit))
  }

  outcomeEnds(): void {}

  isDue(): boolean {
    return true
  }

  flush(): readonly Render[] {
    const pending = this.#pending
    if (pending.length > 0) this.#pending = []
    return pending
  }
}

/** Fills of one order at one price, joined. */
export class AggregateDigest implements Digest {
  readonly #market: SymbolMarket
  readonly #aggregator = new Aggregator()
  #pending: Render[] = []

  constructor(market: SymbolMarket) {
    this.#market = market
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void {
    if (kind !== EventKind.TRADE) return
    const event = readEvent(words, at) as TradeEvent
    this.#add(this.#aggregator.trade(publicTrade(event, sequence, time), event))
  }

  outcomeEnds(): void {
    this.#add(this.#aggregator.end())
  }

  isDue(): boolean {
    return true
  }

  flush(): readonly Render[] {
    const pending = this.#pending
    if (pending.length > 0) this.#pending = []
    return pending
  }

  #add(aggregate: AggregateTrade | undefined): void {
    if (aggregate) this.#pending.push((unit) => aggregatePayload(this.#market, aggregate, unit))
  }
}

/** The levels that changed, at their newest quantity. Made of the changes alone: it needs no book. */
export class DepthDigest implements Digest {
  readonly #market: SymbolMarket
  readonly #speed: Speed
  #window: DepthWindow | undefined

  constructor(market: SymbolMarket, speed: Speed) {
    this.#market = market
    this.#speed = speed
  }

  event(kind: EventKind, words: Int32Array, at: number, sequence: number): void {
    if (kind !== EventKind.LEVEL) return
    const { side, price, quantity, updateId } = readEvent(words, at) as LevelEvent
    this.#window ??= new DepthWindow(updateId - 1)
    this.#window.level(side, price, quantity, updateId, sequence)
  }

  outcomeEnds(): void {}

  isDue({ isTick, isNewSecond }: Moment): boolean {
    return isTick && (isNewSecond || this.#speed === 100)
  }

  flush({ now }: Moment): readonly Render[] {
    const diff = this.#window?.flush()
    return diff ? [(unit) => diffPayload(this.#market, diff, now, unit)] : []
  }
}

/** The best prices, as they stand at the end of a frame of the feed. */
export class BookTickerDigest implements Digest {
  readonly #market: SymbolMarket
  #version: number | undefined
  /** Told already by whoever brought the subscriber this far. */
  #toldThrough: number

  constructor(market: SymbolMarket, toldThrough: number) {
    this.#market = market
    this.#toldThrough = toldThrough
  }

  event(): void {}

  outcomeEnds(): void {}

  isDue(): boolean {
    return this.#market.book.updateId >= 0
  }

  flush(): readonly Render[] {
    const { bestVersion, sequence } = this.#market.book
    if (this.#version === bestVersion) return []
    this.#version = bestVersion
    if (sequence <= this.#toldThrough) return []
    const text = bookTickerPayload(this.#market)
    return [() => text]
  }
}

function publicTrade(event: TradeEvent, sequence: number, time: number): PublicTrade {
  const { tradeId, price, quantity, quote, buyerIsMaker } = event
  return { tradeId, price, quantity, quote, time, buyerIsMaker, sequence }
}
