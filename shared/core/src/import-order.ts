/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { Amount } from './amount.ts'
import { clientHash } from './client-id-table.ts'
import { ClientId, type Command } from './command.ts'
import { ExecutionType, ExpiryReason, OrderStatus, OrderType, Side, TimeInForce } from './enums.ts'
import { Fill } from './fill.ts'
import type { Market } from './market.ts'
import { isNatural, orderCombination, orderFields } from './order-fields.ts'
import type { OrderLimits } from './order-limits.ts'
import { NONE as EMPTY } from './order-store.ts'
import { OWN_FLAG } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { LIMIT, LIMIT_MAKER } = OrderType
const { GTC } = TimeInForce
const {
  NONE: ACCEPTED,
  UNKNOWN_ACCOUNT,
  UNKNOWN_SYMBOL,
  INVALID_FIELD,
  INVALID_COMBINATION,
  OVERFLOW_NOTIONAL,
  DUPLICATE_CLIENT_ORDER_ID,
  WOULD_MATCH,
  INSUFFICIENT_BALANCE,
  OVERFLOW_LEVEL,
} = Reject
const { NEW: EXECUTION_NEW } = ExecutionType
const { NONE: NO_REASON } = ExpiryReason
const NONE = EMPTY

const PRINTABLE = /^[\x20-\x7e]{1,36}$/

/** Imports resting orders of another platform, with their id, their history and their place in the queue. */
export class OrderImport {
  readonly #shard: Shard
  readonly #limits: OrderLimits
  readonly #id = new ClientId()
  readonly #amount = new Amount()
  readonly #executed = new Fill()

  constructor(shard: Shard, limits: OrderLimits) {
    this.#shard = shard
    this.#limits = limits
  }

  execute(c: Command): RejectCode {
    const shape = this.#shape(c)
    if (shape !== ACCEPTED) return shape
    const market = this.#shard.markets[c.symbol]!
    const check = this.#check(c, market)
    if (check === ACCEPTED) this.#open(c, market)
    return check
  }

  #shape(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return UNKNOWN_ACCOUNT
    if (this.#shard.markets[c.symbol] === undefined) return UNKNOWN_SYMBOL
    const fields = orderFields(c)
    if (fields !== ACCEPTED) return fields
    if (!isNatural(c.originalTime) || c.originalTime > this.#shard.moment.time) return INVALID_FIELD
    if (!isNatural(c.executedQuantity)) return INVALID_FIELD
    if (c.quantity !== 0 && c.executedQuantity >= c.quantity) return INVALID_FIELD
    if (c.clientId.length === 0 && c.text !== '' && !PRINTABLE.test(c.text)) return INVALID_FIELD
    const isLimit = c.type === LIMIT || c.type === LIMIT_MAKER
    if (!isLimit || c.timeInForce !== GTC) return INVALID_COMBINATION
    return orderCombination(c)
  }

  #check(c: Command, market: Market): RejectCode {
    const filter = market.filters.price(c.price) || market.filters.lot(c.quantity)
    if (filter !== ACCEPTED) return filter
    if (!this.#amount.setProduct(c.price, c.quantity, market.quoteScale)) return OVERFLOW_NOTIONAL
    const id = this.#id
    id.clear()
    if (c.clientId.length > 0) id.copy(c.clientId)
    else id.set(c.text)
    const taken = id.length > 0 && this.#shard.clientIds.find(clientHash(c.account, id), c.account, id) !== NONE
    if (taken) return DUPLICATE_CLIENT_ORDER_ID
    if (market.book.crosses(c.side, c.price)) return WOULD_MATCH
    const remaining = c.quantity - c.executedQuantity
    const balance = this.#shard.ledger.find(c.account, c.side === BUY ? market.quote : market.base)
    const fits = this.#shard.lockOf(market, c.side, c.price, remaining, this.#amount)
    if (!fits || this.#shard.ledger.lacks(balance, this.#amount)) return INSUFFICIENT_BALANCE
    return this.#limits.overflowsLevel(market, c.side, c.price, remaining) ? OVERFLOW_LEVEL : ACCEPTED
  }

  #open(c: Command, market: Market): void {
    const shard = this.#shard
    const { orders, images, memory, writer } = shard
    const orderId = shard.nextOrderId()
    const slot = orders.allocate(orderId, shard.seat(c.account, market), c.quantity - c.executedQuantity)
    images.open(slot, c, orderId, c.selfTradePrevention || market.defaultMode, true, shard.moment)
    images.setClient(slot, this.#id)
    images.setClientHash(slot, clientHash(c.account, this.#id))
    this.#executed.quantity = c.executedQuantity
    this.#executed.setQuote(c.price, c.executedQuantity, market.quoteScale)
    images.setHistory(
      slot,
      this.#executed,
      c.executedQuantity > 0 ? OrderStatus.PARTIALLY_FILLED : OrderStatus.NEW,
      c.originalTime,
    )
    shard.lock(market, slot, orders.remaining(slot))
    writer.execution(slot, EXECUTION_NEW, NO_REASON, OWN_FLAG)
    orders.enter(slot)
    shard.enlist(slot)
    const level = market.book.side(c.side).obtain(c.price)
    let before = memory.levels.tail(level)
    while (before !== NONE && images.priority(before) > c.originalTime) before = orders.previous(before)
    memory.levels.insertAfter(level, before, slot)
    shard.touches.touch(market, c.side, level)
  }
}
