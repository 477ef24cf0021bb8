import { EventKind, ExecutionType, Side, type LevelEvent, type OrderImage, type TradeEvent } from '@uptick/core'
import type { Checker, Executed } from './executed.ts'

interface Book {
  /** Quantity by price. */
  readonly sides: readonly [Map<number, number>, Map<number, number>]
  updateId: number
  tradeId: number
  /** The last trade with an aggregate id. */
  aggregated: { readonly event: TradeEvent; readonly sequence: number } | undefined
}

/**
 * I6: no command leaves a crossed book, and an order is filled only by its trades and never beyond its quantity.
 * Levels, trades and order images come from the events, whose numbers are consecutive.
 */
export class BookIntegrity implements Checker {
  readonly violations: string[] = []
  readonly #books: Book[] = []
  /** Quantity traded, by order. */
  readonly #filled = new Map<number, number>()
  /** Quantity that self-trade prevention took, by order. */
  readonly #prevented = new Map<number, number>()

  see({ outcome, sequence }: Executed): void {
    if (outcome.repeated) return
    const images = new Map<number, OrderImage>()
    const changed = new Set<number>()
    const complain = (what: string): void => void this.violations.push(`I6: at ${sequence} ${what}`)
    for (const event of outcome.events) {
      if (event.kind === EventKind.EXECUTION) {
        const { orderId } = event.order
        images.set(orderId, event.order)
        if (event.execution === ExecutionType.TRADE_PREVENTION)
          this.#prevented.set(orderId, (this.#prevented.get(orderId) ?? 0) + event.lastQuantity)
      } else if (event.kind === EventKind.TRADE) {
        const { symbol, tradeId, makerOrder, takerOrder, quantity } = event
        const book = this.#book(symbol)
        if (tradeId !== ++book.tradeId) complain(`trade ${tradeId} is not number ${book.tradeId}`)
        if (!this.#isNumbered(book, event, sequence)) complain(`trade ${tradeId} has aggregate ${event.aggregateId}`)
        for (const order of [makerOrder, takerOrder]) this.#filled.set(order, (this.#filled.get(order) ?? 0) + quantity)
      } else if (event.kind === EventKind.LEVEL) {
        if (!this.#level(event)) complain(`level change ${event.updateId} of symbol ${event.symbol} leaves a gap`)
        changed.add(event.symbol)
      }
    }
    for (const order of images.values()) this.#order(order, complain)
    for (const symbol of changed) if (this.#isCrossed(symbol)) complain(`the book of symbol ${symbol} is crossed`)
  }

  /** Fills of one taker order at one price in one command have one aggregate id; the ids of other fills follow it. */
  #isNumbered(book: Book, event: TradeEvent, sequence: number): boolean {
    const { aggregateId, tradeId, takerOrder, price } = event
    const before = book.aggregated
    if (aggregateId === 0) return before === undefined
    book.aggregated = { event, sequence }
    // Before aggregates were numbered, they had the ids of their first trades.
    if (before === undefined) return aggregateId === tradeId
    const isSame = before.sequence === sequence && before.event.takerOrder === takerOrder
    return aggregateId === before.event.aggregateId + (isSame && before.event.price === price ? 0 : 1)
  }

  #order({ orderId, quantity, executed, prevented }: OrderImage, complain: (what: string) => void): void {
    const taken = this.#prevented.get(orderId) ?? 0
    if (prevented !== taken) complain(`order ${orderId} says ${prevented} of it was prevented, its matches ${taken}`)
    const filled = this.#filled.get(orderId) ?? 0
    if (executed !== filled) complain(`order ${orderId} says ${executed} of it is filled, its trades ${filled}`)
    // A MARKET order by quote quantity has no quantity of its own.
    if (quantity > 0 && filled + taken > quantity)
      complain(`order ${orderId} over ${quantity} is filled with ${filled} and prevented by ${taken}`)
  }

  #level({ symbol, side, price, quantity, updateId }: LevelEvent): boolean {
    const book = this.#book(symbol)
    if (quantity === 0) book.sides[side].delete(price)
    else book.sides[side].set(price, quantity)
    return updateId === ++book.updateId
  }

  #isCrossed(symbol: number): boolean {
    const { sides } = this.#book(symbol)
    return Math.max(...sides[Side.BUY].keys()) >= Math.min(...sides[Side.SELL].keys())
  }

  #book(symbol: number): Book {
    return (this.#books[symbol] ??= { sides: [new Map(), new Map()], updateId: 0, tradeId: 0, aggregated: undefined })
  }
}
