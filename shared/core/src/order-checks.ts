/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { Allowance } from './allowance.ts'
import { Amount } from './amount.ts'
import { clientHash } from './client-id-table.ts'
import { type Command, CommandKind } from './command.ts'
import { AccountStatus, OrderType, Side, SymbolStatus, TimeInForce } from './enums.ts'
import type { Market } from './market.ts'
import type { MarketFunds } from './market-funds.ts'
import { orderCombination, orderFields } from './order-fields.ts'
import { OrderLimits } from './order-limits.ts'
import { NONE as EMPTY } from './order-store.ts'
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
const { POST_ONLY, TRADING, CANCEL_ONLY: MARKET_CANCEL_ONLY } = SymbolStatus
const { ACTIVE, FROZEN } = AccountStatus
const { PLACE } = CommandKind
const NONE = EMPTY

/**
 * Every check of a new order, in the order of the contract. They read the shard and change nothing, apart from the
 * reference price that is looked up once in a second.
 */
export class OrderChecks {
  readonly limits: OrderLimits
  readonly #shard: Shard
  readonly #funds: MarketFunds
  readonly #amount = new Amount()
  /** The allowance of an order that is not placed. */
  readonly #without = new Allowance()

  constructor(shard: Shard, funds: MarketFunds) {
    this.#shard = shard
    this.#funds = funds
    this.limits = new OrderLimits(shard, funds.spending)
  }

  /** References, domains of the fields, their combination: everything that does not depend on the market's state. */
  shape(c: Command): RejectCode {
    const { accounts, markets } = this.#shard
    if (!accounts.has(c.account)) return UNKNOWN_ACCOUNT
    if (markets[c.symbol] === undefined) return UNKNOWN_SYMBOL
    const fields = orderFields(c)
    return fields !== ACCEPTED ? fields : orderCombination(c)
  }

