/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import type { Side } from './enums.ts'
import type { EventWriter } from './event-writer.ts'
import type { LevelStore } from './level.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

const INITIAL_TOUCHES = 64

/**
 * The price levels that the current step has changed, in order of the first change: each gets one LEVEL event at the
 * end of the step. An existing level carries the mark itself. A level that was removed and created again (the level
 * that an amended or replaced order left, always the first of its step) is found by comparison.
 */
export class LevelTouches {
  readonly #levels: LevelStore
  readonly #writer: EventWriter
  #prices = new Float64Array(INITIAL_TOUCHES)
  /** symbol, side, level, 0 */
  #words = new Int32Array(4 * INITIAL_TOUCHES)
  count = 0

  constructor(levels: LevelStore, writer: EventWriter) {
    this.#levels = levels
    this.#writer = writer
  }

  /** `level` still exists, but may be empty and about to be removed. */
  touch(market: Market, side: Side, level: number): void {
    if (!this.#levels.mark(level)) return
    const price = this.#levels.price(level)
    const words = this.#words
    if (this.count > 0 && this.#prices[0] === price && words[0] === market.id && words[1] === side) return
    if (this.count === this.#prices.length) this.#grow()
    const at = this.count << 2
    this.#words[at] = market.id
    this.#words[at + 1] = side
    this.#words[at + 2] = level
    this.#prices[this.count++] = price
  }

  /** Write the events and begin the next step. */
  flush(markets: readonly Market[]): void {
    const { count } = this
    for (let i = 0; i < count; i++) this.#write(markets[this.#words[i << 2]!]!, i)
    this.count = 0
  }

  #write(market: Market, i: number): void {
    const levels = this.#levels
    const side = this.#words[(i << 2) + 1]! as Side
    const price = this.#prices[i]!
    let level = this.#words[(i << 2) + 2]!
    // The slot may belong to another level by now: then the price index finds the level.
    if (!levels.isMarked(level) || levels.price(level) !== price || levels.side(level) !== side) {
      level = market.book.side(side).find(price)
    }
    if (level !== NONE) levels.unmark(level)
    this.#writer.level(market, side, price, level === NONE ? 0 : levels.quantity(level))
  }

  #grow(): void {
    const prices = new Float64Array(this.#prices.length * 2)
    prices.set(this.#prices)
    this.#prices = prices
    const words = new Int32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
  }
}
