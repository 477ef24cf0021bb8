/* oxlint-disable typescript/no-non-null-assertion -- a demand is only asked while it has its market. */
import { Allowance } from './allowance.ts'
import { Side } from './enums.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import type { Market } from './market.ts'
import type { MarketFunds } from './market-funds.ts'
import type { MarketWork } from './market-work.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Shard } from './shard.ts'
import type { Sweep } from './sweep.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const NONE = EMPTY

/** What the order being matched still wants, and what it can pay for. */
export class Demand {
  /** What a market order may still spend. */
  allowance: Allowance
  /** Quantity that is neither executed nor prevented. */
  left = 0
  byQuote = false
  /** By quote quantity: what may still be spent or received. */
  budget = 0
  /** The limit price; 0 for market orders, which `allowance` bounds. */
  limit = 0
  side: Side = BUY
  seat: number = NONE
  #market: Market | undefined = undefined
  #slot: number = NONE
  readonly #shard: Shard
  readonly #funds: MarketFunds
  /** Kept for an order that continues in a later command. */
  readonly #kept = new Allowance()

  constructor(shard: Shard, funds: MarketFunds) {
    this.#shard = shard
    this.#funds = funds
    this.allowance = this.#kept
  }

  /** @param allowance of a market order, which is counted down; ignored where the order has a limit */
  begin(market: Market, slot: number, allowance: Allowance): void {
    const { orders, images, boundedSteps } = this.#shard
    this.#market = market
    this.#slot = slot
    this.allowance = allowance
    this.seat = orders.owner(slot)
    this.side = images.side(slot)
    this.limit = images.price(slot)
    this.budget = images.quoteQuantity(slot)
    this.byQuote = this.budget > 0
    if (!this.byQuote) this.left = orders.remaining(slot)
    else this.left = boundedSteps ? allowance.quantity : Number.MAX_SAFE_INTEGER
  }

  /**
   * By quote quantity: the planned quantity is taken, and the order is not done. It may still meet own orders, for
   * which the book counts one unit more.
   */
  get beyond(): number {
    return this.byQuote && this.#shard.ownInQuote && this.allowance.isShort ? 1 : 0
  }

  /** By quote quantity: does the remaining budget pay for a whole lot at this price? */
  paysLot(price: number): boolean {
    const market = this.#market!
    return unitsWithin(this.budget, price * market.quoteScale) >= this.#shard.marketStep(market)
  }

  /** Store what is left until the order's next step. */
  pause(work: MarketWork): void {
    if (this.limit === 0) work.allowance.copy(this.allowance)
    work.allowance.quantity = this.byQuote ? this.left : 0
    work.budget = this.budget
    this.#shard.orders.setRemaining(this.#slot, this.byQuote ? 0 : this.left)
  }

  /** `begin` for the order that the market has in work. */
  resume(market: Market): void {
    const { work } = market
    this.#kept.copy(work.allowance)
    this.begin(market, work.slot, this.#kept)
    if (this.byQuote) this.budget = work.budget
  }

  /** A market order pays out of the amount that is locked for it. */
  get isHeld(): boolean {
    return this.limit === 0 && this.#shard.boundedSteps
  }

  /** The quantity that a market order can take from a maker that offers `offered`; it wants `wanted` at most. */
  within(price: number, offered: number, wanted: number): number {
    const market = this.#market!
    if (!this.#shard.boundedSteps) {
      const budget = this.byQuote ? this.budget : -1
      return this.#funds.free.quantity(market, this.seat, this.side, budget, price, offered, wanted)
    }
    if (this.byQuote) return this.quoteUnits(price, offered, wanted)
    return this.side === BUY ? this.#funds.spending.affordable(market, price, wanted, this.allowance.held) : wanted
  }

  /** By quote quantity: the units of a maker that the remaining budget pays for, so that the total is whole lots. */
  quoteUnits(price: number, offered: number, wanted: number): number {
    const market = this.#market!
    const marketStep = this.#shard.marketStep(market)
    // The book may count one unit beyond the plan.
    const planned = Math.min(wanted, this.left)
    const units = unitsWithin(this.budget, price * market.quoteScale)
    if (!this.#shard.boundedSteps) return floorToStep(Math.min(offered, units), marketStep)
    if (units >= planned) return planned
    const taken = this.#shard.images.quantity(this.#slot)
    return Math.max(0, floorToStep(taken + units, marketStep) - taken)
  }

  /**
   * Subtract a match from what is wanted. Returns true when nothing more is wanted, or (by quote quantity) no more can
   * be paid. `makerDone`: the current maker leaves the book.
   */
  take(quantity: number, sweep: Sweep, makerDone: boolean): boolean {
    const { boundedSteps } = this.#shard
    if (!this.byQuote || boundedSteps) this.left -= quantity
    if (!this.byQuote) return this.left === 0
    this.budget -= sweep.price * this.#market!.quoteScale * quantity
    if (boundedSteps && this.left === 0) return !this.allowance.isShort
    return this.#isExhausted(sweep, makerDone, boundedSteps ? 1 : this.#market!.filters.marketStep)
  }

  /** Unlock what is still held for the order. */
  release(): void {
    const { boundedSteps, ledger, seats } = this.#shard
    const { held } = this.allowance
    if (this.limit !== 0 || (boundedSteps && this.side === SELL && this.left > 0)) {
      this.#shard.unlock(this.#market!, this.#slot, this.left)
    } else if (boundedSteps && this.side === BUY && !held.isZero()) {
      ledger.unlock(seats.quote(this.seat), held)
      held.clear()
    }
  }

  /** Is the remaining quote quantity too small for one lot at the next maker's price? */
  #isExhausted({ maker, level, price }: Sweep, makerDone: boolean, step: number): boolean {
    if (this.budget === 0) return true
    const { orders, memory } = this.#shard
    const market = this.#market!
    let next = price
    if (makerDone && orders.next(maker) === NONE) {
      const after = market.book.opposite(this.side).after(level)
      if (after === NONE) return false
      next = memory.levels.price(after)
    }
    return floorToStep(unitsWithin(this.budget, next * market.quoteScale), step) === 0
  }
}
