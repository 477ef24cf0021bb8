import type { Cancellation } from './cancellation.ts'
import type { Command } from './command.ts'
import { ReplaceMode } from './enums.ts'
import type { Market } from './market.ts'
import type { OrderChecks } from './order-checks.ts'
import { orderCombination, orderFields, targetFields, targetGiven } from './order-fields.ts'
import { NONE as EMPTY } from './order-store.ts'
import type { Placement } from './placement.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const {
  NONE: ACCEPTED,
  UNKNOWN_ACCOUNT,
  UNKNOWN_SYMBOL,
  INVALID_FIELD,
  REPLACE_CANCEL_FAILED,
  REPLACE_PARTIAL,
  REPLACE_FAILED,
} = Reject
const { STOP_ON_FAILURE, ALLOW_FAILURE } = ReplaceMode
const NONE = EMPTY

/** cancelReplace: cancel one order, then place another with the money that the cancel unlocked. */
export class Replacement {
  readonly #shard: Shard
  readonly #checks: OrderChecks
  readonly #placement: Placement
  readonly #cancellation: Cancellation
  /** Result of the last `execute`: how the halves ended, if they were reached. */
  reached = false
  attempted = false
  cancelled: RejectCode = ACCEPTED
  placed: RejectCode = ACCEPTED

  constructor(shard: Shard, checks: OrderChecks, placement: Placement, cancellation: Cancellation) {
    this.#shard = shard
    this.#checks = checks
    this.#placement = placement
    this.#cancellation = cancellation
  }

  /** References, fields, combinations of both halves. */
  shape(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return UNKNOWN_ACCOUNT
    if (this.#shard.markets[c.symbol] === undefined) return UNKNOWN_SYMBOL
    const fields = orderFields(c) || targetFields(c)
    if (fields !== ACCEPTED) return fields
    const mode = c.replaceMode
    if (mode !== STOP_ON_FAILURE && mode !== ALLOW_FAILURE) return INVALID_FIELD
    return orderCombination(c) || targetGiven(c)
  }

  /** Filters and counts are evaluated before anything changes, against the state without the order to be cancelled. */
  #beforeCancel(c: Command, market: Market): RejectCode {
    if (!this.#shard.documentedRules) return ACCEPTED
    const cancellation = this.#cancellation
    const without = cancellation.cancellable(c) === ACCEPTED ? cancellation.found : NONE
    return this.#checks.bounds(c, market, without)
  }

  execute(c: Command, market: Market): RejectCode {
    this.reached = false
    const whole = this.#checks.filters(c, market) || this.#beforeCancel(c, market)
    if (whole !== ACCEPTED) return whole
    this.reached = true
    this.attempted = false
    this.placed = ACCEPTED
    this.cancelled = this.#cancellation.cancelTarget(c)
    if (this.cancelled !== ACCEPTED && c.replaceMode === STOP_ON_FAILURE) {
      return REPLACE_CANCEL_FAILED
    }
    this.attempted = true
    this.placed = this.#checks.postOnly(market, c.side, c.type, c.price) || this.#placement.placeFiltered(c, market)
    if (this.cancelled === ACCEPTED) return this.placed === ACCEPTED ? ACCEPTED : REPLACE_PARTIAL
    return this.placed === ACCEPTED ? REPLACE_PARTIAL : REPLACE_FAILED
  }
}
