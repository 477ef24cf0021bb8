/* oxlint-disable typescript/no-non-null-assertion -- a demand is only asked while it has its market. */
import { Demand } from './demand.ts'
import { ExecutionType, ExpiryReason, OrderStatus, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { PreventedMeeting } from './event-writer.ts'
import { Fill } from './fill.ts'
import { isFillable } from './liquidity.ts'
import type { Market } from './market.ts'
import { WorkKind } from './market-work.ts'
import { Meeting, type Taker } from './order-book.ts'
import { NONE as EMPTY } from './order-store.ts'
import { MAKER_FLAG } from './output.ts'
import { endPrevented, tellDecrement } from './prevention.ts'
import { settle } from './settlement.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const { FOK, GTC } = TimeInForce
const { EXPIRED: EXECUTION_EXPIRED } = ExecutionType
const { UNFILLED_FOK_ORDER, INSUFFICIENT_LIQUIDITY, UNFILLED_IOC_QUANTITY } = ExpiryReason
const { NONE: NO_PREVENTION, EXPIRE_MAKER, EXPIRE_BOTH, EXPIRE_TAKER, DECREMENT } = SelfTradePrevention
const { STOP, MET_LAST, MET, DROP_LAST, DROP } = Meeting
const { PARTIALLY_FILLED, FILLED, EXPIRED } = OrderStatus
const NONE = EMPTY
const { ORDER: WORK_ORDER } = WorkKind

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
  readonly demand: Demand
  readonly #shard: Shard
  readonly #fill = new Fill()
  readonly #meeting: PreventedMeeting = { maker: NONE, taker: NONE, makerQuantity: 0, takerQuantity: 0 }
  #market: Market | undefined = undefined
  #slot: number = NONE
  #mode: SelfTradePrevention = NO_PREVENTION
  /** OWN_FLAG when the command itself placed or amended the order. */
  #flags = 0
  #ended = false
  /** Its step is over; it goes on in a later command. */
  #paused = false
  /** Price of its last trade. */
  #traded = 0

  constructor(shard: Shard) {
    this.#shard = shard
    this.demand = new Demand(shard)
  }

  /**
   * Match the order in `slot`, whose lock is in place and whose first execution is written, then end or rest it.
   * `entered`: its id is in the table already (a stop order, an amended order). It is not enlisted.
   */
  work(market: Market, slot: number, entered: boolean, flags: number): void {
    const { orders, images } = this.#shard
    this.demand.begin(market, slot)
    this.#begin(market, slot, flags)
    if (images.timeInForce(slot) === FOK && !isFillable(this.#shard, market, slot)) {
      this.#end(UNFILLED_FOK_ORDER, EXPIRED)
      if (entered) orders.release(slot)
      else orders.discard(slot)
    } else this.#step(entered)
  }

  /** Go on with the order that the market has in work. */
  resume(market: Market): void {
    const { work } = market
    const { slot } = work
    this.#shard.delist(slot)
    this.demand.resume(market)
    this.#begin(market, slot, 0)
    work.end()
    this.#step(true)
  }

  /** Meet the book as far as the work of the command goes, then end, rest, or wait for the next step. */
  #step(entered: boolean): void {
    const { orders, images } = this.#shard
    const slot = this.#slot
    const { side, left, limit, beyond } = this.demand
    const isMarket = limit === 0
    const worst = !isMarket ? limit : side === BUY ? Number.POSITIVE_INFINITY : 0
    this.#market!.book.match(side, worst, left + beyond, this)
    if (this.#paused) {
      this.#pause(entered)
      return
    }
    if (!this.#ended) {
      if (isMarket) this.#end(INSUFFICIENT_LIQUIDITY, EXPIRED)
      else if (images.timeInForce(slot) !== GTC) this.#end(UNFILLED_IOC_QUANTITY, EXPIRED)
    }
    if (!this.#ended) this.#rest(entered)
    else if (entered) orders.release(slot)
    else orders.discard(slot)
  }

  /** Keep the order until its next step: open, holding what it holds, on no level. */
  #pause(entered: boolean): void {
    const { orders } = this.#shard
    const { work } = this.#market!
    work.kind = WORK_ORDER
    work.slot = this.#slot
    this.demand.pause(work)
    if (!entered) orders.enter(this.#slot)
    this.#shard.enlist(this.#slot)
  }

  #begin(market: Market, slot: number, flags: number): void {
    const { images } = this.#shard
    this.low = this.high = 0
    this.#market = market
    this.#slot = slot
    this.#mode = images.mode(slot)
    this.#flags = flags
    this.#ended = this.#paused = false
    this.#traded = 0
  }

  #rest(entered: boolean): void {
    const { orders, images, moment, touches } = this.#shard
    const slot = this.#slot
    const { side, left, limit } = this.demand
    orders.setRemaining(slot, left)
    images.setPriority(slot, moment)
    if (!entered) orders.enter(slot)
    this.#shard.enlist(slot)
    this.#market!.book.rest(slot, side, limit)
    touches.touch(this.#market!, side, orders.level(slot))
  }

  /** The order ends without a trade: what its lock still holds is freed. */
  #end(reason: ExpiryReason, status: OrderStatus): void {
    const { images, writer } = this.#shard
    this.demand.release()
    images.setStatus(this.#slot, status)
    writer.execution(this.#slot, EXECUTION_EXPIRED, reason, this.#flags)
    this.#ended = true
  }

  meet(maker: number, level: number): Meeting {
    const { orders, memory, steps } = this.#shard
    const price = memory.levels.price(level)
    const isOwn = orders.owner(maker) === this.demand.seat && this.#mode !== NO_PREVENTION
    if (this.demand.left === 0 && !(isOwn && this.demand.paysLot(price))) return STOP
    if (steps.left <= 0) {
      this.#paused = true
      return STOP
    }
    steps.left--
    if (isOwn) return this.#prevent(maker, level, price)
    if (this.demand.limit === 0) {
      const bounded = this.demand.within(price, orders.remaining(maker), this.quantity)
      if (bounded === 0) return STOP
      this.quantity = bounded
    }
    return this.#trade(maker, level, price)
  }

  swept(level: number): void {
    const opposite = this.demand.side === BUY ? SELL : BUY
    this.#shard.touches.touch(this.#market!, opposite, level)
    const price = this.#traded
    const { boundedSteps, triggers, memory } = this.#shard
    if (boundedSteps && memory.levels.price(level) === price) triggers.reach(this.#market!, price, price)
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
    if (this.#shard.aggregateIds) fill.aggregated = market.aggregates.behind(fill, moment, orders.orderId(slot))
    market.lastPrice = price
    market.reference.record(moment, fill)
    this.#traded = price
    if (this.high === 0 || price < this.low) this.low = price
    if (price > this.high) this.high = price
    const { demand } = this
    const { side, isHeld } = demand
    settle(this.#shard, market, fill, side, demand.seat, orders.owner(maker), demand.limit, isHeld)
    if (isHeld && side === BUY) demand.spending.held.subtract(fill.quote)

    const makerDone = quantity === orders.remaining(maker)
    images.fill(maker, fill, makerDone ? FILLED : PARTIALLY_FILLED)
    if (makerDone) this.#shard.delist(maker)
    else if (side === SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    const done = demand.take(quantity, maker, level, price, makerDone)
    images.fill(slot, fill, done ? FILLED : PARTIALLY_FILLED)
    if (demand.byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    writer.trade(market, maker, slot, side === BUY, this.#flags, fill)
    if (done) {
      this.#ended = true
      if (isHeld) demand.release()
    }
    return done ? MET_LAST : MET
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
      decrement = this.demand.byQuote ? this.demand.quoteUnits(price, offered, this.quantity) : this.quantity
      if (decrement === 0) return STOP
    }
    const meeting = this.#meeting
    meeting.maker = maker
    meeting.taker = this.#slot
    meeting.makerQuantity = makerEnds ? offered : decrement
    meeting.takerQuantity = takerEnds ? (this.demand.byQuote ? 0 : this.demand.left) : decrement
    this.#fill.id = ++market.preventedId
    this.#fill.price = price
    this.#fill.quantity = decrement
    writer.prevented(market.id, mode, this.#flags, meeting, this.#fill)
    if (decrement > 0) return this.#decrement(maker, level, price, decrement)
    if (makerEnds) {
      this.#shard.unlock(market, maker, offered)
      this.#shard.delist(maker)
      endPrevented(this.#shard, maker, this.#slot, MAKER_FLAG, offered, this.#fill)
    }
    if (takerEnds) {
      this.demand.release()
      this.#ended = true
      endPrevented(this.#shard, this.#slot, maker, this.#flags, meeting.takerQuantity, this.#fill)
    }
    if (!makerEnds) return STOP
    return takerEnds ? DROP_LAST : DROP
  }

  /** Both orders lose `quantity` without trading it. */
  #decrement(maker: number, level: number, price: number, quantity: number): Meeting {
    const { orders, images, seats } = this.#shard
    const market = this.#market!
    const slot = this.#slot
    this.quantity = quantity
    this.#shard.unlock(market, maker, quantity)
    const { demand } = this
    if (demand.limit !== 0 || (demand.isHeld && demand.side === SELL)) this.#shard.unlock(market, slot, quantity)
    images.prevent(maker, quantity)
    images.prevent(slot, quantity)
    const makerDone = quantity === orders.remaining(maker)
    const done = demand.take(quantity, maker, level, price, makerDone)
    if (demand.byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    if (makerDone) this.#shard.delist(maker)
    else if (demand.side === SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    if (done) this.demand.release()
    this.#ended = done
    tellDecrement(this.#shard, maker, makerDone, slot, done, this.#flags, this.#fill)
    return done ? MET_LAST : MET
  }
}
