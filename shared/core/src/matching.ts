import { Amount } from './amount.ts'
import { ExecutionType, ExpiryReason, OrderStatus, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { PreventedMeeting } from './event-writer.ts'
import { Fill } from './fill.ts'
import { FreeSpending } from './free-spending.ts'
import { isFillable } from './liquidity.ts'
import type { Market } from './market.ts'
import { Meeting, type Taker } from './order-book.ts'
import { NONE as EMPTY } from './order-store.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import { settle } from './settlement.ts'
import type { Shard } from './shard.ts'
import { Spending } from './spending.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const { FOK, GTC } = TimeInForce
const { EXPIRED: EXECUTION_EXPIRED } = ExecutionType
const { UNFILLED_FOK_ORDER, INSUFFICIENT_LIQUIDITY, UNFILLED_IOC_QUANTITY, NONE: NO_REASON } = ExpiryReason
const { NONE: NO_PREVENTION, EXPIRE_MAKER, EXPIRE_BOTH, EXPIRE_TAKER, DECREMENT } = SelfTradePrevention
const { STOP, MET_LAST, MET, DROP_LAST, DROP } = Meeting
const { PARTIALLY_FILLED, FILLED, EXPIRED, EXPIRED_IN_MATCH } = OrderStatus
const NONE = EMPTY

/**
 * An order at work: it meets the book, pays and is paid, and ends or rests. One object serves all orders; it is told of
 * each maker by the book (see `Taker`). Limit-like orders pay out of their lock, market orders out of free funds.
 */
export class Matching implements Taker {
  /** See `Taker`. */
  quantity = 0
  /** Prices of the order's trades; `high` is 0 when there was none. */
  low = 0
  high = 0
  /** What the next market order may spend: planned and locked before `work`. */
  readonly spending: Spending
  readonly free: FreeSpending
  readonly #shard: Shard
  readonly #fill = new Fill()
  readonly #meeting: PreventedMeeting = { maker: NONE, taker: NONE, makerQuantity: 0, takerQuantity: 0 }
  readonly #none = new Amount()
  #market: Market | undefined = undefined
  #slot: number = NONE
  #seat: number = NONE
  #side: Side = BUY
  #mode: SelfTradePrevention = NO_PREVENTION
  /** OWN_FLAG when the command itself placed or amended the order. */
  #flags = 0
  /** The limit; 0 for market orders, which hold what `spending` says. */
  #limit = 0
  /** What is neither executed nor prevented. */
  #left = 0
  #byQuote = false
  /** By quote quantity: what may still be spent or received. */
  #budget = 0
  #ended = false

  constructor(shard: Shard) {
    this.#shard = shard
    this.free = new FreeSpending(shard)
    this.spending = new Spending(shard)
  }

  /**
   * Match the order in `slot`, whose lock is in place and whose first execution is written, then end or rest it.
   * `entered`: its id is in the table already (a stop order, an amended order). It is not enlisted.
   */
  work(market: Market, slot: number, entered: boolean, flags: number): void {
    const { orders, images } = this.#shard
    const timeInForce = images.timeInForce(slot)
    this.#begin(market, slot, flags)
    if (timeInForce === FOK && !isFillable(this.#shard, market, slot)) {
      this.#end(UNFILLED_FOK_ORDER, EXPIRED)
    } else {
      const isMarket = this.#limit === 0
      const limit = !isMarket ? this.#limit : this.#side === BUY ? Number.POSITIVE_INFINITY : 0
      market.book.match(this.#side, limit, this.#left, this)
      if (!this.#ended) {
        if (isMarket) this.#end(INSUFFICIENT_LIQUIDITY, EXPIRED)
        else if (timeInForce !== GTC) this.#end(UNFILLED_IOC_QUANTITY, EXPIRED)
      }
    }
    if (!this.#ended) this.#rest(entered)
    else if (entered) orders.release(slot)
    else orders.discard(slot)
  }

  #begin(market: Market, slot: number, flags: number): void {
    const { orders, images } = this.#shard
    this.low = this.high = 0
    this.#market = market
    this.#slot = slot
    this.#seat = orders.owner(slot)
    this.#side = images.side(slot)
    this.#mode = images.mode(slot)
    this.#flags = flags
    this.#limit = images.price(slot)
    this.#budget = images.quoteQuantity(slot)
    this.#byQuote = this.#budget > 0
    const isFree = this.#byQuote && !this.#shard.boundedSteps
    this.#left = isFree ? Number.MAX_SAFE_INTEGER : this.#byQuote ? this.spending.quantity : orders.remaining(slot)
    this.#ended = false
  }

  #rest(entered: boolean): void {
    const { orders, images, moment, touches } = this.#shard
    const slot = this.#slot
    orders.setRemaining(slot, this.#left)
    images.setPriority(slot, moment)
    if (!entered) orders.enter(slot)
    this.#shard.enlist(slot)
    this.#market!.book.rest(slot, this.#side, this.#limit)
    touches.touch(this.#market!, this.#side, orders.level(slot))
  }

  /** The order ends without a trade: what its lock still holds is freed. */
  #end(reason: ExpiryReason, status: OrderStatus): void {
    const { images, writer } = this.#shard
    this.#release()
    images.setStatus(this.#slot, status)
    writer.execution(this.#slot, EXECUTION_EXPIRED, reason, this.#flags)
    this.#ended = true
  }

  /** Free what is still held for the order. */
  #release(): void {
    const { boundedSteps, ledger, seats } = this.#shard
    const { held } = this.spending
    if (this.#limit !== 0 || (boundedSteps && this.#side === SELL && this.#left > 0)) {
      this.#shard.unlock(this.#market!, this.#slot, this.#left)
    } else if (boundedSteps && this.#side === BUY && !held.isZero()) {
      ledger.unlock(seats.quote(this.#seat), held)
      held.clear()
    }
  }

  meet(maker: number, level: number): Meeting {
    const { orders, memory } = this.#shard
    const price = memory.levels.price(level)
    if (orders.owner(maker) === this.#seat && this.#mode !== NO_PREVENTION) {
      return this.#prevent(maker, level, price)
    }
    if (this.#limit === 0) {
      const bounded = this.#bounded(price, orders.remaining(maker))
      if (bounded === 0) return STOP
      this.quantity = bounded
    }
    return this.#trade(maker, level, price)
  }

  swept(level: number): void {
    const opposite = this.#side === BUY ? SELL : BUY
    this.#shard.touches.touch(this.#market!, opposite, level)
  }

  /** The quantity a market order can take of a maker that offers `offered`: what is wanted and what it may spend. */
  #bounded(price: number, offered: number): number {
    const market = this.#market!
    if (!this.#shard.boundedSteps) {
      return this.free.quantity(market, this.#seat, this.#side, this.#quoteLeft(), price, offered, this.quantity)
    }
    if (this.#byQuote) return this.#quoteUnits(price, offered)
    return this.#side === BUY ? this.spending.affordable(market, price, this.quantity) : this.quantity
  }

  /** By quote quantity: what may still be spent or received; else −1. */
  #quoteLeft(): number {
    return this.#byQuote ? this.#budget : -1
  }

  /** By quote quantity: the units of a maker that what is left of it comes to, so that whole lots are taken in all. */
  #quoteUnits(price: number, offered: number): number {
    const market = this.#market!
    const marketStep = this.#shard.marketStep(market)
    const units = unitsWithin(this.#budget, price * market.quoteScale)
    if (!this.#shard.boundedSteps) return floorToStep(Math.min(offered, units), marketStep)
    if (units >= this.quantity) return this.quantity
    const taken = this.#shard.images.quantity(this.#slot)
    return Math.max(0, floorToStep(taken + units, marketStep) - taken)
  }

  #trade(maker: number, level: number, price: number): Meeting {
    const { images, writer, seats, orders, moment } = this.#shard
    const market = this.#market!
    const fill = this.#fill
    const quantity = this.quantity
    const slot = this.#slot
    fill.price = price
    fill.quantity = quantity
    fill.id = ++market.lastTradeId
    market.lastPrice = price
    market.reference.record(moment, fill)
    if (this.high === 0 || price < this.low) this.low = price
    if (price > this.high) this.high = price
    const isHeld = this.#limit === 0 && this.#shard.boundedSteps
    settle(this.#shard, market, fill, this.#side, this.#seat, orders.owner(maker), this.#limit, isHeld)
    if (isHeld && this.#side === BUY) this.spending.held.subtract(fill.quote)

    const makerDone = quantity === orders.remaining(maker)
    images.fill(maker, fill, makerDone ? FILLED : PARTIALLY_FILLED)
    if (makerDone) this.#shard.delist(maker)
    else if (this.#side === SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    const done = this.#taken(maker, level, price, makerDone)
    images.fill(slot, fill, done ? FILLED : PARTIALLY_FILLED)
    if (this.#byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    writer.trade(market, maker, slot, this.#side === BUY, this.#flags, fill)
    if (done) {
      this.#ended = true
      if (isHeld) this.#release()
    }
    return done ? MET_LAST : MET
  }

  /** Reckon a fill with what is wanted; true when nothing more is, or (by quote quantity) no more can be paid. */
  #taken(maker: number, level: number, price: number, makerDone: boolean): boolean {
    const { boundedSteps } = this.#shard
    if (!this.#byQuote || boundedSteps) this.#left -= this.quantity
    if (!this.#byQuote) return this.#left === 0
    this.#budget -= price * this.#market!.quoteScale * this.quantity
    if (boundedSteps && this.#left === 0) return !this.spending.isShort
    return this.#exhausted(maker, level, price, makerDone, boundedSteps ? 1 : this.#market!.filters.marketStep)
  }

  /** Does what is left of the quote quantity come to nothing at the next maker's price? */
  #exhausted(maker: number, level: number, price: number, makerDone: boolean, step: number): boolean {
    if (this.#budget === 0) return true
    const { orders, memory } = this.#shard
    const market = this.#market!
    let next = price
    if (makerDone && orders.next(maker) === NONE) {
      const after = market.book.opposite(this.#side).after(level)
      if (after === NONE) return false
      next = memory.levels.price(after)
    }
    return floorToStep(unitsWithin(this.#budget, next * market.quoteScale), step) === 0
  }

  /** Self-trade prevention, by the taker's mode. */
  #prevent(maker: number, level: number, price: number): Meeting {
    const { orders, writer } = this.#shard
    const market = this.#market!
    const mode = this.#mode
    const offered = orders.remaining(maker)
    const makerEnds = mode === EXPIRE_MAKER || mode === EXPIRE_BOTH
    const takerEnds = mode === EXPIRE_TAKER || mode === EXPIRE_BOTH
    let decrement = 0
    if (mode === DECREMENT) {
      decrement = this.#byQuote ? this.#quoteUnits(price, offered) : this.quantity
      if (decrement === 0) return STOP
    }
    const meeting = this.#meeting
    meeting.maker = maker
    meeting.taker = this.#slot
    meeting.makerQuantity = makerEnds ? offered : decrement
    meeting.takerQuantity = takerEnds ? (this.#byQuote ? 0 : this.#left) : decrement
    this.#fill.id = ++market.preventedId
    this.#fill.price = price
    this.#fill.quantity = decrement
    writer.prevented(market.id, mode, this.#flags, meeting, this.#fill)
    if (decrement > 0) return this.#decrement(maker, level, price, decrement)
    if (makerEnds) {
      this.#shard.unlock(market, maker, offered)
      this.#reportExpired(maker)
    }
    if (takerEnds) this.#end(NO_REASON, EXPIRED_IN_MATCH)
    if (!makerEnds) return STOP
    return takerEnds ? DROP_LAST : DROP
  }

  /** Both orders lose `quantity` without trading it. */
  #decrement(maker: number, level: number, price: number, quantity: number): Meeting {
    const { orders, images, writer, seats } = this.#shard
    const market = this.#market!
    const slot = this.#slot
    this.quantity = quantity
    this.#shard.unlock(market, maker, quantity)
    if (this.#limit !== 0 || (this.#shard.boundedSteps && this.#side === SELL))
      this.#shard.unlock(market, slot, quantity)
    images.prevent(maker, quantity)
    images.prevent(slot, quantity)
    const makerDone = quantity === orders.remaining(maker)
    const done = this.#taken(maker, level, price, makerDone)
    if (this.#byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    this.#fill.clearQuote()
    writer.preventedFills(maker, slot, this.#flags, this.#fill, this.#none)
    if (makerDone) this.#reportExpired(maker)
    else if (this.#side === SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    if (done) this.#end(NO_REASON, EXPIRED_IN_MATCH)
    return done ? MET_LAST : MET
  }

  #reportExpired(maker: number): void {
    const { images, writer } = this.#shard
    this.#shard.delist(maker)
    images.setStatus(maker, EXPIRED_IN_MATCH)
    writer.execution(maker, EXECUTION_EXPIRED, NO_REASON, 0)
  }
}
