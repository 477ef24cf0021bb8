/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { Allowance } from './allowance.ts'
import { Amount, AMOUNT_MAX } from './amount.ts'
import { ClientId, type Command } from './command.ts'
import { ExecutionType, ExpiryReason, OrderType, Side } from './enums.ts'
import type { Cancellation } from './cancellation.ts'
import type { Market } from './market.ts'
import type { Matching } from './matching.ts'
import type { OrderChecks } from './order-checks.ts'
import { isNatural, targetFields, targetGiven } from './order-fields.ts'
import { NONE as EMPTY } from './order-store.ts'
import { OWN_FLAG } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'
import { clientHash } from './client-id-table.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { LIMIT, LIMIT_MAKER } = OrderType
const {
  INVALID_FIELD,
  NONE: ACCEPTED,
  INVALID_COMBINATION,
  AMEND_NO_CHANGE,
  AMEND_QUANTITY,
  AMEND_BELOW_EXECUTED,
  ORDER_TYPE_NOT_ALLOWED,
  UNKNOWN_ACCOUNT,
  UNKNOWN_SYMBOL,
  SYMBOL_CANCEL_ONLY,
  FILTER_MAX_POSITION,
  OVERFLOW_NOTIONAL,
  WOULD_MATCH,
  INSUFFICIENT_BALANCE,
  OVERFLOW_LEVEL,
} = Reject
const { REPLACED: EXECUTION_REPLACED } = ExecutionType
const { NONE: NO_REASON } = ExpiryReason
const NONE = EMPTY
/** An amended order has a limit, so it has no allowance. */
const NO_ALLOWANCE = new Allowance()

/** Changes of open orders: a lower quantity at the same place in the queue, or price and quantity in one step. */
export class Amendment {
  readonly #shard: Shard
  readonly #matching: Matching
  readonly #checks: OrderChecks
  readonly #cancellation: Cancellation
  readonly #notional = new Amount()
  readonly #lock = new Amount()
  readonly #held = new Amount()
  readonly #oldId = new ClientId()
  /** The amended order's price and total quantity. */
  #price = 0
  #quantity = 0

  constructor(shard: Shard, matching: Matching, checks: OrderChecks, cancellation: Cancellation) {
    this.#shard = shard
    this.#matching = matching
    this.#checks = checks
    this.#cancellation = cancellation
  }

  keepPriority(c: Command): RejectCode {
    const shape = this.#references(c) || (isNatural(c.quantity) ? targetFields(c) : INVALID_FIELD)
    if (shape !== ACCEPTED) return shape
    if (c.quantity === 0) return INVALID_COMBINATION
    const market = this.#shard.markets[c.symbol]!
    const state = this.#state(c, market)
    // A market that only cancels also accepts lower quantities, and nothing else.
    const mayShrink = state === SYMBOL_CANCEL_ONLY && this.#shard.documentedRules
    const reject = targetGiven(c) || (mayShrink ? this.#checks.accountState(c.account) : state)
    if (reject !== ACCEPTED) return reject
    const missing = this.#cancellation.find(c)
    if (missing !== ACCEPTED) return missing
    const slot = this.#cancellation.found
    const { images } = this.#shard
    const quantity = images.quantity(slot)
    if (c.quantity === quantity) return AMEND_NO_CHANGE
    const gone = images.executed(slot) + images.prevented(slot)
    if (c.quantity > quantity) return AMEND_QUANTITY
    if (c.quantity <= gone) return this.#belowExecuted()
    const filter = market.filters.lot(c.quantity) || this.#notionalFilter(market, slot, images.price(slot), c.quantity)
    if (filter !== ACCEPTED) return filter
    const duplicate = this.#duplicate(c, slot)
    if (duplicate !== ACCEPTED) return duplicate
    this.#quantity = c.quantity
    this.#shrink(c, market, slot)
    return ACCEPTED
  }

  /** References and fields of AMEND. */
  shape(c: Command): RejectCode {
    const references = this.#references(c)
    if (references !== ACCEPTED) return references
    if (!isNatural(c.quantity) || !isNatural(c.price)) return INVALID_FIELD
    return targetFields(c) || targetGiven(c)
  }

  amend(c: Command, market: Market): RejectCode {
    const reject = this.#state(c, market) || this.#cancellation.find(c)
    if (reject !== ACCEPTED) return reject
    const slot = this.#cancellation.found
    const { images } = this.#shard
    const type = images.type(slot)
    if (type !== LIMIT && type !== LIMIT_MAKER) return ORDER_TYPE_NOT_ALLOWED
    this.#price = c.price || images.price(slot)
    this.#quantity = c.quantity || images.quantity(slot)
    const check = this.#filters(market, slot) || this.#counts(c, market, slot)
    if (check !== ACCEPTED) return check
    if (this.#price === images.price(slot) && this.#quantity < images.quantity(slot)) this.#shrink(c, market, slot)
    else this.#move(c, market, slot)
    return ACCEPTED
  }

  #references(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return UNKNOWN_ACCOUNT
    return this.#shard.markets[c.symbol] === undefined ? UNKNOWN_SYMBOL : ACCEPTED
  }

  #state(c: Command, market: Market): RejectCode {
    return this.#checks.marketState(market) || this.#checks.accountState(c.account)
  }

