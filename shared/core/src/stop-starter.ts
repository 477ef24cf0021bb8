/* oxlint-disable typescript/no-non-null-assertion -- markets, accounts and slots are those of the shard itself. */
import { Allowance } from './allowance.ts'
import {
  AccountStatus,
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  type Side,
  SymbolStatus,
  TimeInForce,
} from './enums.ts'
import type { Market } from './market.ts'
import type { MarketFunds } from './market-funds.ts'
import { WorkKind } from './market-work.ts'
import type { Matching } from './matching.ts'
import type { OrderLimits } from './order-limits.ts'
import { Reject } from './reject.ts'
import type { Shard } from './shard.ts'

// As constants of this module: only those are compiled into the code.
const { GTC } = TimeInForce
const { EXPIRED: STATUS_EXPIRED } = OrderStatus
const { TRIGGERED: EXECUTION_TRIGGERED, EXPIRED: EXECUTION_EXPIRED } = ExecutionType
const { NONE: NO_REASON, REJECTED_ON_TRIGGER: REASON_REJECTED_ON_TRIGGER } = ExpiryReason
const { TRADING } = SymbolStatus
const { ACTIVE } = AccountStatus
const { NONE: ACCEPTED } = Reject
const { NONE: NOTHING } = WorkKind

/** Stop orders that one command could start before BOUNDED_STEPS. */
const STOPS_STARTED_MAX = 16

/** Starts triggered stop orders, oldest first, as many as a command may; the rest wait for the next commands. */
export class StopStarter {
  readonly #shard: Shard
  readonly #matching: Matching
  readonly #limits: OrderLimits
  readonly #funds: MarketFunds
  /** The allowance of the order that is being started. */
  readonly #allowance = new Allowance()
  #started = 0

  constructor(shard: Shard, matching: Matching, limits: OrderLimits, funds: MarketFunds) {
    this.#shard = shard
    this.#matching = matching
    this.#limits = limits
    this.#funds = funds
  }

  /** A new command begins. */
  begin(): void {
    this.#started = 0
  }

  /**
   * Start the waiting stop orders of a market that trades, as far as the work of the command allows, until one of them
   * does not finish. Trades queue the stops that they trigger as they happen.
   */
  run(market: Market): void {
    const { triggers, touches, markets, steps } = this.#shard
    const { waiting, work } = market
    while (waiting.count > 0 && market.status === TRADING && work.kind === NOTHING && steps.hasMore) {
      steps.left--
      this.#start(market, triggers.take(waiting))
      touches.flush(markets)
    }
  }

  /** Before BOUNDED_STEPS: queue the stops that the last order triggered, when it is done. */
  reach(market: Market): void {
    const { isEmpty, low, high } = this.#matching.traded
    if (!isEmpty) this.#shard.triggers.reach(market, low, high)
  }

  /** Before BOUNDED_STEPS: start waiting stops of any market, up to a bound, whether the market trades or not. */
  runShared(): void {
    const { triggers, touches, markets, images } = this.#shard
    while (triggers.shared.count > 0 && this.#started < STOPS_STARTED_MAX) {
      this.#started++
      const slot = triggers.take(triggers.shared)
      const market = markets[images.symbol(slot)]!
      this.#start(market, slot)
      touches.flush(markets)
      this.reach(market)
    }
  }

  #start(market: Market, slot: number): void {
    const { orders, images, seats, writer, moment } = this.#shard
    this.#matching.traded.clear()
    this.#shard.delist(slot)
    seats.countStops(orders.owner(slot), -1)
    const isMarket = images.price(slot) === 0
    if (isMarket) this.#shard.unlock(market, slot, orders.remaining(slot))
    if (this.#canWork(market, slot, isMarket)) {
      images.setWorking(slot, moment)
      writer.execution(slot, EXECUTION_TRIGGERED, NO_REASON, 0)
      if (isMarket) this.#funds.lock(market, orders.owner(slot), images.side(slot), this.#allowance)
      this.#matching.work(market, slot, true, 0, this.#allowance)
      return
    }
    if (!isMarket) this.#shard.unlock(market, slot, orders.remaining(slot))
    images.setStatus(slot, STATUS_EXPIRED)
    writer.execution(slot, EXECUTION_EXPIRED, REASON_REJECTED_ON_TRIGGER, 0)
    orders.release(slot)
  }

  #canWork(market: Market, slot: number, isMarket: boolean): boolean {
    const { orders, images, accounts } = this.#shard
    const side = images.side(slot)
    const remaining = orders.remaining(slot)
    if (market.status !== TRADING) return false
    if (accounts.status(images.account(slot)) !== ACTIVE) return false
    if (isMarket) return this.#canPay(market, slot, side, remaining)
    if (images.timeInForce(slot) !== GTC) return true
    return !this.#limits.overflowsLevel(market, side, images.price(slot), remaining)
  }

  #canPay(market: Market, slot: number, side: Side, quantity: number): boolean {
    const { orders, images } = this.#shard
    const reject = this.#funds.check(market, orders.owner(slot), side, images.mode(slot), quantity, 0, this.#allowance)
    return reject === ACCEPTED
  }
}
