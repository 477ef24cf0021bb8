import type { Cancellation } from './cancellation.ts'
import type { Command } from './command.ts'
import { ReplaceMode } from './enums.ts'
import { orderCombination, orderFields, targetFields, targetGiven } from './order-fields.ts'
import type { Placement } from './placement.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'

/** cancelReplace: cancel one order, then place another with what the cancel freed. */
export class Replacement {
  readonly #shard: Shard
  readonly #placement: Placement
  readonly #cancellation: Cancellation
  /** Of the last `execute`: how the halves ended, if it came to them. */
  reached = false
  attempted = false
  cancelled: RejectCode = Reject.NONE
  placed: RejectCode = Reject.NONE

  constructor(shard: Shard, placement: Placement, cancellation: Cancellation) {
    this.#shard = shard
    this.#placement = placement
    this.#cancellation = cancellation
  }

  /** References, fields, combinations of both halves. */
  shape(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return Reject.UNKNOWN_ACCOUNT
    if (this.#shard.markets[c.symbol] === undefined) return Reject.UNKNOWN_SYMBOL
    const fields = orderFields(c) || targetFields(c)
    if (fields !== Reject.NONE) return fields
    const mode = c.replaceMode
    if (mode !== ReplaceMode.STOP_ON_FAILURE && mode !== ReplaceMode.ALLOW_FAILURE) return Reject.INVALID_FIELD
    return orderCombination(c) || targetGiven(c)
  }

  execute(c: Command): RejectCode {
    const market = this.#shard.markets[c.symbol]!
    this.reached = false
    const whole = this.#placement.filters(c, market)
    if (whole !== Reject.NONE) return whole
    this.reached = true
    this.attempted = false
    this.placed = Reject.NONE
    this.cancelled = this.#cancellation.cancelTarget(c)
    if (this.cancelled !== Reject.NONE && c.replaceMode === ReplaceMode.STOP_ON_FAILURE) {
      return Reject.REPLACE_CANCEL_FAILED
    }
    this.attempted = true
    this.placed = this.#placement.postOnly(market, c.side, c.type, c.price) || this.#placement.counts(c, market)
    if (this.placed === Reject.NONE) this.#placement.open(c, market)
    if (this.cancelled === Reject.NONE) return this.placed === Reject.NONE ? Reject.NONE : Reject.REPLACE_PARTIAL
    return this.placed === Reject.NONE ? Reject.REPLACE_PARTIAL : Reject.REPLACE_FAILED
  }
}
