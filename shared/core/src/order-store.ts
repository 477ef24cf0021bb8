/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { assert } from './assert.ts'
import { restoreWords } from './snapshot-words.ts'

const EMPTY = 0
/** No slot, no level, no node: index 0 of every store stays empty. */
export const NONE = EMPTY

/**
 * Layout of an order on the book, 32 bytes: two orders share a cache line. The fields that matching does not read (the
 * image) are stored elsewhere, under the same slot.
 */
const ORDER_WORDS = 8
const ORDER_DOUBLES = ORDER_WORDS / 2
const NEXT = 0
const PREV = 1
const LEVEL = 2
const OWNER = 3
const REMAINING = 2
const ORDER = 3

const INITIAL_SLOTS = 1024
/** 2^32 divided by the golden ratio: spreads consecutive ids evenly. */
const FIBONACCI = 0x9e3779b1

/**
 * Open orders of the shard: what the book needs of each one, found by order id.
 *
 * Slots come from a free list linked through NEXT. The table from id to slot uses open addressing with linear probing
 * and is at most half full. Deletion shifts the cluster back, so no tombstones are left. Entries are pairs (low 32 bits
 * of the id, slot).
 */
export class OrderStore {
  words = new Int32Array(INITIAL_SLOTS * ORDER_WORDS)
  doubles = new Float64Array(this.words.buffer)
  /** Slots ever used; all below it are live or on the free list. */
  highWater = 1
  /** Live slots. */
  live = 0
  free = EMPTY

  table = new Int32Array(2 * 2 * INITIAL_SLOTS)
  tableShift = 32 - Math.log2(2 * INITIAL_SLOTS)
  entries = 0

  get capacity(): number {
    return this.words.length / ORDER_WORDS
  }

  /** Allocate a slot for `orderId`; `find` does not find it yet. Orders of one `owner` must not trade among themselves. */
  allocate(orderId: number, owner: number, remaining: number): number {
    let slot = this.free
    if (slot !== EMPTY) {
      this.free = this.words[slot * ORDER_WORDS + NEXT]!
    } else {
      if (this.highWater === this.capacity) this.#grow()
      slot = this.highWater++
    }
    const at = slot * ORDER_WORDS
    this.words[at + NEXT] = EMPTY
    this.words[at + PREV] = EMPTY
    this.words[at + LEVEL] = EMPTY
    this.words[at + OWNER] = owner
    this.doubles[slot * ORDER_DOUBLES + REMAINING] = remaining
    this.doubles[slot * ORDER_DOUBLES + ORDER] = orderId
    this.live++
    return slot
  }

  /** Free a slot that was never entered in the table. */
  discard(slot: number): void {
    this.words[slot * ORDER_WORDS + NEXT] = this.free
    this.words[slot * ORDER_WORDS + LEVEL] = EMPTY
    this.free = slot
    this.live--
  }

  /** Free a slot that `enter` put into the table. */
  release(slot: number): void {
    this.#leave(slot)
    this.discard(slot)
  }

  next(slot: number): number {
    return this.words[slot * ORDER_WORDS + NEXT]!
  }

  setNext(slot: number, next: number): void {
    this.words[slot * ORDER_WORDS + NEXT] = next
  }

  previous(slot: number): number {
    return this.words[slot * ORDER_WORDS + PREV]!
  }

  setPrevious(slot: number, previous: number): void {
    this.words[slot * ORDER_WORDS + PREV] = previous
  }

  level(slot: number): number {
    return this.words[slot * ORDER_WORDS + LEVEL]!
  }

  setLevel(slot: number, level: number): void {
    this.words[slot * ORDER_WORDS + LEVEL] = level
  }

  owner(slot: number): number {
    return this.words[slot * ORDER_WORDS + OWNER]!
  }

  /** Quantity that is neither executed nor prevented. */
  remaining(slot: number): number {
    return this.doubles[slot * ORDER_DOUBLES + REMAINING]!
  }

  setRemaining(slot: number, remaining: number): void {
    this.doubles[slot * ORDER_DOUBLES + REMAINING] = remaining
  }

  orderId(slot: number): number {
    return this.doubles[slot * ORDER_DOUBLES + ORDER]!
  }

  /** Slot of an order that was entered, or EMPTY. */
  find(orderId: number): number {
    const { table, doubles } = this
    const low = orderId | 0
    const mask = table.length - 2
    let at = (Math.imul(low, FIBONACCI) >>> this.tableShift) << 1
    for (;;) {
      const slot = table[at + 1]!
      if (slot === EMPTY) return EMPTY
      if (table[at] === low && doubles[slot * ORDER_DOUBLES + ORDER] === orderId) return slot
      at = (at + 2) & mask
    }
  }

  /** Let `find` find the order of `slot` by its id. */
  enter(slot: number): void {
    if (this.entries * 4 >= this.table.length) this.#growTable()
    const { table } = this
    const low = this.doubles[slot * ORDER_DOUBLES + ORDER]! | 0
    const mask = table.length - 2
    let at = (Math.imul(low, FIBONACCI) >>> this.tableShift) << 1
    while (table[at + 1] !== EMPTY) at = (at + 2) & mask
    table[at] = low
    table[at + 1] = slot
    this.entries++
  }

  #leave(slot: number): void {
    const { table, tableShift } = this
    const mask = table.length - 2
    const low = this.doubles[slot * ORDER_DOUBLES + ORDER]! | 0
    let hole = (Math.imul(low, FIBONACCI) >>> tableShift) << 1
    while (table[hole + 1] !== slot) {
      assert(table[hole + 1] !== EMPTY, 'a live order is in the id table')
      hole = (hole + 2) & mask
    }
    // Shift back every later entry of the cluster that may fill the hole: its home is not after the hole.
    for (let at = (hole + 2) & mask; table[at + 1] !== EMPTY; at = (at + 2) & mask) {
      const home = (Math.imul(table[at]!, FIBONACCI) >>> tableShift) << 1
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at]!
        table[hole + 1] = table[at + 1]!
        hole = at
      }
    }
    table[hole + 1] = EMPTY
    this.entries--
  }

  /** Length of the free list, for checks. */
  freeCount(): number {
    let count = 0
    for (let slot = this.free; slot !== EMPTY; slot = this.words[slot * ORDER_WORDS + NEXT]!) count++
    return count
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, ORDER_WORDS, INITIAL_SLOTS)
    this.doubles = new Float64Array(this.words.buffer)
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2)
    words.set(this.words)
    this.words = words
    this.doubles = new Float64Array(words.buffer)
  }

  #growTable(): void {
    const old = this.table
    this.table = new Int32Array(old.length * 2)
    this.tableShift--
    this.entries = 0
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== EMPTY) this.enter(old[at + 1]!)
  }
}