  #duplicate(c: Command, slot: number): RejectCode {
    return this.#checks.duplicate(c, clientHash(c.account, c.clientId), slot)
  }

  #belowExecuted(): RejectCode {
    return this.#shard.documentedRules ? AMEND_BELOW_EXECUTED : AMEND_QUANTITY
  }

  #notionalFilter(market: Market, slot: number, limit: number, quantity: number): RejectCode {
    const price = limit || this.#shard.images.stopPrice(slot)
    const fits = this.#notional.setProduct(price, quantity, market.quoteScale)
    return market.filters.notional(this.#notional, fits, limit === 0)
  }

  #filters(market: Market, slot: number): RejectCode {
    const { images } = this.#shard
    if (this.#price === images.price(slot) && this.#quantity === images.quantity(slot)) return AMEND_NO_CHANGE
    if (this.#quantity <= images.executed(slot) + images.prevented(slot)) return this.#belowExecuted()
    return (
      market.filters.price(this.#price) ||
      this.#checks.percent(market, images.side(slot), this.#price) ||
      market.filters.lot(this.#quantity) ||
      this.#notionalFilter(market, slot, this.#price, this.#quantity)
    )
  }

  #counts(c: Command, market: Market, slot: number): RejectCode {
    const { images, orders } = this.#shard
    const side = images.side(slot)
    const rise = this.#quantity - images.quantity(slot)
    if (side === BUY && rise > 0 && market.filters.definition.maxPosition !== 0) {
      if (this.#checks.limits.exceedsPosition(market, c.account, rise, NONE)) return FILTER_MAX_POSITION
    }
    if (!this.#notional.setProduct(this.#price, this.#quantity, market.quoteScale)) return OVERFLOW_NOTIONAL
    const remaining = this.#quantity - images.executed(slot) - images.prevented(slot)
    if (this.#overflows(market, slot, remaining)) return OVERFLOW_NOTIONAL
    const duplicate = this.#duplicate(c, slot)
    if (duplicate !== ACCEPTED) return duplicate
    if (images.type(slot) === LIMIT_MAKER && market.book.crosses(side, this.#price)) return WOULD_MATCH
    const postOnly = this.#checks.postOnly(market, side, LIMIT, this.#price)
    if (postOnly !== ACCEPTED) return postOnly
    if (this.#lacks(market, slot, remaining)) return INSUFFICIENT_BALANCE
    const atSame = this.#price === images.price(slot) ? orders.remaining(slot) : 0
    return this.#checks.limits.overflowsLevel(market, side, this.#price, remaining - atSame) ? OVERFLOW_LEVEL : ACCEPTED
  }

  /**
   * Would the traded quote and the remaining notional at the new price together exceed 2^62 quote units? The order's
   * next match adds less than that again, so the traded quote stays below 2^63. This is rarely close, so it is computed
   * in bigint, for amended orders alone.
   */
  #overflows(market: Market, slot: number, remaining: number): boolean {
    const { images, documentedRules } = this.#shard
    if (!documentedRules || images.executed(slot) === 0) return false
    this.#notional.setProduct(this.#price, remaining, market.quoteScale)
    return images.cumulativeQuote(slot) + this.#notional.toBigInt() > AMOUNT_MAX
  }

  /** Are free funds and the order's present lock too small for the new lock? */
  #lacks(market: Market, slot: number, remaining: number): boolean {
    const { images, orders, ledger } = this.#shard
    const side = images.side(slot)
    if (!this.#shard.lockOf(market, side, this.#price, remaining, this.#lock)) return true
    this.#shard.lockOf(market, side, images.price(slot), orders.remaining(slot), this.#held)
    if (!this.#lock.isGreater(this.#held)) return false
    this.#lock.subtract(this.#held)
    return ledger.lacks(this.#shard.paying(slot), this.#lock)
  }

  /** Lower the quantity of an order that stays at its place. */
  #shrink(c: Command, market: Market, slot: number): void {
    const { images, orders, seats, memory, touches, writer } = this.#shard
    const less = images.quantity(slot) - this.#quantity
    this.#shard.unlock(market, slot, less)
    images.setQuantity(slot, this.#quantity)
    if (images.side(slot) === BUY) seats.lowerOpenBuy(orders.owner(slot), less)
    orders.setRemaining(slot, orders.remaining(slot) - less)
    const level = orders.level(slot)
    if (level > NONE) memory.levels.reduce(level, less)
    if (level > NONE && images.isWorking(slot)) touches.touch(market, images.side(slot), level)
    this.#rename(c, slot)
    writer.execution(slot, EXECUTION_REPLACED, NO_REASON, OWN_FLAG, this.#oldId)
  }

  /** Take the order off its level and match it at its new price and quantity. */
  #move(c: Command, market: Market, slot: number): void {
    const { images, orders, writer } = this.#shard
    this.#shard.unlock(market, slot, orders.remaining(slot))
    this.#shard.withdraw(market, slot)
    this.#rename(c, slot)
    this.#shard.delist(slot)
    images.setPrice(slot, this.#price)
    images.setQuantity(slot, this.#quantity)
    orders.setRemaining(slot, this.#quantity - images.executed(slot) - images.prevented(slot))
    this.#shard.lock(market, slot, orders.remaining(slot))
    writer.execution(slot, EXECUTION_REPLACED, NO_REASON, OWN_FLAG, this.#oldId)
    this.#matching.work(market, slot, true, OWN_FLAG, NO_ALLOWANCE)
  }

  /** The command's client id, if there is one, becomes the order's; `#oldId` keeps the previous one. */
  #rename(c: Command, slot: number): void {
    const { images, clientIds } = this.#shard
    images.copyClient(slot, this.#oldId)
    if (c.clientId.length === 0) return
    if (this.#oldId.length > 0) clientIds.remove(slot)
    const hash = clientHash(c.account, c.clientId)
    images.setClient(slot, c.clientId)
    images.setClientHash(slot, hash)
    clientIds.enter(hash, slot)
  }
}