  /**
   * Market and account state, what the symbol allows, and the filters that count no orders.
   *
   * @param isTest changes nothing, whatever rules are in force
   */
  filters(c: Command, market: Market, isTest = false): RejectCode {
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
    if (c.price !== 0 && this.percent(market, c.side, c.price, isTest) !== ACCEPTED) {
      return FILTER_PERCENT_PRICE_BY_SIDE
    }
    if (c.quantity !== 0) {
      if (filters.lot(c.quantity) !== ACCEPTED) return FILTER_LOT_SIZE
      if (c.type === MARKET && filters.marketLot(c.quantity) !== ACCEPTED) {
        return FILTER_MARKET_LOT_SIZE
      }
    }
    return this.#notionalFilter(c, market, isTest)
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

  percent(market: Market, side: Side, price: number, isTest = false): RejectCode {
    if (!market.filters.hasPercent(side)) return ACCEPTED
    return market.filters.percent(side, price, this.#reference(market, isTest))
  }

  #reference(market: Market, isTest: boolean): number {
    const { moment, documentedRules } = this.#shard
    return market.referencePrice(moment.time, documentedRules || isTest)
  }

  /** In a POST_ONLY market an order that may rest must not match. */
  postOnly(market: Market, side: Side, type: OrderType, price: number): RejectCode {
    if (market.status !== POST_ONLY || type !== LIMIT) return ACCEPTED
    return market.book.crosses(side, price) ? SYMBOL_POST_ONLY : ACCEPTED
  }

  #notionalFilter(c: Command, market: Market, isTest: boolean): RejectCode {
    const { filters } = market
    const isMarket = c.price === 0
    const price = c.price || c.stopPrice
    if (price !== 0) {
      const fits = this.#amount.setProduct(price, c.quantity, market.quoteScale)
      return filters.notional(this.#amount, fits, isMarket)
    }
    if (!filters.hasMarketNotional()) return ACCEPTED
    if (c.quoteQuantity !== 0) {
      this.#amount.setInteger(c.quoteQuantity)
      return filters.notional(this.#amount, true, true)
    }
    const reference = this.#reference(market, isTest)
    if (reference === 0) return ACCEPTED
    const fits = this.#amount.setProduct(reference, c.quantity, market.quoteScale)
    return filters.notional(this.#amount, fits, true)
  }

  /** Price × quantity of an order with a price must fit into 62 bits. */
  #notionalFits(c: Command, market: Market): RejectCode {
    const price = c.price || c.stopPrice
    return price === 0 || this.#amount.setProduct(price, c.quantity, market.quoteScale) ? ACCEPTED : OVERFLOW_NOTIONAL
  }

  /**
   * The bounds of the account and the market, as if the order in slot `without` were cancelled. A replacement is
   * checked against them before anything changes.
   */
  bounds(c: Command, market: Market, without: number): RejectCode {
    const seat = this.#shard.seats.find(c.account, market.id)
    const counts = this.limits.counts(c, market, seat, without) || this.#notionalFits(c, market)
    if (counts !== ACCEPTED) return counts
    const lots = this.limits.quoteLots(c, market, without, this.#without)
    // The placement itself checks whether the book offers enough.
    if (lots !== ACCEPTED && !isLiquidity(lots)) return lots
    if (market.status === POST_ONLY && c.type === LIMIT && market.book.crosses(c.side, c.price, without)) {
      return SYMBOL_POST_ONLY
    }
    const rests = c.price !== 0 && c.timeInForce === GTC && !isStop(c.type)
    return rests && this.limits.overflowsLevel(market, c.side, c.price, c.quantity, without) ? OVERFLOW_LEVEL : ACCEPTED
  }

  /**
   * Everything that a preceding cancel could change: counts, ids, the book, money.
   *
   * @param hash of the client id
   * @param allowance is set to what a market order may spend
   */
  counts(c: Command, market: Market, hash: number, allowance: Allowance): RejectCode {
    const { seats, documentedRules } = this.#shard
    // Before DOCUMENTED_RULES the account got its seat even when the order was refused.
    const seat = documentedRules ? seats.find(c.account, market.id) : this.#shard.seat(c.account, market)
    return this.#countsOf(c, market, seat, hash, allowance)
  }

  /** The reason why a PLACE would be refused. Changes nothing, whatever rules are active. */
  test(c: Command, market: Market): RejectCode {
    const filters = this.filters(c, market, true)
    if (filters !== ACCEPTED) return filters
    const seat = this.#shard.seats.find(c.account, market.id)
    return this.#countsOf(c, market, seat, clientHash(c.account, c.clientId), this.#without)
  }

  #countsOf(c: Command, market: Market, seat: number, hash: number, allowance: Allowance): RejectCode {
    const limits = this.limits.counts(c, market, seat, NONE) || this.#notionalFits(c, market)
    if (limits !== ACCEPTED) return limits
    const duplicate = this.duplicate(c, hash, NONE)
    if (duplicate !== ACCEPTED) return duplicate
    if (seat !== NONE) return this.#meets(c, market, seat, allowance)
    const { ledger, seats } = this.#shard
    seats.setGuest(ledger.find(c.account, market.base), ledger.find(c.account, market.quote))
    const reject = this.#meets(c, market, NONE, allowance)
    seats.setGuest(NONE, NONE)
    return reject
  }

  /** The book, the last price, and money. */
  #meets(c: Command, market: Market, seat: number, allowance: Allowance): RejectCode {
    if (isStop(c.type)) return this.#stopCounts(c, market, seat)
    if (c.type === LIMIT_MAKER && market.book.crosses(c.side, c.price)) return WOULD_MATCH
    if (c.type === MARKET) return this.#marketFunds(c, market, seat, allowance)
    const funds = this.#limitFunds(c, market, seat)
    if (funds !== ACCEPTED || c.timeInForce !== GTC) return funds
    return this.limits.overflowsLevel(market, c.side, c.price, c.quantity) ? OVERFLOW_LEVEL : ACCEPTED
  }

  /** No other open order of the account than `except` may have the command's client id, whose hash is `hash`. */
  duplicate(c: Command, hash: number, except: number): RejectCode {
    if (c.clientId.length === 0) return ACCEPTED
    const found = this.#shard.clientIds.find(hash, c.account, c.clientId)
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
    const fits = this.#shard.lockOf(market, c.side, c.price || c.stopPrice, c.quantity, this.#amount)
    const balance = c.side === BUY ? seats.quote(seat) : seats.base(seat)
    return !fits || ledger.lacks(balance, this.#amount) ? INSUFFICIENT_BALANCE : ACCEPTED
  }

  #marketFunds(c: Command, market: Market, seat: number, allowance: Allowance): RejectCode {
    const lots = this.limits.quoteLots(c, market, NONE, allowance)
    if (lots !== ACCEPTED) return lots
    const mode = c.selfTradePrevention || market.defaultMode
    return this.#funds.check(market, seat, c.side, mode, c.quantity, c.quoteQuantity, allowance)
  }
}

function mayPost(c: Command): boolean {
  if (c.type === LIMIT_MAKER) return true
  return c.type === LIMIT && c.timeInForce === GTC
}
