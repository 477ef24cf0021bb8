import { Side } from './enums.ts'
import type { EventWriter } from './event-writer.ts'
import type { LevelStore } from './level.ts'
import type { Market } from './market.ts'
import { NONE } from './order-store.ts'

/**
 * Price levels that the step under way has changed, in order of first touch: one LEVEL event each at its end.
 * A level that is there carries the mark itself; one that went and came back (the level an amended or replaced order
 * left, always the first of its step) is known by comparison.
 */
export class LevelTouches {
  readonly #levels: LevelStore
  readonly #writer: EventWriter
  #prices = new Float64Array(64)
  /** symbol << 1 | side */
  #books = new Int32Array(64)
  #count = 0

  constructor(levels: LevelStore, writer: EventWriter) {
    this.#levels = levels
    this.#writer = writer
  }

  /** `level` is still there, but may be empty and about to go. */
  touch(market: Market, side: Side, level: number): void {
    if (!this.#levels.mark(level)) return
    const book = (market.id << 1) | side
    const price = this.#levels.price(level)
    if (this.#count > 0 && this.#books[0] === book && this.#prices[0] === price) return
    if (this.#count === this.#books.length) this.#grow()
    this.#books[this.#count] = book
    this.#prices[this.#count] = price
    this.#count++
  }

  /** Write the events and begin the next step. */
  flush(markets: readonly Market[]): void {
    for (let i = 0; i < this.#count; i++) {
      const market = markets[this.#books[i]! >> 1]!
      const side = (this.#books[i]! & 1) as Side
      const price = this.#prices[i]!
      const level = market.book.side(side).find(price)
      const quantity = level === NONE ? 0 : this.#levels.quantity(level)
      if (level !== NONE) this.#levels.unmark(level)
      this.#writer.level(market.id, side, price, quantity, ++market.updateId)
    }
    this.#count = 0
  }

  #grow(): void {
    const prices = new Float64Array(this.#prices.length * 2)
    prices.set(this.#prices)
    this.#prices = prices
    const books = new Int32Array(this.#books.length * 2)
    books.set(this.#books)
    this.#books = books
  }
}
