import { Amount } from './amount.ts'
import { ExecutionType, ExpiryReason, OrderStatus, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { PreventedMeeting } from './event-writer.ts'
import { Fill } from './fill.ts'
import { isFillable } from './liquidity.ts'
import type { Market } from './market.ts'
import { Meeting, type Taker } from './order-book.ts'
import { NONE } from './order-store.ts'
import { MAKER_FLAG } from './output.ts'
import type { Shard } from './shard.ts'
import { floorToStep, unitsWithin } from './lot.ts'

const { NEW, PARTIALLY_FILLED, FILLED, EXPIRED, EXPIRED_IN_MATCH } = OrderStatus

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
  readonly #shard: Shard
  readonly #fill = new Fill()
  readonly #amount = new Amount()
  readonly #meeting: PreventedMeeting = { maker: NONE, taker: NONE, makerQuantity: 0, takerQuantity: 0 }
  readonly #none = new Amount()
  #market: Market | undefined = undefined
  #slot: number = NONE
  #seat: number = NONE
  #side: Side = Side.BUY
  #mode: SelfTradePrevention = SelfTradePrevention.NONE
  /** OWN_FLAG when the command itself placed or amended the order. */
  #flags = 0
  /** The limit; 0 for market orders, which hold no lock. */
  #limit = 0
  /** What is neither executed nor prevented; unused by quote quantity. */
  #left = 0
  #byQuote = false
  /** By quote quantity: what may still be spent or received. */
  #budget = 0
  #ended = false

  constructor(shard: Shard) {
    this.#shard = shard
  }

  /**
   * Match the order in `slot`, whose lock is in place and whose first execution is written, then end or rest it.
   * `entered`: its id is in the table already (a stop order, an amended order). It is not enlisted.
   */
  work(market: Market, slot: number, entered: boolean, flags: number): void {
    const { orders, images } = this.#shard
    const timeInForce = images.timeInForce(slot)
    this.#begin(market, slot, flags)
    if (timeInForce === TimeInForce.FOK && !isFillable(this.#shard, market, slot)) {
      this.#end(ExpiryReason.UNFILLED_FOK_ORDER, EXPIRED)
    } else {
      const isMarket = this.#limit === 0
      const limit = !isMarket ? this.#limit : this.#side === Side.BUY ? Number.POSITIVE_INFINITY : 0
      market.book.match(this.#side, limit, this.#byQuote ? Number.MAX_SAFE_INTEGER : this.#left, this)
      if (!this.#ended) {
        if (isMarket) this.#end(ExpiryReason.INSUFFICIENT_LIQUIDITY, EXPIRED)
        else if (timeInForce !== TimeInForce.GTC) this.#end(ExpiryReason.UNFILLED_IOC_QUANTITY, EXPIRED)
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
    this.#left = orders.remaining(slot)
    this.#budget = images.quoteQuantity(slot)
    this.#byQuote = this.#budget > 0
    this.#ended = false
  }

  #rest(entered: boolean): void {
    const { orders, images, time, touches } = this.#shard
    const slot = this.#slot
    orders.setRemaining(slot, this.#left)
    images.setPriority(slot, time)
    if (!entered) orders.enter(slot)
    this.#shard.enlist(slot)
    this.#market!.book.rest(slot, this.#side, this.#limit)
    touches.touch(this.#market!, this.#side, orders.level(slot))
  }

  /** The order ends without a trade: what its lock still holds is freed. */
  #end(reason: ExpiryReason, status: OrderStatus): void {
    const { images, writer } = this.#shard
    if (this.#limit !== 0) this.#shard.unlock(this.#market!, this.#slot, this.#left)
    images.setStatus(this.#slot, status)
    writer.execution(this.#slot, ExecutionType.EXPIRED, reason, this.#flags)
    this.#ended = true
  }

  meet(maker: number, level: number): Meeting {
    const { orders, memory } = this.#shard
    const price = memory.levels.price(level)
    if (orders.owner(maker) === this.#seat && this.#mode !== SelfTradePrevention.NONE) {
      return this.#prevent(maker, level, price)
    }
    if (this.#limit === 0) {
      const bounded = this.#bounded(price, orders.remaining(maker))
      if (bounded === 0) return Meeting.STOP
      this.quantity = bounded
    }
    return this.#trade(maker, level, price)
  }

  swept(level: number): void {
    const opposite = this.#side === Side.BUY ? Side.SELL : Side.BUY
    this.#shard.touches.touch(this.#market!, opposite, level)
  }

  /** The quantity a market order can take of a maker that offers `offered`: what is wanted and what money allows. */
  #bounded(price: number, offered: number): number {
    const { ledger, seats } = this.#shard
    const market = this.#market!
    const { marketStep } = market.filters
    if (this.#byQuote) {
      let quantity = Math.min(offered, unitsWithin(this.#budget, price * market.quoteScale))
      if (this.#side === Side.SELL) {
        this.#amount.setProduct(quantity, market.baseScale, 1)
        const base = seats.base(this.#seat)
        if (ledger.lacks(base, this.#amount)) quantity = ledger.units(base, market.baseScale, 1)
      }
      return floorToStep(quantity, marketStep)
    }
    const wanted = this.quantity
    if (this.#side === Side.SELL) return wanted
    const fits = this.#amount.setProduct(price, wanted, market.quoteScale)
    const quote = seats.quote(this.#seat)
    if (fits && !ledger.lacks(quote, this.#amount)) return wanted
    return floorToStep(Math.min(wanted, ledger.units(quote, price, market.quoteScale)), marketStep)
  }

  #trade(maker: number, level: number, price: number): Meeting {
    const { images, writer, seats, orders, time } = this.#shard
    const market = this.#market!
    const fill = this.#fill
    const quantity = this.quantity
    const slot = this.#slot
    fill.price = price
    fill.quantity = quantity
    fill.id = ++market.lastTradeId
    fill.quote.setProduct(price, quantity, market.quoteScale)
    fill.base.setProduct(quantity, market.baseScale, 1)
    market.lastPrice = price
    market.reference.record(time, price, quantity)
    if (this.high === 0 || price < this.low) this.low = price
    if (price > this.high) this.high = price
    this.#settle(maker)

    const makerDone = quantity === orders.remaining(maker)
    images.fill(maker, quantity, fill.quote, makerDone ? FILLED : PARTIALLY_FILLED)
    if (makerDone) this.#shard.delist(maker)
    else if (this.#side === Side.SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    const done = this.#taken(maker, level, price, makerDone)
    images.fill(slot, quantity, fill.quote, done ? FILLED : PARTIALLY_FILLED)
    if (this.#byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))

    const buyerIsMaker = this.#side === Side.SELL ? MAKER_FLAG : 0
    const makerAsset = this.#side === Side.SELL ? market.base : market.quote
    const takerAsset = this.#side === Side.SELL ? market.quote : market.base
    writer.trade(market.id, maker, slot, buyerIsMaker | this.#flags, fill)
    writer.fill(maker, ExecutionType.TRADE, MAKER_FLAG, fill, fill.makerFee, makerAsset)
    writer.fill(slot, ExecutionType.TRADE, this.#flags, fill, fill.takerFee, takerAsset)
    if (done) this.#ended = true
    return done ? Meeting.MET_LAST : Meeting.MET
  }

  /** Reckon a fill with what is wanted; true when nothing more is, or (by quote quantity) no further lot fits. */
  #taken(maker: number, level: number, price: number, makerDone: boolean): boolean {
    if (!this.#byQuote) {
      this.#left -= this.quantity
      return this.#left === 0
    }
    this.#budget -= price * this.#market!.quoteScale * this.quantity
    return this.#exhausted(maker, level, price, makerDone)
  }

  #exhausted(maker: number, level: number, price: number, makerDone: boolean): boolean {
    if (this.#budget === 0) return true
    const { orders, memory } = this.#shard
    const market = this.#market!
    let next = price
    if (makerDone && orders.next(maker) === NONE) {
      const after = market.book.opposite(this.#side).after(level)
      if (after === NONE) return false
      next = memory.levels.price(after)
    }
    return floorToStep(unitsWithin(this.#budget, next * market.quoteScale), market.filters.marketStep) === 0
  }

  /** Move the money of the fill; both sides pay their fee out of what they receive. */
  #settle(maker: number): void {
    const { ledger, seats, feeHalfEven, orders } = this.#shard
    const market = this.#market!
    const fill = this.#fill
    const makerSeat = orders.owner(maker)
    const takerBuys = this.#side === Side.BUY
    const buyer = takerBuys ? this.#seat : makerSeat
    const seller = takerBuys ? makerSeat : this.#seat
    const makerReceives = takerBuys ? fill.quote : fill.base
    const takerReceives = takerBuys ? fill.base : fill.quote
    fill.makerFee.setFee(makerReceives, seats.makerFee(makerSeat), feeHalfEven)
    fill.takerFee.setFee(takerReceives, seats.takerFee(this.#seat), feeHalfEven)

    const isMarket = this.#limit === 0
    if (takerBuys && isMarket) ledger.debit(seats.quote(buyer), fill.quote)
    else if (takerBuys) this.#payLimit(seats.quote(buyer))
    else ledger.debitLocked(seats.quote(buyer), fill.quote)
    this.#receive(seats.base(buyer), market.base, fill.base, takerBuys ? fill.takerFee : fill.makerFee)
    if (!takerBuys && isMarket) ledger.debit(seats.base(seller), fill.base)
    else ledger.debitLocked(seats.base(seller), fill.base)
    this.#receive(seats.quote(seller), market.quote, fill.quote, takerBuys ? fill.makerFee : fill.takerFee)
  }

  /** A buying limit order pays out of its lock, which was reckoned at the limit: the difference is freed. */
  #payLimit(balance: number): void {
    const { ledger } = this.#shard
    const fill = this.#fill
    if (this.#limit === fill.price) {
      ledger.debitLocked(balance, fill.quote)
      return
    }
    const held = this.#amount
    held.setProduct(this.#limit, fill.quantity, this.#market!.quoteScale)
    ledger.debitLocked(balance, held)
    held.subtract(fill.quote)
    ledger.credit(balance, held)
  }

  #receive(balance: number, asset: number, received: Amount, fee: Amount): void {
    const { ledger } = this.#shard
    ledger.credit(balance, received)
    if (!fee.isZero()) ledger.collect(balance, asset, fee)
  }

  /** Self-trade prevention, by the taker's mode. */
  #prevent(maker: number, level: number, price: number): Meeting {
    const { orders, writer } = this.#shard
    const market = this.#market!
    const mode = this.#mode
    const offered = orders.remaining(maker)
    const makerEnds = mode === SelfTradePrevention.EXPIRE_MAKER || mode === SelfTradePrevention.EXPIRE_BOTH
    const takerEnds = mode === SelfTradePrevention.EXPIRE_TAKER || mode === SelfTradePrevention.EXPIRE_BOTH
    let decrement = 0
    if (mode === SelfTradePrevention.DECREMENT) {
      decrement = this.quantity
      if (this.#byQuote) {
        const units = unitsWithin(this.#budget, price * market.quoteScale)
        decrement = floorToStep(Math.min(offered, units), market.filters.marketStep)
      }
      if (decrement === 0) return Meeting.STOP
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
    if (makerEnds) this.#expireMaker(maker)
    if (takerEnds) this.#end(ExpiryReason.NONE, EXPIRED_IN_MATCH)
    if (!makerEnds) return Meeting.STOP
    return takerEnds ? Meeting.DROP_LAST : Meeting.DROP
  }

  /** Both orders lose `quantity` without trading it. */
  #decrement(maker: number, level: number, price: number, quantity: number): Meeting {
    const { orders, images, writer, seats } = this.#shard
    const market = this.#market!
    const slot = this.#slot
    this.quantity = quantity
    this.#shard.unlock(market, maker, quantity)
    if (this.#limit !== 0) this.#shard.unlock(market, slot, quantity)
    images.prevent(maker, quantity)
    images.prevent(slot, quantity)
    const makerDone = quantity === orders.remaining(maker)
    const done = this.#taken(maker, level, price, makerDone)
    if (this.#byQuote) images.setQuantity(slot, images.executed(slot) + images.prevented(slot))
    this.#fill.quote.clear()
    writer.fill(maker, ExecutionType.TRADE_PREVENTION, MAKER_FLAG, this.#fill, this.#none, 0)
    writer.fill(slot, ExecutionType.TRADE_PREVENTION, this.#flags, this.#fill, this.#none, 0)
    if (makerDone) this.#reportExpired(maker)
    else if (this.#side === Side.SELL) seats.lowerOpenBuy(orders.owner(maker), quantity)
    if (done) this.#end(ExpiryReason.NONE, EXPIRED_IN_MATCH)
    return done ? Meeting.MET_LAST : Meeting.MET
  }

  #expireMaker(maker: number): void {
    this.#shard.unlock(this.#market!, maker, this.#shard.orders.remaining(maker))
    this.#reportExpired(maker)
  }

  #reportExpired(maker: number): void {
    const { images, writer } = this.#shard
    this.#shard.delist(maker)
    images.setStatus(maker, EXPIRED_IN_MATCH)
    writer.execution(maker, ExecutionType.EXPIRED, ExpiryReason.NONE, 0)
  }
}

/** Status of an order that is open after what has been executed of it. */
export function openStatus(executed: number): OrderStatus {
  return executed > 0 ? PARTIALLY_FILLED : NEW
}
