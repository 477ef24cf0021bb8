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

/**
 * The two sides of one market: price-time priority, first in first out within a level. It knows quantities, not
 * accounts; every operation takes constant time. A taker walks through its makers with a `Sweep`.
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

  /** True when an order of `side` at `price` would match a maker, other than the one in slot `without`. */
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

  /** Append an order to its level; it must not cross. */
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
}
