import { Side } from './enums.ts'
import { LevelStore } from './level.ts'
import { NONE as EMPTY, OrderStore } from './order-store.ts'
import { PriceIndex } from './price-index.ts'
import { PriceNodeStore } from './price-node.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

/** The memory that the books of a shard share. */
export class BookMemory {
  readonly orders = new OrderStore()
  readonly levels = new LevelStore(this.orders)
  readonly nodes = new PriceNodeStore()
}

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const STOP = 2
const DROP = 3
const DROP_LAST = 4
const MET_LAST = 1

/** What becomes of the meeting of a taker and a maker. */
export const Meeting = {
  /** `Taker.quantity` is taken from both; go on. */
  MET: 0,
  /** The same, and the taker is done. */
  MET_LAST,
  /** Nothing happens, the taker is done. */
  STOP,
  /** The maker leaves the book without meeting; go on. */
  DROP,
  /** The same, and the taker is done. */
  DROP_LAST,
} as const
export type Meeting = (typeof Meeting)[keyof typeof Meeting]

/** Who crosses the book: told of every maker, in price-time priority, before the book changes. */
export interface Taker {
  /** Set by the book before `meet` to what both sides have; `meet` may lower it. */
  quantity: number
  /** The order in slot `maker` at `level` is next; when its whole quantity is met or it is dropped, its slot is given back. */
  meet(maker: number, level: number): Meeting
  /** The total of `level` has changed and the taker is done with it; the level may be empty and about to go. */
  swept(level: number): void
}

/**
 * The two sides of one market: price-time priority, first in first out within a level. It knows quantities, not
 * accounts; every operation takes constant time but for the makers that are met.
 */
export class OrderBook {
  readonly memory: BookMemory
  readonly bids: PriceIndex
  readonly asks: PriceIndex

  constructor(memory: BookMemory) {
    this.memory = memory
    this.bids = new PriceIndex(memory.levels, memory.nodes, true)
    this.asks = new PriceIndex(memory.levels, memory.nodes, false)
  }

  side(side: Side): PriceIndex {
    return side === BUY ? this.bids : this.asks
  }

  opposite(side: Side): PriceIndex {
    return side === BUY ? this.asks : this.bids
  }

  /** True when an order of `side` at `price` would meet a maker, other than the one in slot `without`. */
  crosses(side: Side, price: number, without: number = NONE): boolean {
    const { levels } = this.memory
    const index = this.opposite(side)
    let best = index.best
    if (best === NONE) return false
    if (without !== NONE && levels.count(best) === 1 && levels.head(best) === without) best = index.after(best)
    if (best === NONE) return false
    const maker = levels.price(best)
    return side === BUY ? maker <= price : maker >= price
  }

  /** Match a limit order and rest what is left; its slot, or NONE when nothing is left. */
  place(orderId: number, owner: number, side: Side, price: number, quantity: number, taker: Taker): number {
    const left = this.match(side, price, quantity, taker)
    if (left === 0) return NONE
    const slot = this.memory.orders.allocate(orderId, owner, left)
    this.memory.orders.enter(slot)
    this.rest(slot, side, price)
    return slot
  }

  /** Take an order off by its id; false when it is not there. */
  cancel(orderId: number): boolean {
    const slot = this.memory.orders.find(orderId)
    if (slot === NONE) return false
    this.remove(slot)
    this.memory.orders.release(slot)
    return true
  }

  /** Put an order behind its level's last; it must not cross. */
  rest(slot: number, side: Side, price: number): void {
    this.memory.levels.append(this.side(side).obtain(price), slot)
  }

  /** Take a resting order off the book; its slot stays allocated. */
  remove(slot: number): void {
    const { levels, orders } = this.memory
    const level = orders.level(slot)
    const side = levels.side(level)
    if (levels.unlink(level, slot)) this.side(side).remove(level)
  }

  /**
   * Let a taker of `side` meet the makers up to price `limit`, `quantity` in all. Returns what is left of it.
   * A maker that is met whole is released.
   */
  match(side: Side, limit: number, quantity: number, taker: Taker): number {
    const { levels, orders } = this.memory
    const index = this.opposite(side)
    let left = quantity
    let done = false
    while (left > 0 && !done) {
      const level = index.best
      if (level === NONE) break
      const price = levels.price(level)
      if (side === BUY ? price > limit : price < limit) break
      const before = levels.quantity(level)
      let total = before
      let removed = 0
      let maker = levels.head(level)
      while (maker !== NONE && left > 0 && !done) {
        const resting = orders.remaining(maker)
        taker.quantity = left < resting ? left : resting
        const meeting = taker.meet(maker, level)
        if (meeting === STOP) {
          done = true
          break
        }
        const dropped = meeting >= DROP
        const met = dropped ? resting : taker.quantity
        if (!dropped) left -= met
        total -= met
        done = meeting === MET_LAST || meeting === DROP_LAST
        if (met === resting) {
          const next = orders.next(maker)
          orders.release(maker)
          removed++
          maker = next
        } else {
          orders.setRemaining(maker, resting - met)
        }
      }
      if (total === before) break
      levels.advance(level, maker, removed, total)
      taker.swept(level)
      if (maker === NONE) index.remove(level)
    }
    return left
  }
}
