import { Allowance } from './allowance.ts'
import { Amount } from './amount.ts'
import { SelfTradePrevention, Side } from './enums.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import { QuoteMeetings } from './quote-meetings.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { EXPIRE_MAKER } = SelfTradePrevention
const { NONE: ACCEPTED, INSUFFICIENT_BALANCE, LIQUIDITY_BELOW_LOT } = Reject
const NONE = EMPTY

/** Computes from the book what a market order may spend, and locks it like the lock of a limit order. */
export class Spending {
  /** OWN_IN_QUOTE: whole lots of the last quote quantity are executed, the rest is prevented. */
  readonly meetings: QuoteMeetings
  readonly #shard: Shard
  readonly #part = new Amount()
  readonly #other = new Allowance()

  constructor(shard: Shard) {
    this.#shard = shard
    this.meetings = new QuoteMeetings(shard)
  }

  /**
   * Set the allowance by the book as it is; with OWN_IN_QUOTE an order by quote quantity has been through `meetingLots`.
   *
   * @returns INSUFFICIENT_BALANCE when free funds do not cover all that the book could fill, LIQUIDITY_BELOW_LOT when a
   *   quote quantity comes to less than one lot
   */
  plan(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quantity: number,
    quoteQuantity: number,
    allowance: Allowance,
  ): RejectCode {
    allowance.clear()
    if (quoteQuantity !== 0) return this.#planQuote(market, seat, side, quoteQuantity, allowance)
    allowance.quantity = quantity
    return side === BUY ? this.#planBuy(market, seat, mode, allowance) : this.#lacksBase(market, seat, quantity)
  }

  /** Lock what `plan` found. */
  lock(market: Market, seat: number, side: Side, allowance: Allowance): void {
    const { ledger, seats } = this.#shard
    if (side === BUY) {
      ledger.lock(seats.quote(seat), allowance.held)
      return
    }
    this.#part.setProduct(allowance.quantity, market.baseScale, 1)
    ledger.lock(seats.base(seat), this.#part)
  }

  /** How many units the locked money of a BUY by quantity still pays, at most `wanted`; whole lots when it is less. */
  affordable(market: Market, price: number, wanted: number, held: Amount): number {
    const fits = this.#part.setProduct(price, wanted, market.quoteScale)
    if (fits && !this.#part.isGreater(held)) return wanted
    const units = Number(held.toBigInt() / (BigInt(price) * BigInt(market.quoteScale)))
    return floorToStep(Math.min(wanted, units), this.#shard.marketStep(market))
  }

  /**
   * A BUY locks what the book asks for its quantity. Only EXPIRE_MAKER can remove own orders and so lead to higher
   * prices: then it locks all free funds.
   */
  #planBuy(market: Market, seat: number, mode: SelfTradePrevention, { quantity, held }: Allowance): RejectCode {
    const { memory, ledger, seats } = this.#shard
    const { levels } = memory
    const index = market.book.asks
    const balance = seats.quote(seat)
    let wanted = quantity
    let inspected = 0
    for (let level = index.best; level !== NONE && wanted > 0; level = index.after(level)) {
      const taken = Math.min(wanted, levels.quantity(level))
      if (!this.#part.setProduct(levels.price(level), taken, market.quoteScale)) return INSUFFICIENT_BALANCE
      held.add(this.#part)
      if (ledger.lacks(balance, held)) return INSUFFICIENT_BALANCE
      wanted -= taken
      inspected++
    }
    this.#shard.steps.inspected(inspected)
    if (mode === EXPIRE_MAKER && seats.orders(seat) > 0) held.setBig(ledger.free(balance))
    return ACCEPTED
  }

  #planQuote(market: Market, seat: number, side: Side, quoteQuantity: number, allowance: Allowance): RejectCode {
    const { ledger, seats, ownInQuote } = this.#shard
    allowance.held.setInteger(quoteQuantity)
    if (side === BUY && ledger.lacks(seats.quote(seat), allowance.held)) return INSUFFICIENT_BALANCE
    // The lot filters have just computed the same order.
    if (ownInQuote) this.#takeMeetings(allowance)
    else this.walkQuote(market, side, quoteQuantity, NONE, allowance)
    if (allowance.quantity === 0 && !allowance.isEmpty && !ownInQuote) return LIQUIDITY_BELOW_LOT
    return side === BUY ? ACCEPTED : this.#lacksBase(market, seat, allowance.quantity)
  }

  /** OWN_IN_QUOTE: the same, with own orders treated as `mode` says. */
  walkMeetings(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quoteQuantity: number,
    without: number,
    allowance: Allowance,
  ): void {
    this.meetings.walk(market, seat, side, mode, quoteQuantity, without)
    this.#takeMeetings(allowance)
  }

  #takeMeetings(allowance: Allowance): void {
    const { executed, prevented, isEmpty, isShort } = this.meetings
    allowance.quantity = executed + prevented
    allowance.isEmpty = isEmpty
    allowance.isShort = isShort
  }

  /** The whole lots that a quote quantity buys, or that bring it in, if the order in slot `without` did not exist. */
  walkQuote(market: Market, side: Side, quoteQuantity: number, without: number, allowance: Allowance): void {
    const { memory, orders } = this.#shard
    const { levels } = memory
    const away = without === NONE ? NONE : orders.level(without)
    const index = market.book.opposite(side)
    let left = quoteQuantity
    let units = 0
    allowance.isEmpty = true
    let inspected = 0
    let level = index.best
    for (; level !== NONE && left > 0; level = index.after(level)) {
      const unit = levels.price(level) * market.quoteScale
      const offered = levels.quantity(level) - (level === away ? orders.remaining(without) : 0)
      const within = unitsWithin(left, unit)
      inspected++
      if (offered === 0) continue
      allowance.isEmpty = false
      const taken = Math.min(offered, within)
      units += taken
      left -= taken * unit
      if (within < offered) break
    }
    this.#shard.steps.inspected(inspected)
    allowance.isShort = level === NONE && left > 0
    allowance.quantity = floorToStep(units, this.#shard.marketStep(market))
  }

  /** The quantity of `walkQuote` alone. */
  lotsOfQuote(market: Market, side: Side, quoteQuantity: number, without: number): number {
    this.walkQuote(market, side, quoteQuantity, without, this.#other)
    return this.#other.quantity
  }

  #lacksBase(market: Market, seat: number, quantity: number): RejectCode {
    const { ledger, seats } = this.#shard
    const fits = this.#part.setProduct(quantity, market.baseScale, 1)
    return !fits || ledger.lacks(seats.base(seat), this.#part) ? INSUFFICIENT_BALANCE : ACCEPTED
  }
}
