/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import type { ClientId, Command } from './command.ts'
import { clientHash } from './client-id-table.ts'
import { AccountStatus, CancelRestriction, ExecutionType, ExpiryReason, OrderStatus, SymbolStatus } from './enums.ts'
import type { Market } from './market.ts'
import { WorkKind } from './market-work.ts'
import { targetFields, targetGiven } from './order-fields.ts'
import { NONE as EMPTY } from './order-store.ts'
import { OWN_FLAG } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const {
  NONE: ACCEPTED,
  CANCEL_RESTRICTED,
  UNKNOWN_ACCOUNT,
  UNKNOWN_ORDER,
  ORDER_ID_MISMATCH,
  UNKNOWN_SYMBOL,
  MARKET_CLOSED,
  ACCOUNT_FROZEN,
  NOTHING_OPEN,
} = Reject
const { CANCELED: STATUS_CANCELED } = OrderStatus
const { CANCELED: EXECUTION_CANCELED } = ExecutionType
const { NONE: NO_REASON } = ExpiryReason
const { BREAK } = SymbolStatus
const { FROZEN } = AccountStatus
const { ONLY_NEW, ONLY_PARTIALLY_FILLED } = CancelRestriction
const { CANCELS } = WorkKind
const NONE = EMPTY

/** Cancels one order, or all open orders of a symbol or an account. */
export class Cancellation {
  readonly #shard: Shard
  /** Slot of the order that `find` found. */
  found: number = NONE
  readonly #slots: number[] = []

  constructor(shard: Shard) {
    this.#shard = shard
  }

  cancel(c: Command): RejectCode {
    const fields = this.#references(c) || targetFields(c) || targetGiven(c)
    if (fields !== ACCEPTED) return fields
    return this.#state(c) || this.cancelTarget(c)
  }

  /** Cancel the order that the command names, if the restriction allows. */
  cancelTarget(c: Command): RejectCode {
    const reject = this.cancellable(c)
    if (reject === ACCEPTED) this.#end(this.found, OWN_FLAG, c.cancelId)
    return reject
  }

  /** Can the order that the command names be cancelled? `found` is its slot. */
  cancellable(c: Command): RejectCode {
    const reject = this.find(c)
    if (reject !== ACCEPTED) return reject
    const executed = this.#shard.images.executed(this.found)
    if (c.restriction === ONLY_NEW && executed > 0) return CANCEL_RESTRICTED
    return c.restriction === ONLY_PARTIALLY_FILLED && executed === 0 ? CANCEL_RESTRICTED : ACCEPTED
  }

  cancelAll(c: Command): RejectCode {
    const reject = this.#references(c) || this.#state(c)
    if (reject !== ACCEPTED) return reject
    const seat = this.#shard.seats.find(c.account, c.symbol)
    if (seat === NONE) return NOTHING_OPEN
    this.#collect(seat)
    const ended = this.#endCollected(OWN_FLAG, c.cancelId)
    this.#leave(seat, c.cancelId)
    return ended
  }

  /** The operator's cancel: in any state of the account and the markets. */
  cancelAccount(c: Command): RejectCode {
    const { accounts, seats } = this.#shard
    if (!accounts.has(c.account)) return UNKNOWN_ACCOUNT
    const found: number[] = []
    for (let seat = accounts.seats(c.account); seat !== NONE; seat = seats.next(seat)) found.push(seat)
    found.sort((a, b) => seats.symbol(a) - seats.symbol(b))
    for (const seat of found) this.#collect(seat)
    const ended = this.#endCollected(OWN_FLAG, c.cancelId)
    for (const seat of found) this.#leave(seat, c.cancelId)
    return ended
  }

  /** Continue the market's unfinished cancels. */
  resume(market: Market): void {
    const { work } = market
    const seat = this.#shard.seats.find(work.account, market.id)
    this.#collect(seat)
    this.#endCollected(0, work.cancelId)
    if (this.#shard.seats.orders(seat) === 0) work.end()
  }

  /** Find the open order that a command names by either id, or by both; `found` is its slot. */
  find(c: Command): RejectCode {
    const { orders, images, clientIds } = this.#shard
    const byClient = c.targetClientId.length > 0
    const slot =
      c.targetOrder !== 0
        ? orders.find(c.targetOrder)
        : clientIds.find(clientHash(c.account, c.targetClientId), c.account, c.targetClientId)
    if (slot === NONE || images.account(slot) !== c.account || images.symbol(slot) !== c.symbol) {
      return UNKNOWN_ORDER
    }
    if (c.targetOrder !== 0 && byClient && !images.hasClient(slot, c.targetClientId)) return ORDER_ID_MISMATCH
    this.found = slot
    return ACCEPTED
  }

  #references(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return UNKNOWN_ACCOUNT
    return this.#shard.markets[c.symbol] === undefined ? UNKNOWN_SYMBOL : ACCEPTED
  }

  #state(c: Command): RejectCode {
    const { documentedRules, markets, accounts } = this.#shard
    if (markets[c.symbol]!.status === BREAK && !documentedRules) return MARKET_CLOSED
    return accounts.status(c.account) === FROZEN ? ACCOUNT_FROZEN : ACCEPTED
  }

  /** Collect the newest orders of a seat, as many as the command's work allows. */
  #collect(seat: number): void {
    const { seats, images, steps } = this.#shard
    for (let slot = seats.head(seat); slot !== NONE && steps.left > 0; slot = images.links.next(slot)) {
      steps.left--
      this.#slots.push(slot)
    }
  }

  /** The other orders of the seat become the market's unfinished work. */
  #leave(seat: number, cancelId: ClientId): void {
    const { seats, markets } = this.#shard
    if (seats.orders(seat) === 0) return
    const { work } = markets[seats.symbol(seat)]!
    work.kind = CANCELS
    work.account = seats.account(seat)
    work.cancelId.copy(cancelId)
  }

  /** End the collected orders in the order of their ids. */
  #endCollected(flags: number, cancelId: ClientId): RejectCode {
    const { orders } = this.#shard
    const slots = this.#slots
    if (slots.length === 0) return NOTHING_OPEN
    slots.sort((a, b) => orders.orderId(a) - orders.orderId(b))
    for (const slot of slots) this.#end(slot, flags, cancelId)
    slots.length = 0
    return ACCEPTED
  }

  #end(slot: number, flags: number, cancelId: ClientId): void {
    const { orders, images, markets, writer } = this.#shard
    const market = markets[images.symbol(slot)]!
    this.#shard.unlock(market, slot, orders.remaining(slot))
    this.#shard.withdraw(market, slot)
    this.#shard.delist(slot)
    images.setStatus(slot, STATUS_CANCELED)
    writer.execution(slot, EXECUTION_CANCELED, NO_REASON, flags, cancelId)
    orders.release(slot)
  }
}
