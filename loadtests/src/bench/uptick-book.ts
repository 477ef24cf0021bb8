import { BookMemory, Meeting, OrderBook, type Taker } from '@uptick/core'
import type { Contender } from './contender.ts'

const NONE = 0

/** The taker of a bare book: every meeting is a trade. */
class BareTaker implements Taker {
  quantity = 0
  trades = 0
  id = 0
  onTrade: ((maker: number, taker: number, price: number, quantity: number) => void) | undefined
  readonly #memory: BookMemory

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  meet(maker: number, level: number): Meeting {
    this.trades++
    this.onTrade?.(this.#memory.orders.orderId(maker), this.id, this.#memory.levels.price(level), this.quantity)
    return Meeting.MET
  }

  swept(): void {
    // A bare book has no listeners.
  }
}

/** The engine's own book, as it ships, without accounts and events. */
export class UptickBook implements Contender {
  readonly #memory = new BookMemory()
  readonly #book = new OrderBook(this.#memory)
  readonly #taker = new BareTaker(this.#memory)

  /** With `onTrade`, every trade is told: for the check of the checksum, which is not timed. */
  constructor(onTrade?: BareTaker['onTrade']) {
    this.#taker.onTrade = onTrade
  }

  place(id: number, side: 0 | 1, price: number, quantity: number): void {
    this.#taker.id = id
    this.#book.place(id, 0, side, price, quantity, this.#taker)
  }

  immediate(id: number, side: 0 | 1, price: number, quantity: number): void {
    this.#taker.id = id
    this.#book.match(side, price, quantity, this.#taker)
  }

  cancel(id: number): void {
    this.#book.cancel(id)
  }

  /** To another price, behind its last order; it matches first if it crosses. */
  move(id: number, side: 0 | 1, price: number): void {
    const slot = this.#memory.orders.find(id)
    if (slot === NONE) return
    const quantity = this.#memory.orders.remaining(slot)
    this.#book.cancel(id)
    this.place(id, side, price, quantity)
  }

  reduce(id: number, by: number): void {
    const { orders, levels } = this.#memory
    const slot = orders.find(id)
    if (slot === NONE || orders.remaining(slot) <= by) return
    orders.setRemaining(slot, orders.remaining(slot) - by)
    levels.reduce(orders.level(slot), by)
  }

  trades(): number {
    return this.#taker.trades
  }
}
