import { Amount } from './amount.ts'
import { Side } from './enums.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const { NONE: ACCEPTED, INSUFFICIENT_BALANCE, LIQUIDITY_BELOW_LOT } = Reject
const NONE = EMPTY

/** Market orders before BOUNDED_STEPS: each fill is paid from free funds. Kept to replay older journals. */
export class FreeSpending {
  readonly #shard: Shard
  readonly #amount = new Amount()
  readonly #part = new Amount()

  constructor(shard: Shard) {
    this.#shard = shard
  }

  /**
   * Can free funds pay a market order as far as the book could fill it? By quote quantity only part of that is checked.
   */
  check(market: Market, seat: number, side: Side, quantity: number, quoteQuantity: number): RejectCode {
    const { seats, ledger, memory } = this.#shard
    if (quoteQuantity === 0) {
      const lacks =
        side === BUY ? this.#costsMore(market, quantity, seats.quote(seat)) : this.#lacksBase(market, quantity, seat)
      return lacks ? INSUFFICIENT_BALANCE : ACCEPTED
    }
    this.#amount.setInteger(side === BUY ? quoteQuantity : 1)
    const balance = side === BUY ? seats.quote(seat) : seats.base(seat)
    if (ledger.lacks(balance, this.#amount)) return INSUFFICIENT_BALANCE
    const best = market.book.opposite(side).best
    if (best === NONE) return ACCEPTED
    const units = unitsWithin(quoteQuantity, memory.levels.price(best) * market.quoteScale)
    return floorToStep(units, market.filters.marketStep) === 0 ? LIQUIDITY_BELOW_LOT : ACCEPTED
  }

  /**
   * The quantity that can be taken from a maker that offers `offered`; by quantity `wanted` is wanted. `budget`: what
   * is left of a quote quantity, −1 for an order by quantity.
   */
  quantity(
    market: Market,
    seat: number,
    side: Side,
    budget: number,
    price: number,
    offered: number,
    wanted: number,
  ): number {
    const { ledger, seats } = this.#shard
    const { marketStep } = market.filters
    if (budget >= 0) {
      let quantity = Math.min(offered, unitsWithin(budget, price * market.quoteScale))
      if (side === SELL) {
        this.#amount.setProduct(quantity, market.baseScale, 1)
        const base = seats.base(seat)
        if (ledger.lacks(base, this.#amount)) quantity = ledger.units(base, market.baseScale, 1)
      }
      return floorToStep(quantity, marketStep)
    }
    if (side === SELL) return wanted
    const fits = this.#amount.setProduct(price, wanted, market.quoteScale)
    const quote = seats.quote(seat)
    if (fits && !ledger.lacks(quote, this.#amount)) return wanted
    return floorToStep(Math.min(wanted, ledger.units(quote, price, market.quoteScale)), marketStep)
  }

  #lacksBase(market: Market, quantity: number, seat: number): boolean {
    const { seats, ledger } = this.#shard
    const fits = this.#amount.setProduct(quantity, market.baseScale, 1)
    return !fits || ledger.lacks(seats.base(seat), this.#amount)
  }

  /** True when the balance cannot pay for what the book could fill of a BUY of `quantity`. */
  #costsMore(market: Market, quantity: number, balance: number): boolean {
    const { levels } = this.#shard.memory
    const index = market.book.asks
    let wanted = quantity
    this.#amount.clear()
    for (let level = index.best; level !== NONE && wanted > 0; level = index.after(level)) {
      const taken = Math.min(wanted, levels.quantity(level))
      if (!this.#part.setProduct(levels.price(level), taken, market.quoteScale)) return true
      this.#amount.add(this.#part)
      if (this.#shard.ledger.lacks(balance, this.#amount)) return true
      wanted -= taken
    }
    return false
  }
}
