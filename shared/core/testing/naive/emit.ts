import { type Event, EventKind, type ExecutionEvent, type OrderImage } from '../../src/event.ts'
import { ExecutionType, type ExpiryReason, OrderStatus, Side } from '../../src/enums.ts'
import { remainingOf, unlock, unlockHeld } from './money.ts'
import { accountOf, type NaiveOrder, symbolOf, type World } from './world.ts'

/** The public part of an order as it stands now. */
export function imageOf(order: NaiveOrder): OrderImage {
  const { place: _place, locks: _locks, priorityTime: _time, arrival: _arrival, left: _left, ...more } = order
  const { held: _held, unitsLeft: _units, short: _short, ...image } = more
  return image
}

/** Report what happened to an order. Fields of a fill are zero unless given. */
export function execution(
  world: World,
  order: NaiveOrder,
  type: ExecutionType,
  more: Partial<Omit<ExecutionEvent, 'kind' | 'execution' | 'executionId' | 'order'>> = {},
): void {
  order.updatedTime = world.time
  world.lastExecution++
  world.events.push({
    kind: EventKind.EXECUTION,
    execution: type,
    expiryReason: 0,
    executionId: world.lastExecution,
    order: imageOf(order),
    lastPrice: 0,
    lastQuantity: 0,
    lastQuote: 0n,
    fee: 0n,
    feeAsset: 0,
    tradeId: -1,
    counterOrder: 0,
    maker: false,
    cancelId: '',
    ...more,
  })
}

/** Note that the total quantity of a level may have changed in this step. */
export function touchLevel(world: World, order: NaiveOrder): void {
  const { symbol, side, price } = order
  if (world.levels.some((l) => l.symbol === symbol && l.side === side && l.price === price)) return
  world.levels.push({ symbol, side, price })
}

/** An open order is open no more. */
export function remove(world: World, order: NaiveOrder): void {
  if (order.place === 'book') touchLevel(world, order)
  world.orders = world.orders.filter((other) => other !== order)
  world.waiting = world.waiting.filter((other) => other !== order)
}

/** The order is open no more: what it still holds is freed. */
export function release(world: World, order: NaiveOrder): void {
  unlock(world, order, remainingOf(order))
  unlockHeld(world, order, order.held)
  order.locks = false
  remove(world, order)
}

/** End an order other than by a fill: funds freed, off the book, reported. */
export function end(
  world: World,
  order: NaiveOrder,
  status: OrderStatus,
  more: { expiryReason?: ExpiryReason; cancelId?: string } = {},
): void {
  release(world, order)
  order.status = status
  execution(world, order, status === OrderStatus.CANCELED ? ExecutionType.CANCELED : ExecutionType.EXPIRED, more)
}

export function opposite(side: Side): Side {
  return side === Side.BUY ? Side.SELL : Side.BUY
}

/** Resting orders of one side in price–time priority. */
export function bookSide(world: World, symbol: number, side: Side): NaiveOrder[] {
  return world.orders
    .filter((order) => order.place === 'book' && order.symbol === symbol && order.side === side)
    .toSorted((a, b) => {
      const byPrice = side === Side.BUY ? b.price - a.price : a.price - b.price
      return byPrice || a.priorityTime - b.priorityTime || a.arrival - b.arrival
    })
}

/** Quantity now resting at a price. */
export function levelQuantity(world: World, symbol: number, side: Side, price: number): bigint {
  let total = 0n
  for (const order of bookSide(world, symbol, side)) if (order.price === price) total += BigInt(remainingOf(order))
  return total
}

/** End of a step: one LEVEL event for each level touched in it. */
export function flushLevels(world: World): void {
  for (const { symbol, side, price } of world.levels) {
    const updateId = ++symbolOf(world, { symbol }).updateId
    const quantity = Number(levelQuantity(world, symbol, side, price))
    world.events.push({ kind: EventKind.LEVEL, symbol, side, price, quantity, updateId })
  }
  world.levels = []
}

/** End of the command: one BALANCE event for each balance touched. */
export function flushBalances(world: World): void {
  for (const { account, asset } of world.balances) {
    const { free, locked } = accountOf(world, account).balances.get(asset)!
    world.events.push({ kind: EventKind.BALANCE, account, asset, free, locked })
  }
  world.balances = []
}

/** What the exactly-once memory keeps of a command's events: its own step, about its own orders. */
export function rememberedEvents(world: World): Event[] {
  const own = (id: number): boolean => world.ownOrders.has(id)
  return world.events.filter((event, index) => {
    switch (event.kind) {
      case EventKind.EXECUTION:
        return index >= world.stepFrom && index < world.stepTo && own(event.order.orderId)
      case EventKind.TRADE:
      case EventKind.PREVENTED:
        return index >= world.stepFrom && index < world.stepTo && (own(event.makerOrder) || own(event.takerOrder))
      case EventKind.LEVEL:
      case EventKind.BALANCE:
        return false
      default:
        return true
    }
  })
}
