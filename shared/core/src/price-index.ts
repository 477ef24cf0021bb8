import type { LevelStore } from './level.ts'
import { NONE as EMPTY } from './order-store.ts'
import { FANOUT, type PriceNodeStore } from './price-node.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

/** 32^-h, exact. Prices below 2^53 have eleven base-32 digits. */
const INVERSE_POWERS = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).map((_, h) => 1 / 2 ** (5 * h))
// As a constant of this module: only those are compiled into the code.
const RADIX = FANOUT
const DIGIT = RADIX - 1
const CACHE = 64

/**
 * The levels of one side by price: a radix trie with 32 children a node. A level is found by its leaf (the price
 * without its last digit), nearly always out of a small direct-mapped cache; the next level is one count of zeros in the
 * leaf's occupancy word, and a climb to the first ancestor with another child when the leaf has no more. Nothing is ever
 * scanned, whatever the distance between prices; nodes exist only where levels are.
 */
export class PriceIndex {
  readonly levels: LevelStore
  readonly nodes: PriceNodeStore
  /** Best is the highest price (bids) instead of the lowest. */
  readonly descending: boolean
  root: number = NONE
  /** Height of the root above the leaves. */
  height = 0
  /** The best level, or NONE. */
  best: number = NONE
  readonly #cache = new Int32Array(CACHE)

  constructor(levels: LevelStore, nodes: PriceNodeStore, descending: boolean) {
    this.levels = levels
    this.nodes = nodes
    this.descending = descending
  }

  /** The level at `price`, or NONE. */
  find(price: number): number {
    const leaf = this.#leaf(Math.floor(price / RADIX))
    return leaf === NONE ? NONE : this.nodes.child(leaf, price & DIGIT)
  }

  /** The level at `price`, made when there is none. */
  obtain(price: number): number {
    const prefix = Math.floor(price / RADIX)
    let leaf = this.#leaf(prefix)
    if (leaf === NONE) leaf = this.#plant(prefix)
    const digit = price & DIGIT
    const found = this.nodes.child(leaf, digit)
    if (found !== NONE) return found
    const level = this.levels.allocate(price, leaf, !this.descending)
    this.nodes.setChild(leaf, digit, level)
    if (this.best === NONE || this.#better(price, this.levels.price(this.best))) this.best = level
    return level
  }

  /** Remove an empty level. */
  remove(level: number): void {
    if (level === this.best) this.best = this.after(level)
    const leaf = this.levels.leaf(level)
    const left = this.nodes.clearChild(leaf, this.levels.price(level) & DIGIT)
    this.levels.release(level)
    if (left === 0) this.#prune(leaf)
  }

  /** The next worse level, or NONE. */
  after(level: number): number {
    const leaf = this.levels.leaf(level)
    const worse = this.#worse(this.nodes.occupancy(leaf), this.levels.price(level) & DIGIT)
    return worse !== 0 ? this.nodes.child(leaf, this.#extreme(worse)) : this.#climb(leaf)
  }

  #better(price: number, other: number): boolean {
    return this.descending ? price > other : price < other
  }

  /** The bits of children that come after `digit`. */
  #worse(occupancy: number, digit: number): number {
    return this.descending ? occupancy & ((1 << digit) - 1) : occupancy & ~((2 << digit) - 1)
  }

  /** The best child in a word of bits that is not 0. */
  #extreme(bits: number): number {
    return 31 - Math.clz32(this.descending ? bits : bits & -bits)
  }

  #leaf(prefix: number): number {
    const cached = this.#cache[prefix & (CACHE - 1)]!
    return cached !== NONE && this.nodes.prefix(cached) === prefix ? cached : this.#descend(prefix)
  }

  #descend(prefix: number): number {
    if (this.root === NONE || Math.floor(prefix * INVERSE_POWERS[this.height]!) !== 0) return NONE
    let node = this.root
    for (let height = this.height; height > 0 && node !== NONE; height--) {
      node = this.nodes.child(node, Math.floor(prefix * INVERSE_POWERS[height - 1]!) & DIGIT)
    }
    if (node !== NONE) this.#cache[prefix & (CACHE - 1)] = node
    return node
  }

  /** Make the path to the leaf of `prefix`. */
  #plant(prefix: number): number {
    if (this.root === NONE) {
      this.height = 0
      while (Math.floor(prefix * INVERSE_POWERS[this.height]!) !== 0) this.height++
      this.root = this.nodes.allocate(0, NONE)
    }
    while (Math.floor(prefix * INVERSE_POWERS[this.height]!) !== 0) this.#raise()
    let node = this.root
    for (let height = this.height - 1; height >= 0; height--) {
      const path = Math.floor(prefix * INVERSE_POWERS[height]!)
      let child = this.nodes.child(node, path & DIGIT)
      if (child === NONE) {
        child = this.nodes.allocate(path, node)
        this.nodes.setChild(node, path & DIGIT, child)
      }
      node = child
    }
    this.#cache[prefix & (CACHE - 1)] = node
    return node
  }

  /** A new root above the old one, which holds the lowest prices. */
  #raise(): void {
    const root = this.nodes.allocate(0, NONE)
    this.nodes.setChild(root, 0, this.root)
    this.nodes.setParent(this.root, root)
    this.root = root
    this.height++
  }

  /** From a leaf without further levels: up to the first other branch, down its best side. */
  #climb(leaf: number): number {
    const { nodes } = this
    let node = leaf
    for (let height = 0; height < this.height; height++) {
      const parent = nodes.parent(node)
      const worse = this.#worse(nodes.occupancy(parent), nodes.prefix(node) & DIGIT)
      if (worse === 0) {
        node = parent
        continue
      }
      node = nodes.child(parent, this.#extreme(worse))
      for (let down = height; down > 0; down--) node = nodes.child(node, this.#extreme(nodes.occupancy(node)))
      return nodes.child(node, this.#extreme(nodes.occupancy(node)))
    }
    return NONE
  }

  /** Release an empty leaf and every ancestor that it leaves empty. */
  #prune(leaf: number): void {
    const { nodes } = this
    const entry = nodes.prefix(leaf) & (CACHE - 1)
    if (this.#cache[entry] === leaf) this.#cache[entry] = NONE
    let node = leaf
    for (;;) {
      const parent = nodes.parent(node)
      const digit = nodes.prefix(node) & DIGIT
      nodes.release(node)
      if (parent === NONE) break
      if (nodes.clearChild(parent, digit) !== 0) return
      node = parent
    }
    this.root = NONE
    this.height = 0
  }
}
