import type { Allowance } from './allowance.ts'
import type { SelfTradePrevention, Side } from './enums.ts'
import { FreeSpending } from './free-spending.ts'
import type { Market } from './market.ts'
import type { RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'
import { Spending } from './spending.ts'

/** How market orders are paid for by the active rules: from an allowance, or before BOUNDED_STEPS from free funds. */
export class MarketFunds {
  readonly spending: Spending
  readonly free: FreeSpending
  readonly #shard: Shard

  constructor(shard: Shard) {
    this.#shard = shard
    this.spending = new Spending(shard)
    this.free = new FreeSpending(shard)
  }

  /** Can the account pay for a market order, as far as the book could fill it? Sets `allowance` when one applies. */
  check(
    market: Market,
    seat: number,
    side: Side,
    mode: SelfTradePrevention,
    quantity: number,
    quoteQuantity: number,
    allowance: Allowance,
  ): RejectCode {
    return this.#shard.boundedSteps
      ? this.spending.plan(market, seat, side, mode, quantity, quoteQuantity, allowance)
      : this.free.check(market, seat, side, quantity, quoteQuantity)
  }

  /** Lock what the last `check` found. */
  lock(market: Market, seat: number, side: Side, allowance: Allowance): void {
    if (this.#shard.boundedSteps) this.spending.lock(market, seat, side, allowance)
  }
}
