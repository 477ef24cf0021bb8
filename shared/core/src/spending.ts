import { Amount } from './amount.ts'
import { SelfTradePrevention, Side } from './enums.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import type { Market } from './market.ts'
import type { MarketWork } from './market-work.ts'
import { NONE as EMPTY } from './order-store.ts'
import { QuoteMeetings } from './quote-meetings.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { EXPIRE_MAKER } = SelfTradePrevention
const { NONE: ACCEPTED, INSUFFICIENT_BALANCE, LIQUIDITY_BELOW_LOT } = Reject
const NONE = EMPTY

/**
 * What a market order may spend: fixed by the book before its first fill, held like the lock of a limit order, and only
 * counted down. What self-trades return goes to the balance and not into here.
 */
export class Spending {
  /** Quantity units that the order takes at most; what is asked for, or what its quote quantity comes to. */
  quantity = 0
  /** By quote quantity: the book has nothing on the other side, but for an order that is taken away. */
  isEmpty = false
  /** By quote quantity: the book ends before the quote quantity does, or own orders are met when all is taken. */
  isShort = false
  /** OWN_IN_QUOTE: whole lots of what the last quote quantity comes to are executed, the rest of `quantity` prevented. */
  readonly meetings: QuoteMeetings
  /** BUY: quote units that are held. */
  readonly held = new Amount()
  readonly #shard: Shard
  readonly #part = new Amount()

  constructor(shard: Shard) {
    this.#shard = shard
    this.meetings = new QuoteMeetings(shard)
  }

  /**
   * Reckon with the book as it is; with OWN_IN_QUOTE an order by quote quantity has been through `meetingLots`. INSUFFICIENT_BALANCE when free funds do not cover all that the book could fill,
   * LIQUIDITY_BELOW_LOT when a quote quantity comes to less than one lot.
   */
  plan(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quantity: number,
    quoteQuantity: number,
  ): RejectCode {
    this.isShort = false
    this.held.clear()
    if (quoteQuantity !== 0) return this.#planQuote(market, seat, side, quoteQuantity)
    this.quantity = quantity
    return side === BUY ? this.#planBuy(market, seat, mode) : this.#lacksBase(market, seat)
  }

  /** Hold what the last `plan` found. */
  lock(market: Market, seat: number, side: Side): void {
    const { ledger, seats } = this.#shard
    if (side === BUY) {
      ledger.lock(seats.quote(seat), this.held)
      return
    }
    this.#part.setProduct(this.quantity, market.baseScale, 1)
    ledger.lock(seats.base(seat), this.#part)
  }

  /** Keep what an order in work may still spend, and take it up again. */
  pause(work: MarketWork): void {
    work.held.copy(this.held)
    work.isShort = this.isShort
  }

  resume(work: MarketWork): void {
    this.held.copy(work.held)
    this.isShort = work.isShort
    this.quantity = work.units
  }

  /** How many units the money held for a BUY by quantity still pays, at most `wanted`; whole lots when that is less. */
  affordable(market: Market, price: number, wanted: number): number {
    const fits = this.#part.setProduct(price, wanted, market.quoteScale)
    if (fits && !this.#part.isGreater(this.held)) return wanted
    const units = Number(this.held.toBigInt() / (BigInt(price) * BigInt(market.quoteScale)))
    return floorToStep(Math.min(wanted, units), this.#shard.marketStep(market))
  }

  /**
   * A BUY holds what the book asks for its quantity. Only EXPIRE_MAKER can take own orders out of its way and so come to
   * higher prices: then it holds all that is free.
   */
  #planBuy(market: Market, seat: number, mode: SelfTradePrevention): RejectCode {
    const { memory, ledger, seats } = this.#shard
    const { levels } = memory
    const { held } = this
    const index = market.book.asks
    const balance = seats.quote(seat)
    let wanted = this.quantity
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

  #planQuote(market: Market, seat: number, side: Side, quoteQuantity: number): RejectCode {
    const { ledger, seats, ownInQuote } = this.#shard
    this.held.setInteger(quoteQuantity)
    if (side === BUY && ledger.lacks(seats.quote(seat), this.held)) return INSUFFICIENT_BALANCE
    // The lot filters have just reckoned with the same order.
    if (ownInQuote) this.#takeMeetings()
    else this.walkQuote(market, side, quoteQuantity, NONE)
    if (this.quantity === 0 && !this.isEmpty && !ownInQuote) return LIQUIDITY_BELOW_LOT
    return side === BUY ? ACCEPTED : this.#lacksBase(market, seat)
  }

  /** OWN_IN_QUOTE: the same with own orders met as `mode` says. */
  walkMeetings(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quoteQuantity: number,
    without: number,
  ): void {
    this.meetings.walk(market, seat, side, mode, quoteQuantity, without)
    this.#takeMeetings()
  }

  #takeMeetings(): void {
    const { meetings } = this
    this.quantity = meetings.executed + meetings.prevented
    this.isEmpty = meetings.isEmpty
    this.isShort = meetings.isShort
  }

  /** The whole lots that a quote quantity buys, or is received for, were the order in slot `without` not there. */
  walkQuote(market: Market, side: Side, quoteQuantity: number, without: number): void {
    const { memory, orders } = this.#shard
    const { levels } = memory
    const away = without === NONE ? NONE : orders.level(without)
    const index = market.book.opposite(side)
    let left = quoteQuantity
    let units = 0
    this.isEmpty = true
    let inspected = 0
    let level = index.best
    for (; level !== NONE && left > 0; level = index.after(level)) {
      const unit = levels.price(level) * market.quoteScale
      const offered = levels.quantity(level) - (level === away ? orders.remaining(without) : 0)
      const within = unitsWithin(left, unit)
      inspected++
      if (offered === 0) continue
      this.isEmpty = false
      const taken = Math.min(offered, within)
      units += taken
      left -= taken * unit
      if (within < offered) break
    }
    this.#shard.steps.inspected(inspected)
    this.isShort = level === NONE && left > 0
    this.quantity = floorToStep(units, this.#shard.marketStep(market))
  }

  #lacksBase(market: Market, seat: number): RejectCode {
    const { ledger, seats } = this.#shard
    const fits = this.#part.setProduct(this.quantity, market.baseScale, 1)
    return !fits || ledger.lacks(seats.base(seat), this.#part) ? INSUFFICIENT_BALANCE : ACCEPTED
  }
}
