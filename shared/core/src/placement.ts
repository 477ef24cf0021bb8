import { Allowance } from './allowance.ts'
import { clientHash } from './client-id-table.ts'
import type { Command } from './command.ts'
import { ExecutionType, ExpiryReason, OrderType } from './enums.ts'
import type { Market } from './market.ts'
import type { MarketFunds } from './market-funds.ts'
import type { Matching } from './matching.ts'
import type { OrderChecks } from './order-checks.ts'
import { OWN_FLAG } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'
import { isStop } from './triggers.ts'

// As constants of this module: only those are compiled into the code.
const { MARKET } = OrderType
const { NONE: ACCEPTED } = Reject
const { NEW: EXECUTION_NEW } = ExecutionType
const { NONE: NO_REASON } = ExpiryReason

/** New orders: every check first, then the change. */
export class Placement {
  readonly #shard: Shard
  readonly #checks: OrderChecks
  readonly #funds: MarketFunds
  readonly #matching: Matching
  /** The allowance of the order that is being placed. */
  readonly #allowance = new Allowance()

  constructor(shard: Shard, checks: OrderChecks, funds: MarketFunds, matching: Matching) {
    this.#shard = shard
    this.#checks = checks
    this.#funds = funds
    this.#matching = matching
  }

  /** Everything after the checks of the command's shape. */
  place(c: Command, market: Market): RejectCode {
    const reject = this.#checks.filters(c, market)
    return reject !== ACCEPTED ? reject : this.placeFiltered(c, market)
  }

  /** The same for an order that has passed the filters. */
  placeFiltered(c: Command, market: Market): RejectCode {
    const hash = clientHash(c.account, c.clientId)
    const reject = this.#checks.counts(c, market, hash, this.#allowance)
    if (reject === ACCEPTED) this.#open(c, market, hash, this.#allowance)
    return reject
  }

  /** Lock, report, then match the order, or let it wait for its stop price. */
  #open(c: Command, market: Market, hash: number, allowance: Allowance): void {
    const shard = this.#shard
    const { orders, images, seats, writer } = shard
    const seat = shard.seat(c.account, market)
    const stop = isStop(c.type)
    const orderId = shard.nextOrderId()
    const slot = orders.allocate(orderId, seat, c.quantity)
    images.open(slot, c, orderId, c.selfTradePrevention || market.defaultMode, !stop, shard.moment)
    images.setClientHash(slot, hash)
    if (c.quoteQuantity !== 0) images.setQuantity(slot, 0)
    if (c.type === MARKET) this.#funds.lock(market, seat, c.side, allowance)
    else shard.lock(market, slot, c.quantity)
    writer.execution(slot, EXECUTION_NEW, NO_REASON, OWN_FLAG)
    if (!stop) {
      this.#matching.work(market, slot, false, OWN_FLAG, allowance)
      return
    }
    orders.enter(slot)
    shard.enlist(slot)
    seats.countStops(seat, 1)
    shard.triggers.add(market, slot)
  }
}
