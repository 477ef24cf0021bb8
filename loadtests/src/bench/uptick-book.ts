import { BookMemory, OrderBook, Sweep } from '@uptick/core'
import type { Contender } from './contender.ts'

const NONE = 0

type OnTrade = (maker: number, taker: number, price: number, quantity: number) => void

/** The engine's own book as it ships, without accounts and events: every match is a trade. */
export class UptickBook implements Contender {
  readonly #memory = new BookMemory()
  readonly #book = new OrderBook(this.#memory)
  readonly #sweep = new Sweep(this.#memory)
  readonly #onTrade: OnTrade | undefined
  #trades = 0

  /** With `onTrade` every trade is reported, for the check of the checksum, which is not timed. */
  constructor(onTrade?: OnTrade) {
    this.#onTrade = onTrade
  }

  place(id: number, side: 0 | 1, price: number, quantity: number): void {
    const left = this.#match(id, side, price, quantity)
    if (left === 0) return
    const { orders } = this.#memory
    const slot = orders.allocate(id, 0, left)
    orders.enter(slot)
    this.#book.rest(slot, side, price)
  }

  immediate(id: number, side: 0 | 1, price: number, quantity: number): void {
    this.#match(id, side, price, quantity)
  }

  cancel(id: number): void {
    const { orders } = this.#memory
    const slot = orders.find(id)
    if (slot === NONE) return
    this.#book.remove(slot)
    orders.release(slot)
  }

  /** Move to another price, behind its last order; it matches first if it crosses. */
  move(id: number, side: 0 | 1, price: number): void {
    const slot = this.#memory.orders.find(id)
    if (slot === NONE) return
    const quantity = this.#memory.orders.remaining(slot)
    this.cancel(id)
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
    return this.#trades
  }

  /** Trade with the makers up to `limit`; returns what is left of `quantity`. */
  #match(id: number, side: 0 | 1, limit: number, quantity: number): number {
    const { orders } = this.#memory
    const sweep = this.#sweep
    let left = quantity
    while (left > 0 && sweep.enter(this.#book, side, limit)) {
      while (left > 0 && sweep.maker !== NONE) {
        const taken = Math.min(left, orders.remaining(sweep.maker))
        this.#trades++
        this.#onTrade?.(orders.orderId(sweep.maker), id, sweep.price, taken)
        sweep.take(taken)
        left -= taken
      }
      sweep.leave()
      sweep.close()
    }
    return left
  }
}
