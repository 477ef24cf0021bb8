import { OrderStatus, SelfTradePrevention } from '../src/enums.ts'
import type { SymbolFilters } from '../src/definition.ts'
import { EventKind, type OrderImage, type Outcome } from '../src/event.ts'
import { bookSide, opposite } from './naive/emit.ts'
import { marketStep } from './naive/matching.ts'
import { reckonsOwn } from './naive/meetings.ts'
import { notionalOf, remainingOf } from './naive/money.ts'
import { symbolOf, type NaiveSymbol, type World } from './naive/world.ts'

const ended: readonly OrderStatus[] = [OrderStatus.FILLED, OrderStatus.EXPIRED]
const open: readonly OrderStatus[] = [OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED]

/** What held where the order was placed. */
interface Placed {
  readonly filters: SymbolFilters
  readonly step: bigint
}

/**
 * The documented rule of MARKET orders by quote quantity, told without any plan: what an order has executed when it ends
 * keeps to the lot filters, it has never spent more than it was given, and the book does not offer it another lot.
 */
export class QuoteRule {
  readonly #world: World
  readonly #placed = new Map<number, Placed>()
  /** Orders that were judged. */
  judged = 0

  constructor(world: World) {
    this.#world = world
  }

  /** Look at what a command did; what breaks the rule, if anything. */
  check(outcome: Outcome): string | undefined {
    if (outcome.repeated) return undefined
    const orders = new Map<number, OrderImage>()
    for (const event of outcome.events) {
      if (event.kind === EventKind.EXECUTION && event.order.quoteQuantity > 0)
        orders.set(event.order.orderId, event.order)
    }
    for (const order of orders.values()) {
      const symbol = symbolOf(this.#world, order)
      if (this.#isNew(order) && reckonsOwn(this.#world)) {
        this.#placed.set(order.orderId, { filters: symbol.filters, step: marketStep(this.#world, symbol) })
      }
      const placed = this.#placed.get(order.orderId)
      if (!placed || open.includes(order.status)) continue
      this.#placed.delete(order.orderId)
      this.judged++
      const wrong = breaks(order, placed) ?? this.#missed(outcome, order, symbol, placed)
      if (wrong) return `order ${order.orderId} by quote quantity ${order.quoteQuantity}: ${wrong}`
    }
    return undefined
  }

  #isNew({ orderId }: OrderImage): boolean {
    return !this.#placed.has(orderId) && this.#world.ownOrders.has(orderId)
  }

  /** Lots that others offer in reach of an order that has ended with something of its quote quantity left. */
  #missed(outcome: Outcome, order: OrderImage, symbol: NaiveSymbol, { step }: Placed): string | undefined {
    const mode = order.selfTradePrevention
    // Stops that it started have changed the book since, and what DECREMENT took counts as spent.
    const isOver = outcome.events.some((event) => event.kind === EventKind.EXECUTION && event.order.stopPrice > 0)
    if (isOver || mode === SelfTradePrevention.DECREMENT || !ended.includes(order.status)) return undefined
    let left = BigInt(order.quoteQuantity) - order.cumulativeQuote
    let more = 0n
    for (const maker of bookSide(this.#world, order.symbol, opposite(order.side))) {
      const isOwn = maker.account === order.account && mode !== SelfTradePrevention.NONE
      if (isOwn && mode !== SelfTradePrevention.EXPIRE_MAKER) break
      if (isOwn) continue
      const unit = notionalOf(symbol, maker.price, 1)
      const within = left / unit
      const part = within < BigInt(remainingOf(maker)) ? within : BigInt(remainingOf(maker))
      more += part
      left -= part * unit
      if (part < BigInt(remainingOf(maker))) break
    }
    return more >= step ? `${more} more were to be had` : undefined
  }
}

function breaks(order: OrderImage, { filters, step }: Placed): string | undefined {
  const { executed } = order
  const { minQuantity, marketMinQuantity, maxQuantity, marketMaxQuantity } = filters
  if (order.cumulativeQuote > BigInt(order.quoteQuantity)) return `${order.cumulativeQuote} is spent`
  if (BigInt(executed) % step !== 0n) return `${executed} breaks lots of ${step}`
  if (executed > 0 && executed < Math.max(minQuantity, marketMinQuantity)) return `${executed} is below the least lot`
  const most = Math.min(maxQuantity || Infinity, marketMaxQuantity || Infinity)
  return executed > most ? `${executed} is above the greatest lot` : undefined
}
