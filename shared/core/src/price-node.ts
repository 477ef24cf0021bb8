/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { NONE as EMPTY } from './order-store.ts'
import { restoreWords } from './snapshot-words.ts'

/** Children of a node: one for each value of a base-32 digit of the price. */
export const FANOUT = 32
const NODE_WORDS = 4 + FANOUT
const NODE_DOUBLES = NODE_WORDS / 2
const OCCUPANCY = 0
/** parent | height << 27 */
const PARENT = 1
const PREFIX = 1
const CHILDREN = 4
const HEIGHT_SHIFT = 27
const PARENT_MASK = (1 << HEIGHT_SHIFT) - 1

// As a constant of this module: only those are compiled into the code.
const NONE = EMPTY

const INITIAL_NODES = 32

/**
 * Nodes of the shard's price indexes, 144 bytes each. A node has an occupancy word whose bit d says that child d
 * exists, the children (n: node n, −n: level n), the parent, the height above the leaves, and the prefix: the price
 * without this node's digit and those below. In a free node all is zero but PARENT, which links the free list.
 */
export class PriceNodeStore {
  words = new Int32Array(INITIAL_NODES * NODE_WORDS)
  doubles = new Float64Array(this.words.buffer)
  highWater = 1
  live = 0
  free = NONE

  get capacity(): number {
    return this.words.length / NODE_WORDS
  }

  allocate(prefix: number, parent: number, height: number): number {
    let node = this.free
    if (node !== NONE) {
      this.free = this.words[node * NODE_WORDS + PARENT]!
    } else {
      if (this.highWater === this.capacity) this.#grow()
      node = this.highWater++
    }
    this.words[node * NODE_WORDS + PARENT] = parent | (height << HEIGHT_SHIFT)
    this.doubles[node * NODE_DOUBLES + PREFIX] = prefix
    this.live++
    return node
  }

  /** Free an empty node. */
  release(node: number): void {
    this.words[node * NODE_WORDS + PARENT] = this.free
    this.doubles[node * NODE_DOUBLES + PREFIX] = 0
    this.free = node
    this.live--
  }

  /** Bit d: child d exists. */
  occupancy(node: number): number {
    return this.words[node * NODE_WORDS + OCCUPANCY]!
  }

  parent(node: number): number {
    return this.words[node * NODE_WORDS + PARENT]! & PARENT_MASK
  }

  setParent(node: number, parent: number): void {
    const height = this.words[node * NODE_WORDS + PARENT]! & ~PARENT_MASK
    this.words[node * NODE_WORDS + PARENT] = parent | height
  }

  /** Height above the leaves, whose height is 0. */
  height(node: number): number {
    return this.words[node * NODE_WORDS + PARENT]! >>> HEIGHT_SHIFT
  }

  /** Price divided by 32 to the power of (height + 1), rounded down. */
  prefix(node: number): number {
    return this.doubles[node * NODE_DOUBLES + PREFIX]!
  }

  child(node: number, digit: number): number {
    return this.words[node * NODE_WORDS + CHILDREN + digit]!
  }

  setChild(node: number, digit: number, child: number): void {
    this.words[node * NODE_WORDS + CHILDREN + digit] = child
    this.words[node * NODE_WORDS + OCCUPANCY]! |= 1 << digit
  }

  /** Remove a child; returns the remaining occupancy. */
  clearChild(node: number, digit: number): number {
    this.words[node * NODE_WORDS + CHILDREN + digit] = NONE
    return (this.words[node * NODE_WORDS + OCCUPANCY]! &= ~(1 << digit))
  }

  /** Length of the free list, for checks. */
  freeCount(): number {
    let count = 0
    for (let slot = this.free; slot !== NONE; slot = this.words[slot * NODE_WORDS + PARENT]!) count++
    return count
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, NODE_WORDS, INITIAL_NODES)
    this.doubles = new Float64Array(this.words.buffer)
  }

  #grow(): void {
    const words = new Int32Array(this.words.length * 2)
    words.set(this.words)
    this.words = words
    this.doubles = new Float64Array(words.buffer)
  }
}
