/* oxlint-disable typescript/no-non-null-assertion -- an order at work has its market. */
// A state machine in one piece: what an order matches decides how it continues, and each end unlocks the rest.
import type { Allowance } from './allowance.ts'
import { Demand } from './demand.ts'
import { ExecutionType, ExpiryReason, OrderStatus, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import { Fill } from './fill.ts'
import { isFillable } from './liquidity.ts'
import type { Market } from './market.ts'
import type { MarketFunds } from './market-funds.ts'
import { WorkKind } from './market-work.ts'
import { NONE as EMPTY } from './order-store.ts'
import { type PreventedMeeting, tellPrevented } from './prevention.ts'
import { settle } from './settlement.ts'
import type { Shard } from './shard.ts'
import { Sweep } from './sweep.ts'
import { TradedPrices } from './traded-prices.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const { FOK, GTC } = TimeInForce
const { EXPIRED: EXECUTION_EXPIRED } = ExecutionType
const { UNFILLED_FOK_ORDER, INSUFFICIENT_LIQUIDITY, UNFILLED_IOC_QUANTITY } = ExpiryReason
const { NONE: NO_PREVENTION, EXPIRE_MAKER, EXPIRE_BOTH, EXPIRE_TAKER, DECREMENT } = SelfTradePrevention
const { PARTIALLY_FILLED, FILLED, EXPIRED } = OrderStatus
const NONE = EMPTY
const { ORDER: WORK_ORDER } = WorkKind

/** How the current order continues with the makers that it has not matched yet. */
const Course = {
  /** It matches the next one. */
  MEETS: 0,
  /** It matches no other: the rest of it rests on the book or expires. */
  STOPS: 1,
  /** The step of the command is over: it matches the next one in a later command. */
  PAUSES: 2,
  /** It is filled, or self-trade prevention has ended it. */
  ENDS: 3,
} as const
type Course = (typeof Course)[keyof typeof Course]
const { MEETS, STOPS, PAUSES, ENDS } = Course

/**
 * Matches one order against the book: it pays and receives, then ends or rests. One object serves all orders. Orders
 * with a limit pay from their lock, market orders from their allowance (before BOUNDED_STEPS from free funds).
 */
export class Matching {
  /** Prices of the trades of the last order. */
  readonly traded = new TradedPrices()
  readonly #shard: Shard
  readonly #demand: Demand
  readonly #sweep: Sweep
  readonly #fill = new Fill()
  readonly #meeting: PreventedMeeting = {
    maker: NONE,
    taker: NONE,
    makerQuantity: 0,
    takerQuantity: 0,
    makerEnds: false,
    takerEnds: false,
  }
  #market: Market | undefined = undefined
  #slot: number = NONE
  #mode: SelfTradePrevention = NO_PREVENTION
  /** OWN_FLAG when the command itself placed or amended the order. */
  #flags = 0
  #course: Course = MEETS

  constructor(shard: Shard, funds: MarketFunds) {
    this.#shard = shard
    this.#demand = new Demand(shard, funds)
    this.#sweep = new Sweep(shard.memory)
  }

  /**
   * Match the order in `slot`, then end or rest it. Its lock is in place, its first execution is written, and it is not
   * enlisted. `entered`: its id is in the table already (a stop order, an amended order).
   *
   * @param allowance of a market order; it is counted down
   */
  work(market: Market, slot: number, entered: boolean, flags: number, allowance: Allowance): void {
    const { orders, images } = this.#shard
    this.#demand.begin(market, slot, allowance)
    this.#begin(market, slot, flags)
    if (images.timeInForce(slot) === FOK && !isFillable(this.#shard, market, slot)) {
      this.#expire(UNFILLED_FOK_ORDER)
      if (entered) orders.release(slot)
      else orders.discard(slot)
    } else this.#step(entered)
  }

  /** Continue the market's unfinished order. */
  resume(market: Market): void {
    const { work } = market
    const { slot } = work
    this.#shard.delist(slot)
    this.#demand.resume(market)
    this.#begin(market, slot, 0)
    work.end()
    this.#step(true)
  }

  #begin(market: Market, slot: number, flags: number): void {
    this.traded.clear()
    this.#market = market
    this.#slot = slot
    this.#mode = this.#shard.images.mode(slot)
    this.#flags = flags
    this.#course = MEETS
  }

  /** Match as far as the work of the command allows, then end, rest, or wait for the next step. */
  #step(entered: boolean): void {
    const { orders, images } = this.#shard
    const slot = this.#slot
    this.#meetBook()
    if (this.#course === PAUSES) {
      this.#pause(entered)
      return
    }
    if (this.#course !== ENDS) {
      if (this.#demand.limit === 0) this.#expire(INSUFFICIENT_LIQUIDITY)
      else if (images.timeInForce(slot) !== GTC) this.#expire(UNFILLED_IOC_QUANTITY)
      else {
        this.#rest(entered)
        return
      }
    }
    if (entered) orders.release(slot)
    else orders.discard(slot)
  }

  /** Keep the order until its next step: it is open, keeps its lock, and is on no level. */
  #pause(entered: boolean): void {
    const { orders } = this.#shard
    const { work } = this.#market!
    work.kind = WORK_ORDER
    work.slot = this.#slot
    this.#demand.pause(work)
    if (!entered) orders.enter(this.#slot)
    this.#shard.enlist(this.#slot)
  }

  #rest(entered: boolean): void {
    const { orders, images, moment, touches } = this.#shard
    const slot = this.#slot
    const { side, left, limit } = this.#demand
    orders.setRemaining(slot, left)
    images.setPriority(slot, moment)
    if (!entered) orders.enter(slot)
    this.#shard.enlist(slot)
    this.#market!.book.rest(slot, side, limit)
    touches.touch(this.#market!, side, orders.level(slot))
  }

  /** End the order without a trade: unlock the rest of its lock. */
  #expire(reason: ExpiryReason): void {
    const { images, writer } = this.#shard
    this.#demand.release()
    images.setStatus(this.#slot, EXPIRED)
    writer.execution(this.#slot, EXECUTION_EXPIRED, reason, this.#flags)
    this.#course = ENDS
  }

  /** Match makers, level by level, up to the order's limit. */
  #meetBook(): void {
    const sweep = this.#sweep
    const { book } = this.#market!
    const { side, left, limit, beyond } = this.#demand
    const worst = limit !== 0 ? limit : side === BUY ? Number.POSITIVE_INFINITY : 0
    let wanted = left + beyond
    while (wanted > 0 && this.#course === MEETS && sweep.enter(book, side, worst)) {
      while (wanted > 0 && this.#course === MEETS && sweep.maker !== NONE) wanted -= this.#meet(wanted)
      if (!sweep.leave()) return
      this.#swept()
      sweep.close()
    }
  }

  /** The current level has changed, and the order is done with it. */
  #swept(): void {
    const { level, price } = this.#sweep
    const { boundedSteps, triggers, touches } = this.#shard
    touches.touch(this.#market!, this.#demand.side === BUY ? SELL : BUY, level)
    if (boundedSteps && price === this.traded.last) triggers.reach(this.#market!, price, price)
  }

  /** Match the current maker, for at most `wanted`. Returns the quantity that both orders lose. */
  #meet(wanted: number): number {
    const { orders, steps } = this.#shard
    const { maker, price } = this.#sweep
    const demand = this.#demand
    const isOwn = orders.owner(maker) === demand.seat && this.#mode !== NO_PREVENTION
    if (demand.left === 0 && !(isOwn && demand.paysLot(price))) return this.#stop(STOPS)
    if (steps.left <= 0) return this.#stop(PAUSES)
    steps.left--
    const offered = orders.remaining(maker)
    const most = wanted < offered ? wanted : offered
    if (isOwn) return this.#prevent(maker, price, offered, most)
    const quantity = demand.limit === 0 ? demand.within(price, offered, most) : most
    return quantity === 0 ? this.#stop(STOPS) : this.#trade(maker, price, quantity)
  }

  /** Nothing is lost, and no other maker is matched. */
  #stop(course: Course): 0 {
    this.#course = course
    return 0
  }

  #trade(maker: number, price: number, quantity: number): number {
    const { images, writer, orders, moment } = this.#shard
    const market = this.#market!
    const demand = this.#demand
    const { side, isHeld } = demand
    const fill = this.#fill
    const slot = this.#slot
    fill.price = price
    fill.quantity = quantity
    fill.id = ++market.lastTradeId
    if (this.#shard.aggregateIds) fill.aggregated = market.aggregates.behind(fill, moment, orders.orderId(slot))
    market.lastPrice = price
    market.reference.record(moment, fill)
    this.traded.add(price)
    settle(this.#shard, market, fill, side, demand.seat, orders.owner(maker), demand.limit, isHeld)
    if (isHeld && side === BUY) demand.allowance.held.subtract(fill.quote)

    const makerDone = quantity === orders.remaining(maker)
    images.fill(maker, fill, makerDone ? FILLED : PARTIALLY_FILLED)
    this.#lower(maker, quantity, makerDone)
    const done = demand.take(quantity, this.#sweep, makerDone)
    images.fill(slot, fill, done ? FILLED : PARTIALLY_FILLED)
    if (demand.byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    writer.trade(market, maker, slot, side === BUY, this.#flags, fill)
    if (done && isHeld) demand.release()
    if (done) this.#course = ENDS
    this.#sweep.take(quantity)
    return quantity
  }

  /** Lower the maker's remaining quantity by `quantity`. */
  #lower(maker: number, quantity: number, makerDone: boolean): void {
    const { orders, seats } = this.#shard
    if (makerDone) this.#shard.delist(maker)
    else if (this.#demand.side === SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
  }

  /**
   * Self-trade prevention, by the taker's mode. Maker, taker or both end (EXPIRE_MAKER, EXPIRE_TAKER, EXPIRE_BOTH), or
   * both lose the quantity that they would have traded (DECREMENT).
   */
  #prevent(maker: number, price: number, offered: number, most: number): number {
    const { writer } = this.#shard
    const demand = this.#demand
    const market = this.#market!
    const fill = this.#fill
    const meeting = this.#meeting
    const mode = this.#mode
    const makerExpires = mode === EXPIRE_MAKER || mode === EXPIRE_BOTH
    const takerExpires = mode === EXPIRE_TAKER || mode === EXPIRE_BOTH
    let both = 0
    if (mode === DECREMENT) {
      both = demand.byQuote ? demand.quoteUnits(price, offered, most) : most
      if (both === 0) return this.#stop(STOPS)
    }
    meeting.maker = maker
    meeting.taker = this.#slot
    meeting.makerQuantity = makerExpires ? offered : both
    meeting.takerQuantity = !takerExpires ? both : demand.byQuote ? 0 : demand.left
    meeting.makerEnds = meeting.makerQuantity === offered
    fill.id = ++market.preventedId
    fill.price = price
    fill.quantity = both
    writer.prevented(market.id, mode, this.#flags, meeting, fill)

    if (meeting.makerQuantity > 0) this.#makerLoses(meeting)
    meeting.takerEnds = this.#takerLoses(meeting, both)
    tellPrevented(this.#shard, meeting, this.#flags, fill)
    if (makerExpires) this.#sweep.drop()
    else if (both > 0) this.#sweep.take(both)
    if (meeting.takerEnds) this.#course = ENDS
    return both
  }

  #makerLoses({ maker, makerQuantity, makerEnds }: PreventedMeeting): void {
    this.#shard.unlock(this.#market!, maker, makerQuantity)
    if (this.#mode === DECREMENT || this.#shard.preventedQuantity) this.#shard.images.prevent(maker, makerQuantity)
    this.#lower(maker, makerQuantity, makerEnds)
  }

  /** `both`: what DECREMENT takes off the taker, 0 in the other modes. Returns true when the order ends. */
  #takerLoses({ taker, takerQuantity, makerEnds }: PreventedMeeting, both: number): boolean {
    const { images, preventedQuantity } = this.#shard
    const demand = this.#demand
    if (this.#mode === EXPIRE_MAKER) return false
    if (both > 0 && (demand.limit !== 0 || (demand.isHeld && demand.side === SELL))) {
      this.#shard.unlock(this.#market!, taker, both)
    }
    if (takerQuantity > 0 && (both > 0 || preventedQuantity)) images.prevent(taker, takerQuantity)
    const ends = both === 0 || demand.take(both, this.#sweep, makerEnds)
    if (both > 0 && demand.byQuote) images.setQuantity(taker, images.executed(taker) + images.prevented(taker))
    if (ends) demand.release()
    return ends
  }
}
