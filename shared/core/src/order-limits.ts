import type { Allowance } from './allowance.ts'
import type { Command } from './command.ts'
import { OrderType, Side } from './enums.ts'
import type { Market } from './market.ts'
import { NONE as EMPTY } from './order-store.ts'
import { meetingLots, quoteLots } from './quote-lots.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Shard } from './shard.ts'
import type { Spending } from './spending.ts'
import { isStop } from './triggers.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const { MARKET } = OrderType
const { NONE: ACCEPTED, FILTER_MAX_NUM_ORDERS, FILTER_MAX_NUM_ALGO_ORDERS, FILTER_MAX_POSITION } = Reject
const NONE = EMPTY

/** Filters and bounds on open orders and on balances, each also as if the order in slot `without` were cancelled. */
export class OrderLimits {
  readonly #shard: Shard
  readonly #spending: Spending

  constructor(shard: Shard, spending: Spending) {
    this.#shard = shard
    this.#spending = spending
  }

  /** Counts of open orders, and the position. */
  counts(c: Command, market: Market, seat: number, without: number): RejectCode {
    const { seats, images } = this.#shard
    const stop = isStop(c.type)
    const { maxOrders, maxAlgoOrders, maxPosition } = market.filters.definition
    const orders = without === NONE ? 0 : 1
    if (maxOrders !== 0 && c.type !== MARKET && seats.orders(seat) - orders >= maxOrders) return FILTER_MAX_NUM_ORDERS
    const stops = without !== NONE && isStop(images.type(without)) && !images.isWorking(without) ? 1 : 0
    if (maxAlgoOrders !== 0 && stop && seats.stops(seat) - stops >= maxAlgoOrders) return FILTER_MAX_NUM_ALGO_ORDERS
    if (maxPosition !== 0 && c.side === BUY && this.exceedsPosition(market, c.account, c.quantity, without)) {
      return FILTER_MAX_POSITION
    }
    return ACCEPTED
  }

  /** The filters apply to the quantity that a quote quantity buys or sells in the book. Sets `allowance`. */
  quoteLots(c: Command, market: Market, without: number, allowance: Allowance): RejectCode {
    const { documentedRules, boundedSteps } = this.#shard
    if (c.quoteQuantity === 0 || !documentedRules || !boundedSteps) return ACCEPTED
    const lots = this.#shard.ownInQuote
      ? meetingLots(market, this.#spending, this.#shard.seats.find(c.account, market.id), c, without, allowance)
      : quoteLots(market, this.#spending, c.side, c.quoteQuantity, without, allowance)
    if (lots !== ACCEPTED || c.side !== BUY || market.filters.definition.maxPosition === 0) return lots
    return this.exceedsPosition(market, c.account, allowance.quantity, without) ? FILTER_MAX_POSITION : ACCEPTED
  }

  /**
   * With `quantity` more, would the account's holdings and open buys exceed MAX_POSITION, if the order in slot
   * `without` were cancelled? Exact, in bigint: the filter is rarely set.
   */
  exceedsPosition(market: Market, account: number, quantity: number, without: number): boolean {
    const { ledger, seats, orders, images } = this.#shard
    const balance = ledger.find(account, market.base)
    const owned = balance === NONE ? 0n : ledger.free(balance) + ledger.locked(balance)
    const freed = without !== NONE && images.side(without) === BUY ? orders.remaining(without) : 0
    const buying = seats.openBuy(seats.find(account, market.id)) + BigInt(quantity) - BigInt(freed)
    const scale = BigInt(market.baseScale)
    return owned + buying * scale > BigInt(market.filters.definition.maxPosition) * scale
  }

  /** A level must not hold more than 2^53 − 1 units, also with the order in slot `without` cancelled. */
  overflowsLevel(market: Market, side: Side, price: number, quantity: number, without: number = NONE): boolean {
    const { memory, orders } = this.#shard
    const level = market.book.side(side).find(price)
    if (level === NONE) return false
    const freed = without !== NONE && orders.level(without) === level ? orders.remaining(without) : 0
    return memory.levels.quantity(level) - freed > Number.MAX_SAFE_INTEGER - quantity
  }
}
