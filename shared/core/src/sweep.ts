import { Side } from './enums.ts'
import type { BookMemory, OrderBook } from './order-book.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { PriceIndex } from './price-index.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const NONE = EMPTY

/**
 * A taker's walk through the other side of a book: best price first, first in first out within a price. The taker asks
 * for the next maker and decides what happens to it. The level is updated when the taker leaves it.
 *
 * ```ts
 * while (wanted > 0 && sweep.enter(book, side, limit)) {
 *   while (wanted > 0 && sweep.maker !== NONE) wanted -= … // sweep.take(quantity) or sweep.drop()
 *   if (!sweep.leave()) break
 *   sweep.close()
 * }
 * ```
 */
export class Sweep {
  /** Slot of the next maker on the level; NONE when the taker has matched them all. */
  maker: number = NONE
  level: number = NONE
  price = 0
  #index: PriceIndex | undefined = undefined
  readonly #memory: BookMemory
  /** Units on the level when it was entered, and now. */
  #before = 0
  #total = 0
  #removed = 0

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  /** Go to the first maker of the best level. False when none is within `limit`, the worst price for the taker. */
  enter(book: OrderBook, side: Side, limit: number): boolean {
    const { levels } = this.#memory
    const index = book.opposite(side)
    const level = index.best
    if (level === NONE) return false
    const price = levels.price(level)
    if (side === BUY ? price > limit : price < limit) return false
    this.#index = index
    this.level = level
    this.price = price
    this.maker = levels.head(level)
    this.#before = this.#total = levels.quantity(level)
    this.#removed = 0
    return true
  }

  /** Taker and maker both lose `quantity`, at most the maker's rest. A maker with nothing left leaves the book. */
  take(quantity: number): void {
    const { orders } = this.#memory
    const { maker } = this
    const remaining = orders.remaining(maker)
    this.#total -= quantity
    if (quantity === remaining) this.#remove()
    else orders.setRemaining(maker, remaining - quantity)
  }

  /** The maker leaves the book, and the taker loses nothing. */
  drop(): void {
    this.#total -= this.#memory.orders.remaining(this.maker)
    this.#remove()
  }

  #remove(): void {
    const { orders } = this.#memory
    const { maker } = this
    this.maker = orders.next(maker)
    orders.release(maker)
    this.#removed++
  }

  /** Update the level. Returns false when it has not changed. */
  leave(): boolean {
    if (this.#total === this.#before) return false
    this.#memory.levels.advance(this.level, this.maker, this.#removed, this.#total)
    return true
  }

  /** Remove the level that was left from its side when it is empty. */
  close(): void {
    if (this.maker === NONE) this.#index?.remove(this.level)
  }
}
