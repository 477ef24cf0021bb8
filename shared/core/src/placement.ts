/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { Amount } from './amount.ts'
import { clientHash } from './client-id-table.ts'
import { type Command, CommandKind } from './command.ts'
import { AccountStatus, ExecutionType, ExpiryReason, OrderType, Side, SymbolStatus, TimeInForce } from './enums.ts'
import type { Market } from './market.ts'
import type { Matching } from './matching.ts'
import { orderCombination, orderFields } from './order-fields.ts'
import { OrderLimits } from './order-limits.ts'
import { NONE as EMPTY } from './order-store.ts'
import { OWN_FLAG } from './output.ts'
import { isLiquidity } from './quote-lots.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'
import { isRising, isStop } from './triggers.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { MARKET, LIMIT, LIMIT_MAKER } = OrderType
const { GTC } = TimeInForce
const {
  UNKNOWN_ACCOUNT,
  UNKNOWN_SYMBOL,
  NONE: ACCEPTED,
  SYMBOL_POST_ONLY,
  ORDER_TYPE_NOT_ALLOWED,
  SELF_TRADE_PREVENTION_NOT_ALLOWED,
  FILTER_PRICE,
  FILTER_PERCENT_PRICE_BY_SIDE,
  FILTER_LOT_SIZE,
  FILTER_MARKET_LOT_SIZE,
  SYMBOL_CANCEL_ONLY,
  MARKET_CLOSED,
  ACCOUNT_FROZEN,
  ACCOUNT_CANCEL_ONLY,
  OVERFLOW_NOTIONAL,
  WOULD_MATCH,
  OVERFLOW_LEVEL,
  DUPLICATE_CLIENT_ORDER_ID,
  WOULD_TRIGGER,
  INSUFFICIENT_BALANCE,
} = Reject
const { NEW: EXECUTION_NEW } = ExecutionType
const { NONE: NO_REASON } = ExpiryReason
const { POST_ONLY, TRADING, CANCEL_ONLY: MARKET_CANCEL_ONLY } = SymbolStatus
const { ACTIVE, FROZEN } = AccountStatus
const { PLACE } = CommandKind
const NONE = EMPTY

/** New orders: every check first, in the order of the contract, then the change. */
export class Placement {
  readonly limits: OrderLimits
  readonly #shard: Shard
  readonly #matching: Matching
  readonly #notional = new Amount()
  readonly #lock = new Amount()
  /** Price × quantity fits 62 bits; set by `filters` for `counts`. */
  #fits = true
  /** Nothing may change, not even what is looked up once in a second. */
  #isTest = false
  /** Of the command's client id; set by `counts` for `open`. */
  #hash = 0

  constructor(shard: Shard, matching: Matching) {
    this.#shard = shard
    this.#matching = matching
    this.limits = new OrderLimits(shard, matching.demand.spending)
  }

  /** References, domains of the fields, their combination: what does not depend on the market's state. */
  shape(c: Command): RejectCode {
    const { accounts, markets } = this.#shard
    if (!accounts.has(c.account)) return UNKNOWN_ACCOUNT
    if (markets[c.symbol] === undefined) return UNKNOWN_SYMBOL
    const fields = orderFields(c)
    return fields !== ACCEPTED ? fields : orderCombination(c)
  }

  /** All that follows `shape`: the checks, then the change. */
  place(c: Command): RejectCode {
    const market = this.#shard.markets[c.symbol]!
    const reject = this.filters(c, market) || this.counts(c, market)
    if (reject !== ACCEPTED) return reject
    this.open(c, market)
    return ACCEPTED
  }

  /** Market and account state, what the symbol allows, and the filters that count no orders. */
  filters(c: Command, market: Market): RejectCode {
    const state = this.marketState(market)
    if (state !== ACCEPTED) return state
    if (market.status === POST_ONLY) {
      if (!mayPost(c)) return SYMBOL_POST_ONLY
      if (c.kind === PLACE && this.postOnly(market, c.side, c.type, c.price) !== ACCEPTED) {
        return SYMBOL_POST_ONLY
      }
    }
    const account = this.accountState(c.account)
    if (account !== ACCEPTED) return account
    if (!market.allowsType(c.type)) return ORDER_TYPE_NOT_ALLOWED
    if (!market.allowsMode(c.selfTradePrevention)) return SELF_TRADE_PREVENTION_NOT_ALLOWED
    const { filters } = market
    if (c.price !== 0 && filters.price(c.price) !== ACCEPTED) return FILTER_PRICE
    if (c.stopPrice !== 0 && filters.price(c.stopPrice) !== ACCEPTED) return FILTER_PRICE
    if (c.price !== 0 && this.percent(market, c.side, c.price) !== ACCEPTED) {
      return FILTER_PERCENT_PRICE_BY_SIDE
    }
    if (c.quantity !== 0) {
      if (filters.lot(c.quantity) !== ACCEPTED) return FILTER_LOT_SIZE
      if (c.type === MARKET && filters.marketLot(c.quantity) !== ACCEPTED) {
        return FILTER_MARKET_LOT_SIZE
      }
    }
    return this.#notionalFilter(c, market)
  }

