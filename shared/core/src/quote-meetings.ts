import { SelfTradePrevention, type Side } from './enums.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { NONE: NO_PREVENTION, EXPIRE_MAKER, DECREMENT } = SelfTradePrevention
const NONE = EMPTY

/**
 * The quantity that a quote quantity buys or sells in the present book, where the account may meet orders of its own.
 * The taker's mode of self-trade prevention applies to them. EXPIRE_TAKER and EXPIRE_BOTH end at the first,
 * EXPIRE_MAKER skips them, and with DECREMENT they take as much of the quote as they would have traded.
 */
export class QuoteMeetings {
  /** Units that are executed: the most whole lots that can be reached. */
  executed = 0
  /** Units that DECREMENT takes off on the way there. */
  prevented = 0
  /** The other side of the book is empty. */
  isEmpty = false
  /** After all that the quote quantity is not used up: the book ends, or only own orders follow. */
  isShort = false
  /** An own order is met before anything is executed. */
  meetsOwnFirst = false
  readonly #shard: Shard
  #mode: SelfTradePrevention = NO_PREVENTION
  #step = 1
  #left = 0
  /** Units executed so far, as if lots could be broken, and what prevention took off meanwhile. */
  #units = 0
  #off = 0
  /** Units at the last own order that ends, or that ends the order; −1: none. */
  #ownAt = -1
  /** For each level: does it have own orders of the account? All zero except during a walk. */
  #ownLevels = new Uint8Array(0)

  constructor(shard: Shard) {
    this.#shard = shard
  }

  /** Compute as if the order in slot `without` did not exist. */
  walk(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quoteQuantity: number,
    without: number,
  ): void {
    const { memory, orders, steps } = this.#shard
    const { levels } = memory
    this.#begin(market, mode, quoteQuantity)
    const hasOwn = mode !== NO_PREVENTION && this.#shard.seats.orders(seat) > 0
    if (hasOwn) this.#markOwn(seat, side, 1)
    const away = without === NONE ? NONE : orders.level(without)
    let goesOn = true
    let inspected = 0
    let level = market.book.opposite(side).best
    for (; level !== NONE && goesOn; level = market.book.opposite(side).after(level)) {
      const unit = levels.price(level) * market.quoteScale
      inspected++
      if (hasOwn && this.#ownLevels[level] === 1) goesOn = this.#makers(level, seat, unit, without)
      else goesOn = this.#others(levels.quantity(level) - (level === away ? orders.remaining(without) : 0), unit)
    }
    steps.inspected(inspected)
    if (hasOwn) this.#markOwn(seat, side, 0)
    if (goesOn && this.#left > 0) this.isShort = true
    if (this.#ownAt === this.executed) this.isShort = true
    this.meetsOwnFirst = this.executed === 0 && (this.prevented > 0 || this.#ownAt === 0)
  }

  #begin(market: Market, mode: SelfTradePrevention, quoteQuantity: number): void {
    this.executed = this.prevented = this.#units = this.#off = 0
    this.isEmpty = true
    this.isShort = this.meetsOwnFirst = false
    this.#ownAt = -1
    this.#mode = mode
    this.#step = this.#shard.marketStep(market)
    this.#left = quoteQuantity
  }

  /** Mark the levels with own orders, or remove the marks. */
  #markOwn(seat: number, side: Side, mark: 0 | 1): void {
    const { images, orders, seats, steps, memory } = this.#shard
    if (this.#ownLevels.length < memory.levels.capacity) this.#ownLevels = new Uint8Array(memory.levels.capacity)
    let inspected = 0
    for (let own = seats.head(seat); own !== NONE; own = images.links.next(own)) {
      inspected++
      if (images.side(own) !== side && images.isWorking(own) && orders.level(own) > NONE) {
        this.#ownLevels[orders.level(own)] = mark
      }
    }
    steps.inspected(inspected)
  }

  /** Walk maker by maker. Returns false when nothing more is matched. */
  #makers(level: number, seat: number, unit: number, without: number): boolean {
    const { orders, memory, steps } = this.#shard
    let goesOn = true
    let inspected = 0
    for (let maker = memory.levels.head(level); maker !== NONE && goesOn; maker = orders.next(maker)) {
      inspected++
      if (maker === without) continue
      const offered = orders.remaining(maker)
      goesOn = orders.owner(maker) === seat ? this.#own(offered, unit) : this.#others(offered, unit)
    }
    steps.inspected(inspected)
    return goesOn
  }

  /** The offer of other accounts at one price. Returns false when the quote quantity does not pay for all of it. */
  #others(offered: number, unit: number): boolean {
    if (offered === 0) return true
    this.isEmpty = false
    const taken = Math.min(offered, unitsWithin(this.#left, unit))
    this.#units += taken
    this.#left -= taken * unit
    const whole = floorToStep(this.#units, this.#step)
    if (whole > this.executed) {
      this.executed = whole
      this.prevented = this.#off
    }
    return taken === offered && this.#left > 0
  }

  /**
   * An own order is met while one more lot could be paid at its price. Returns false when nothing behind it is reached.
   */
  #own(offered: number, unit: number): boolean {
    this.isEmpty = false
    const within = unitsWithin(this.#left, unit)
    const whole = floorToStep(this.#units, this.#step)
    if (floorToStep(this.#units + within, this.#step) === whole) return false
    if (this.#mode === DECREMENT) return this.#decrement(Math.min(offered, within), offered, unit)
    if (whole === this.#units) this.#ownAt = whole
    if (this.#mode === EXPIRE_MAKER) return true
    this.isShort = true
    return false
  }

  #decrement(quantity: number, offered: number, unit: number): boolean {
    this.#off += quantity
    this.#left -= quantity * unit
    if (this.#units === this.executed) this.prevented = this.#off
    return quantity === offered && this.#left > 0
  }
}
