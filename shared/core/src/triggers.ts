/* oxlint-disable typescript/no-non-null-assertion -- markets, accounts and slots are those of the shard itself. */
import { OrderType, Side } from './enums.ts'
import type { ImageStore } from './image-store.ts'
import type { Market } from './market.ts'
import { WaitingQueue } from './market-work.ts'
import type { BookMemory } from './order-book.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { PriceIndex } from './price-index.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { STOP_LOSS, STOP_LOSS_LIMIT } = OrderType
const NONE = EMPTY

/** Value of LEVEL in an order's record while the order is triggered and waits. */
const WAITING = -1

/** The four types that wait for a price. */
export function isStop(type: OrderType): boolean {
  return type >= STOP_LOSS
}

/**
 * BUY STOP_LOSS and SELL TAKE_PROFIT (with or without _LIMIT) wait for a rising price, the others for a falling one.
 */
export function isRising(side: Side, type: OrderType): boolean {
  const isStopLoss = type === STOP_LOSS || type === STOP_LOSS_LIMIT
  return isStopLoss === (side === BUY)
}

/**
 * Stop orders: in each market's two indexes until a trade triggers them, then in a queue until they start. Both are
 * linked through the order records.
 */
export class Triggers {
  readonly #memory: BookMemory
  readonly #images: ImageStore
  /** With BOUNDED_STEPS each market has a queue of its own. */
  byMarket = false
  /** Before BOUNDED_STEPS all markets shared this one. */
  readonly shared = new WaitingQueue()

  constructor(memory: BookMemory, images: ImageStore) {
    this.#memory = memory
    this.#images = images
  }

  /** Put a new stop order into its index. */
  add(market: Market, slot: number): void {
    const index = this.#index(market, slot)
    this.#memory.levels.append(index.obtain(this.#images.stopPrice(slot)), slot)
  }

  isWaiting(slot: number): boolean {
    return this.#memory.orders.level(slot) === WAITING
  }

  /** Take out an order that has not started, triggered or not. */
  remove(market: Market, slot: number): void {
    if (this.isWaiting(slot)) {
      this.#leaveQueue(this.#queue(market), slot)
      return
    }
    const { levels, orders } = this.#memory
    const level = orders.level(slot)
    if (levels.unlink(level, slot)) this.#index(market, slot).remove(level)
  }

  /**
   * Queue the stops that trades between `low` and `high` triggered: rising stops upwards, then falling ones downwards.
   */
  reach(market: Market, low: number, high: number): void {
    const { levels } = this.#memory
    const { rising, falling } = market
    const queue = this.#queue(market)
    while (rising.best !== NONE && levels.price(rising.best) <= high) this.#queueLevel(queue, rising)
    while (falling.best !== NONE && levels.price(falling.best) >= low) this.#queueLevel(queue, falling)
  }

  /** The oldest order of a queue that is not empty, taken out of it. */
  take(queue: WaitingQueue): number {
    const slot = queue.head
    this.#leaveQueue(queue, slot)
    return slot
  }

  /** BOUNDED_STEPS begins: move waiting stops to the queues of their markets. */
  part(markets: readonly Market[]): void {
    while (this.shared.count > 0) {
      const slot = this.take(this.shared)
      this.#join(markets[this.#images.symbol(slot)]!.waiting, slot)
    }
  }

  #queue(market: Market): WaitingQueue {
    return this.byMarket ? market.waiting : this.shared
  }

  #index(market: Market, slot: number): PriceIndex {
    return isRising(this.#images.side(slot), this.#images.type(slot)) ? market.rising : market.falling
  }

  #queueLevel(queue: WaitingQueue, index: PriceIndex): void {
    const { levels } = this.#memory
    const level = index.best
    for (let slot = levels.head(level); slot !== NONE; slot = levels.head(level)) {
      levels.unlink(level, slot)
      this.#join(queue, slot)
    }
    index.remove(level)
  }

  #join(queue: WaitingQueue, slot: number): void {
    const { orders } = this.#memory
    orders.setLevel(slot, WAITING)
    orders.setPrevious(slot, queue.tail)
    orders.setNext(slot, NONE)
    if (queue.tail === NONE) queue.head = slot
    else orders.setNext(queue.tail, slot)
    queue.tail = slot
    queue.count++
  }

  #leaveQueue(queue: WaitingQueue, slot: number): void {
    const { orders } = this.#memory
    const before = orders.previous(slot)
    const after = orders.next(slot)
    if (before === NONE) queue.head = after
    else orders.setNext(before, after)
    if (after === NONE) queue.tail = before
    else orders.setPrevious(after, before)
    orders.setLevel(slot, NONE)
    queue.count--
  }
}