  /** HALT, BREAK, CANCEL_ONLY: nothing may be placed or amended. */
  marketState(market: Market): RejectCode {
    if (market.status === TRADING || market.status === POST_ONLY) return ACCEPTED
    return market.status === MARKET_CANCEL_ONLY ? SYMBOL_CANCEL_ONLY : MARKET_CLOSED
  }

  accountState(account: number): RejectCode {
    const status = this.#shard.accounts.status(account)
    if (status === ACTIVE) return ACCEPTED
    return status === FROZEN ? ACCOUNT_FROZEN : ACCOUNT_CANCEL_ONLY
  }

  percent(market: Market, side: Side, price: number): RejectCode {
    if (!market.filters.hasPercent(side)) return ACCEPTED
    return market.filters.percent(side, price, this.#reference(market))
  }

  #reference(market: Market): number {
    const { moment, documentedRules } = this.#shard
    return market.referencePrice(moment.time, documentedRules || this.#isTest)
  }

  /** In a POST_ONLY market an order that may rest must not match. */
  postOnly(market: Market, side: Side, type: OrderType, price: number): RejectCode {
    if (market.status !== POST_ONLY || type !== LIMIT) return ACCEPTED
    return market.book.crosses(side, price) ? SYMBOL_POST_ONLY : ACCEPTED
  }

  #notionalFilter(c: Command, market: Market): RejectCode {
    const { filters } = market
    const isMarket = c.price === 0
    const price = c.price || c.stopPrice
    this.#fits = true
    if (price !== 0) {
      this.#fits = this.#notional.setProduct(price, c.quantity, market.quoteScale)
      return filters.notional(this.#notional, this.#fits, isMarket)
    }
    if (!filters.hasMarketNotional()) return ACCEPTED
    if (c.quoteQuantity !== 0) {
      this.#notional.setInteger(c.quoteQuantity)
      return filters.notional(this.#notional, true, true)
    }
    const reference = this.#reference(market)
    if (reference === 0) return ACCEPTED
    const fits = this.#notional.setProduct(reference, c.quantity, market.quoteScale)
    return filters.notional(this.#notional, fits, true)
  }

  /**
   * What bounds the account and the market, as if the order in slot `without` were cancelled: all that a replacement must
   * keep to before anything changes. Call after `filters`.
   */
  bounds(c: Command, market: Market, without: number): RejectCode {
    const counts = this.limits.counts(c, market, this.#shard.seats.find(c.account, market.id), without)
    const fits = counts || (this.#fits ? ACCEPTED : OVERFLOW_NOTIONAL)
    if (fits !== ACCEPTED) return fits
    const lots = this.limits.quoteLots(c, market, without)
    // Whether the book offers enough shows when the order is placed.
    if (lots !== ACCEPTED && !isLiquidity(lots)) return lots
    if (market.status === POST_ONLY && c.type === LIMIT && market.book.crosses(c.side, c.price, without)) {
      return SYMBOL_POST_ONLY
    }
    const rests = c.price !== 0 && c.timeInForce === GTC && !isStop(c.type)
    return rests && this.limits.overflowsLevel(market, c.side, c.price, c.quantity, without) ? OVERFLOW_LEVEL : ACCEPTED
  }

  /** Everything that a cancel just before could change: counts, ids, the book, money. Call after `filters`. */
  counts(c: Command, market: Market): RejectCode {
    const { seats, documentedRules } = this.#shard
    // Before DOCUMENTED_RULES the account took its seat even when the order was refused.
    const seat = documentedRules ? seats.find(c.account, market.id) : this.#shard.seat(c.account, market)
    return this.#countsOf(c, market, seat)
  }

  /** Of PLACE: why it would be refused. Changes nothing, whatever rules are active. */
  test(c: Command, market: Market): RejectCode {
    this.#isTest = true
    const reject = this.filters(c, market) || this.#countsOf(c, market, this.#shard.seats.find(c.account, market.id))
    this.#isTest = false
    return reject
  }

  #countsOf(c: Command, market: Market, seat: number): RejectCode {
    const limits = this.limits.counts(c, market, seat, NONE)
    if (limits !== ACCEPTED) return limits
    if (!this.#fits) return OVERFLOW_NOTIONAL
    const duplicate = this.duplicate(c)
    if (duplicate !== ACCEPTED) return duplicate
    if (seat !== NONE) return this.#meets(c, market, seat)
    const { ledger, seats } = this.#shard
    seats.setGuest(ledger.find(c.account, market.base), ledger.find(c.account, market.quote))
    const reject = this.#meets(c, market, NONE)
    seats.setGuest(NONE, NONE)
    return reject
  }

  /** The book, the last price, and money. */
  #meets(c: Command, market: Market, seat: number): RejectCode {
    if (isStop(c.type)) return this.#stopCounts(c, market, seat)
    if (c.type === LIMIT_MAKER && market.book.crosses(c.side, c.price)) return WOULD_MATCH
    if (c.type === MARKET) return this.#marketFunds(c, market, seat)
    const funds = this.#limitFunds(c, market, seat)
    if (funds !== ACCEPTED || c.timeInForce !== GTC) return funds
    return this.limits.overflowsLevel(market, c.side, c.price, c.quantity) ? OVERFLOW_LEVEL : ACCEPTED
  }

  /** The command's client id must not be that of another open order of the account. */
  duplicate(c: Command, except: number = NONE): RejectCode {
    if (c.clientId.length === 0) return ACCEPTED
    this.#hash = clientHash(c.account, c.clientId)
    const found = this.#shard.clientIds.find(this.#hash, c.account, c.clientId)
    return found !== NONE && found !== except ? DUPLICATE_CLIENT_ORDER_ID : ACCEPTED
  }

  #stopCounts(c: Command, market: Market, seat: number): RejectCode {
    const last = market.lastPrice
    if (last !== 0 && (isRising(c.side, c.type) ? c.stopPrice <= last : c.stopPrice >= last)) {
      return WOULD_TRIGGER
    }
    return this.#limitFunds(c, market, seat)
  }

  #limitFunds(c: Command, market: Market, seat: number): RejectCode {
    const { seats, ledger } = this.#shard
    const fits = this.#shard.lockOf(market, c.side, c.price || c.stopPrice, c.quantity, this.#lock)
    const balance = c.side === BUY ? seats.quote(seat) : seats.base(seat)
    return !fits || ledger.lacks(balance, this.#lock) ? INSUFFICIENT_BALANCE : ACCEPTED
  }

  #marketFunds(c: Command, market: Market, seat: number): RejectCode {
    const lots = this.limits.quoteLots(c, market, NONE)
    if (lots !== ACCEPTED) return lots
    if (this.#shard.boundedSteps) {
      const mode = c.selfTradePrevention || market.defaultMode
      return this.#matching.demand.spending.plan(market, seat, c.side, mode, c.quantity, c.quoteQuantity)
    }
    return this.#matching.demand.free.check(market, seat, c.side, c.quantity, c.quoteQuantity)
  }

  /** Take an order whose checks have all passed: lock, report, and set it to work or to wait for its price. */
  open(c: Command, market: Market): void {
    const shard = this.#shard
    const { orders, images, seats, writer } = shard
    const seat = shard.seat(c.account, market)
    const stop = isStop(c.type)
    const orderId = shard.nextOrderId()
    const slot = orders.allocate(orderId, seat, c.quantity)
    images.open(slot, c, orderId, c.selfTradePrevention || market.defaultMode, !stop, shard.moment)
    images.setClientHash(slot, this.#hash)
    if (c.quoteQuantity !== 0) images.setQuantity(slot, 0)
    if (c.type === MARKET) {
      if (shard.boundedSteps) this.#matching.demand.spending.lock(market, seat, c.side)
    } else {
      const balance = c.side === BUY ? seats.quote(seat) : seats.base(seat)
      shard.ledger.lock(balance, this.#lock)
    }
    writer.execution(slot, EXECUTION_NEW, NO_REASON, OWN_FLAG)
    if (!stop) {
      this.#matching.work(market, slot, false, OWN_FLAG)
      return
    }
    orders.enter(slot)
    shard.enlist(slot)
    seats.countStops(seat, 1)
    shard.triggers.add(market, slot)
  }
}

function mayPost(c: Command): boolean {
  if (c.type === LIMIT_MAKER) return true
  return c.type === LIMIT && c.timeInForce === GTC
}
