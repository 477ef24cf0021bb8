/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import type { Side } from './enums.ts'
import { NONE as EMPTY, type OrderStore } from './order-store.ts'
import { restoreWords } from './snapshot-words.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

/** Layout of a price level, 32 bytes. */
const LEVEL_WORDS = 8
const LEVEL_DOUBLES = LEVEL_WORDS / 2
const HEAD = 0
const TAIL = 1
const COUNT = 2
/** The level's index node; above it a bit for SELL levels, and the mark of a changed level. */
const NODE = 3
const QUANTITY = 2
const PRICE = 3
const MARK = 1 << 31
const SELL = 1 << 30

const INITIAL_LEVELS = 256

/**
 * Price levels of every book and stop index of the shard. Each is a first-in-first-out queue of orders, linked through
 * the orders themselves. Free levels are linked through HEAD.
 */
export class LevelStore {
  readonly orders: OrderStore
  words = new Int32Array(INITIAL_LEVELS * LEVEL_WORDS)
  doubles = new Float64Array(this.words.buffer)
  highWater = 1
  live = 0
  free = NONE

  constructor(orders: OrderStore) {
    this.orders = orders
  }

  get capacity(): number {
    return this.words.length / LEVEL_WORDS
  }

  /** Allocate an empty level at `price` below the index node `node`; of asks if `ascending`, else of bids. */
  allocate(price: number, node: number, ascending: boolean): number {
    let level = this.free
    if (level !== NONE) {
      this.free = this.words[level * LEVEL_WORDS + HEAD]!
    } else {
      if (this.highWater === this.capacity) this.#grow()
      level = this.highWater++
    }
    const at = level * LEVEL_WORDS
    this.words[at + HEAD] = NONE
    this.words[at + TAIL] = NONE
    this.words[at + COUNT] = 0
    this.words[at + NODE] = ascending ? node | SELL : node
    this.doubles[level * LEVEL_DOUBLES + QUANTITY] = 0
    this.doubles[level * LEVEL_DOUBLES + PRICE] = price
    this.live++
    return level
  }

  release(level: number): void {
    this.words[level * LEVEL_WORDS + HEAD] = this.free
    this.words[level * LEVEL_WORDS + NODE] = NONE
    this.free = level
    this.live--
  }

  head(level: number): number {
    return this.words[level * LEVEL_WORDS + HEAD]!
  }

  tail(level: number): number {
    return this.words[level * LEVEL_WORDS + TAIL]!
  }

  /** Number of orders in the queue. */
  count(level: number): number {
    return this.words[level * LEVEL_WORDS + COUNT]!
  }

  node(level: number): number {
    return this.words[level * LEVEL_WORDS + NODE]! & ~(MARK | SELL)
  }

  /** The level belongs to another index node now. */
  move(level: number, node: number): void {
    const at = level * LEVEL_WORDS + NODE
    this.words[at] = (this.words[at]! & (MARK | SELL)) | node
  }

  /** Side of a level of a book. */
  side(level: number): Side {
    return ((this.words[level * LEVEL_WORDS + NODE]! >>> 30) & 1) as Side
  }

  isMarked(level: number): boolean {
    return this.words[level * LEVEL_WORDS + NODE]! < 0
  }

  /** Mark the level as changed in the current step; false when it was marked already. */
  mark(level: number): boolean {
    const at = level * LEVEL_WORDS + NODE
    if (this.words[at]! < 0) return false
    this.words[at]! |= MARK
    return true
  }

  unmark(level: number): void {
    this.words[level * LEVEL_WORDS + NODE]! &= ~MARK
  }

  /** Sum of the remaining quantities of its orders. */
  quantity(level: number): number {
    return this.doubles[level * LEVEL_DOUBLES + QUANTITY]!
  }

  price(level: number): number {
    return this.doubles[level * LEVEL_DOUBLES + PRICE]!
  }

  /** The remaining quantity of one of its orders fell by `quantity`; the order stays. */
  reduce(level: number, quantity: number): void {
    this.doubles[level * LEVEL_DOUBLES + QUANTITY]! -= quantity
  }

  /** Insert after the last order. */
  append(level: number, slot: number): void {
    this.insertAfter(level, this.words[level * LEVEL_WORDS + TAIL]!, slot)
  }

  /** Insert after `before`, or first when that is NONE. */
  insertAfter(level: number, before: number, slot: number): void {
    const { orders, words } = this
    const at = level * LEVEL_WORDS
    const after = before === NONE ? words[at + HEAD]! : orders.next(before)
    orders.setPrevious(slot, before)
    orders.setNext(slot, after)
    orders.setLevel(slot, level)
    if (before === NONE) words[at + HEAD] = slot
    else orders.setNext(before, slot)
    if (after === NONE) words[at + TAIL] = slot
    else orders.setPrevious(after, slot)
    words[at + COUNT]!++
    this.doubles[level * LEVEL_DOUBLES + QUANTITY]! += orders.remaining(slot)
  }

  /** Take an order out of its level; true when it was the last one. */
  unlink(level: number, slot: number): boolean {
    const { orders, words } = this
    const at = level * LEVEL_WORDS
    const before = orders.previous(slot)
    const after = orders.next(slot)
    if (before === NONE) words[at + HEAD] = after
    else orders.setNext(before, after)
    if (after === NONE) words[at + TAIL] = before
    else orders.setPrevious(after, before)
    orders.setLevel(slot, NONE)
    this.doubles[level * LEVEL_DOUBLES + QUANTITY]! -= orders.remaining(slot)
    return --words[at + COUNT]! === 0
  }

  /** After a sweep from the front: `head` is the first order now, `removed` orders left, and `quantity` remains. */
  advance(level: number, head: number, removed: number, quantity: number): void {
    const at = level * LEVEL_WORDS
    this.words[at + HEAD] = head
    this.words[at + COUNT]! -= removed
    this.doubles[level * LEVEL_DOUBLES + QUANTITY] = quantity
    if (head === NONE) this.words[at + TAIL] = NONE
    else this.orders.setPrevious(head, NONE)
  }

  /** Length of the free list, for checks. */
  freeCount(): number {
    let count = 0
    for (let slot = this.free; slot !== NONE; slot = this.words[slot * LEVEL_WORDS + HEAD]!) count++
    return count
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, LEVEL_WORDS, INITIAL_LEVELS)
    this.doubles = new Float64Array(this.words.buffer)
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2)
    words.set(this.words)
    this.words = words
    this.doubles = new Float64Array(words.buffer)
  }
}
