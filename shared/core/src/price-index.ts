/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import type { LevelStore } from './level.ts'
import { NONE as EMPTY } from './order-store.ts'
import { FANOUT, type PriceNodeStore } from './price-node.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY
const RADIX = FANOUT
const DIGIT = RADIX - 1

/** 32^-h, exact. Prices below 2^53 have eleven base-32 digits. */
const INVERSE_POWERS = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1).map((_, h) => 1 / 2 ** (5 * h))
const CACHE = 64

/**
 * The levels of one side by price: a radix trie with 32 children per node. A level is attached to the highest node at
 * which its digit is unique, so an isolated level needs no path of its own. Crowded levels are attached to leaves,
 * where a level is found by the price without its last digit, nearly always in a small direct-mapped cache. To find the
 * next level it counts zeros in the node's occupancy word. When the node has no further child it climbs to the first
 * ancestor that has one. It never scans, whatever the distance between prices.
 */
export class PriceIndex {
  readonly levels: LevelStore
  readonly nodes: PriceNodeStore
  /** Best is the highest price (bids) instead of the lowest. */
  readonly descending: boolean
  root: number = NONE
  /** The best level, or NONE. */
  best: number = NONE
  /** Leaves by the low bits of their prefix. */
  readonly #cache = new Int32Array(CACHE)

  constructor(levels: LevelStore, nodes: PriceNodeStore, descending: boolean) {
    this.levels = levels
    this.nodes = nodes
    this.descending = descending
  }

  /** The level at `price`, or NONE. */
  find(price: number): number {
    const leaf = this.#cached(Math.floor(price / RADIX))
    return leaf === NONE ? this.#search(price) : -this.nodes.child(leaf, price & DIGIT)
  }

  /** The level at `price`; created when there is none. */
  obtain(price: number): number {
    const leaf = this.#cached(Math.floor(price / RADIX))
    if (leaf === NONE) return this.#plant(price)
    const found = this.nodes.child(leaf, price & DIGIT)
    return found === NONE ? this.#hang(price, leaf, price & DIGIT) : -found
  }

  /** Remove an empty level. */
  remove(level: number): void {
    if (level === this.best) this.best = this.after(level)
    const { levels, nodes } = this
    const node = levels.node(level)
    const left = nodes.clearChild(node, this.#digit(levels.price(level), nodes.height(node)))
    levels.release(level)
    if (left === 0) this.#prune(node)
  }

  /** The next worse level, or NONE. */
  after(level: number): number {
    const { levels, nodes } = this
    const node = levels.node(level)
    const digit = this.#digit(levels.price(level), nodes.height(node))
    const worse = this.#worse(nodes.occupancy(node), digit)
    return worse === 0 ? this.#climb(node) : this.#first(nodes.child(node, this.#extreme(worse)))
  }

  #cached(prefix: number): number {
    const leaf = this.#cache[prefix & (CACHE - 1)]!
    return leaf !== NONE && this.nodes.prefix(leaf) === prefix ? leaf : NONE
  }

  /** The digit of a price that a node of this height uses. */
  #digit(price: number, height: number): number {
    return height === 0 ? price & DIGIT : Math.floor(price * INVERSE_POWERS[height]!) & DIGIT
  }

  isBetter(price: number, other: number): boolean {
    return this.descending ? price > other : price < other
  }

  /** The bits of the children after `digit`. */
  #worse(occupancy: number, digit: number): number {
    return this.descending ? occupancy & ((1 << digit) - 1) : occupancy & ~((2 << digit) - 1)
  }

  /** The best child in an occupancy word that is not 0. */
  #extreme(bits: number): number {
    return 31 - Math.clz32(this.descending ? bits : bits & -bits)
  }

  /** The best level below a child. */
  #first(child: number): number {
    let node = child
    while (node > 0) node = this.nodes.child(node, this.#extreme(this.nodes.occupancy(node)))
    return -node
  }

  /** Search from the root; a leaf on the way is cached. */
  #search(price: number): number {
    const { nodes } = this
    let node = this.root
    if (node === NONE || this.#isBeyond(price)) return NONE
    for (let height = nodes.height(node); ; height--) {
      if (height === 0) this.#remember(node)
      const child = nodes.child(node, this.#digit(price, height))
      if (child <= 0) return child !== NONE && this.levels.price(-child) === price ? -child : NONE
      node = child
    }
  }

  /** Does the price have more digits than the root and the nodes below cover? */
  #isBeyond(price: number): boolean {
    return Math.floor(price * INVERSE_POWERS[this.nodes.height(this.root) + 1]!) !== 0
  }

  #remember(leaf: number): void {
    this.#cache[this.nodes.prefix(leaf) & (CACHE - 1)] = leaf
  }

  /** Find or create the level from the root: at the first free place, after moving a level in its way down. */
  #plant(price: number): number {
    const { nodes } = this
    this.#reach(price)
    let node = this.root
    for (let height = nodes.height(node); ; height--) {
      if (height === 0) this.#remember(node)
      const digit = this.#digit(price, height)
      const child = nodes.child(node, digit)
      if (child === NONE) return this.#hang(price, node, digit)
      if (child > 0) node = child
      else if (this.levels.price(-child) === price) return -child
      else node = this.#lower(-child, node, digit, height - 1)
    }
  }

  /** Make the root high enough for the price. */
  #reach(price: number): void {
    const { nodes } = this
    if (this.root === NONE) {
      let height = 0
      while (Math.floor(price * INVERSE_POWERS[height + 1]!) !== 0) height++
      this.root = nodes.allocate(0, NONE, height)
      return
    }
    while (this.#isBeyond(price)) {
      const root = nodes.allocate(0, NONE, nodes.height(this.root) + 1)
      nodes.setChild(root, 0, this.root)
      nodes.setParent(this.root, root)
      this.root = root
    }
  }

  #hang(price: number, node: number, digit: number): number {
    const level = this.levels.allocate(price, node, !this.descending)
    this.nodes.setChild(node, digit, -level)
    if (this.best === NONE || this.isBetter(price, this.levels.price(this.best))) this.best = level
    return level
  }

  /** Another level needs the place of `level`: insert a node there and attach `level` below it. Returns the node. */
  #lower(level: number, parent: number, digit: number, height: number): number {
    const { nodes, levels } = this
    const price = levels.price(level)
    const node = nodes.allocate(Math.floor(price * INVERSE_POWERS[height + 1]!), parent, height)
    nodes.setChild(parent, digit, node)
    nodes.setChild(node, this.#digit(price, height), -level)
    levels.move(level, node)
    return node
  }

  /** From a node without further children: up to the first other branch, then down its best side. */
  #climb(from: number): number {
    const { nodes } = this
    for (let node = from; node !== this.root; node = nodes.parent(node)) {
      const parent = nodes.parent(node)
      const worse = this.#worse(nodes.occupancy(parent), nodes.prefix(node) & DIGIT)
      if (worse !== 0) return this.#first(nodes.child(parent, this.#extreme(worse)))
    }
    return NONE
  }

  /** Free an empty node and every ancestor that becomes empty. */
  #prune(empty: number): void {
    const { nodes } = this
    let node = empty
    for (;;) {
      const parent = nodes.parent(node)
      const prefix = nodes.prefix(node)
      if (this.#cache[prefix & (CACHE - 1)] === node) this.#cache[prefix & (CACHE - 1)] = NONE
      nodes.release(node)
      if (parent === NONE) break
      if (nodes.clearChild(parent, prefix & DIGIT) !== 0) return
      node = parent
    }
    this.root = NONE
  }
}
