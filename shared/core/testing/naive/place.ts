import type { Command } from '../../src/command.ts'
import {
  ExecutionType,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from '../../src/enums.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import * as check from './checks.ts'
import { bookSide, execution, levelQuantity, opposite } from './emit.ts'
import { isMarket, lotsWithin, marketCost, rest, work } from './matching.ts'
import { AMOUNT_MAX, freeOf, lock, lockFor, lockHeld, notionalOf, remainingOf } from './money.ts'
import { maxPosition } from './position.ts'
import { planSpending, quoteLots } from './spending.ts'
import { conditionHolds } from './stops.ts'
import { isBounded, type NaiveOrder, type NaiveSymbol, symbolOf, type World } from './world.ts'

const DOCUMENTED_RULES = 3

/** What must hold before anything is looked up in the market: fields and their combination. */
export function placeShape(world: World, c: Command): RejectCode {
  return check.firstReject(
    () => check.references(world, c),
    () => check.orderFields(c),
    () => check.orderCombination(c),
  )
}

/** Market state, account state and the filters that do not count anything. */
export function placeFilters(world: World, c: Command): RejectCode {
  const symbol = symbolOf(world, c)
  return check.firstReject(
    () => check.marketState(symbol),
    () => (symbol.status === SymbolStatus.POST_ONLY ? postOnlyType(c) : Reject.NONE),
    () => (c.kind === 1 ? postOnlyMatch(world, c) : Reject.NONE),
    () => check.accountState(world, c.account),
    () => check.allowed(symbol, c),
    () => check.priceFilter(symbol, c.price),
    () => check.priceFilter(symbol, c.stopPrice),
    () => check.percentFilter(world, symbol, c.side, c.price),
    () => check.lotFilter(symbol, c.quantity),
    () => check.marketLotFilter(symbol, c.type, c.quantity),
    () => check.notionalFilter(world, symbol, c),
  )
}

function postOnlyType(c: Command): RejectCode {
  if (c.type === OrderType.LIMIT_MAKER) return Reject.NONE
  const mayRest = c.type === OrderType.LIMIT && c.timeInForce === TimeInForce.GTC
  return mayRest ? Reject.NONE : Reject.SYMBOL_POST_ONLY
}

export function postOnlyMatch(world: World, c: Command): RejectCode {
  const symbol = symbolOf(world, c)
  if (symbol.status !== SymbolStatus.POST_ONLY || c.type !== OrderType.LIMIT) return Reject.NONE
  return check.crosses(world, c.symbol, c.side, c.price) ? Reject.SYMBOL_POST_ONLY : Reject.NONE
}

/** Filters that count what the account has, and the bound of an order's notional. */
function placeLimits(world: World, c: Command): RejectCode {
  const symbol = symbolOf(world, c)
  const openOrders = world.orders.filter((order) => order.account === c.account && order.symbol === c.symbol)
  const unstarted = openOrders.filter((order) => order.place === 'stop' || order.place === 'waiting')
  const { maxOrders, maxAlgoOrders } = symbol.filters
  return check.firstReject(
    () =>
      over(c.type !== OrderType.MARKET, openOrders.length, maxOrders) ? Reject.FILTER_MAX_NUM_ORDERS : Reject.NONE,
    () =>
      over(check.isStop(c.type), unstarted.length, maxAlgoOrders) ? Reject.FILTER_MAX_NUM_ALGO_ORDERS : Reject.NONE,
    () => (c.side === Side.BUY ? maxPosition(world, symbol, c.account, c.quantity) : Reject.NONE),
    () => overflowNotional(symbol, c.price || c.stopPrice, c.quantity),
  )
}

/** Not filters, but what the engine says when the order is placed. */
const liquidityRejects: readonly RejectCode[] = [
  Reject.BOOK_EMPTY,
  Reject.LIQUIDITY_BELOW_LOT,
  Reject.LIQUIDITY_BELOW_MARKET_LOT,
]

function lotsByQuote(world: World, order: NaiveOrder): RejectCode {
  const applies = isBounded(world) && world.behaviours.has(DOCUMENTED_RULES)
  return applies && order.quoteQuantity > 0 ? quoteLots(world, order) : Reject.NONE
}

/**
 * Behaviour 3, cancelReplace: "Filters and Order Count are evaluated before the processing of the cancellation and order
 * placement occurs", in the world as it would be without the order to be cancelled.
 */
export function replaceBounds(world: World, c: Command, cancelled: NaiveOrder | undefined): RejectCode {
  const without = { ...world, orders: world.orders.filter((order) => order !== cancelled) }
  return check.firstReject(
    () => placeLimits(without, c),
    () => {
      const lots = lotsByQuote(without, draft(world, c))
      return liquidityRejects.includes(lots) ? Reject.NONE : lots
    },
    () => postOnlyMatch(without, c),
    () => (check.isStop(c.type) ? Reject.NONE : overflowLevel(without, draft(world, c), c.quantity)),
  )
}

/** Everything that a cancel just before could change. */
export function placeCounts(world: World, c: Command): RejectCode {
  const order = draft(world, c)
  const symbol = symbolOf(world, c)
  return check.firstReject(
    () => placeLimits(world, c),
    () => duplicate(world, c.account, c.clientId.toString()),
    () =>
      check.isStop(c.type) && conditionHolds(order, symbol.lastPrice, symbol.lastPrice)
        ? Reject.WOULD_TRIGGER
        : Reject.NONE,
    () =>
      c.type === OrderType.LIMIT_MAKER && check.crosses(world, c.symbol, c.side, c.price)
        ? Reject.WOULD_MATCH
        : Reject.NONE,
    () => funds(world, order),
    () => (check.isStop(c.type) ? Reject.NONE : overflowLevel(world, order, c.quantity)),
  )
}

function over(applies: boolean, count: number, max: number): boolean {
  return applies && max !== 0 && count >= max
}

export function overflowNotional(symbol: NaiveSymbol, price: number, quantity: number): RejectCode {
  return notionalOf(symbol, price, quantity) > AMOUNT_MAX ? Reject.OVERFLOW_NOTIONAL : Reject.NONE
}

export function duplicate(world: World, account: number, clientId: string, except?: NaiveOrder): RejectCode {
  const taken = world.orders.some((o) => o !== except && o.account === account && o.clientId === clientId)
  return clientId !== '' && taken ? Reject.DUPLICATE_CLIENT_ORDER_ID : Reject.NONE
}

/** A level must not hold more than 2^53 − 1 units; only orders that may rest are asked. */
export function overflowLevel(world: World, order: NaiveOrder, quantity: number, except?: NaiveOrder): RejectCode {
  if (isMarket(order) || order.timeInForce !== TimeInForce.GTC) return Reject.NONE
  let total = levelQuantity(world, order.symbol, order.side, order.price) + BigInt(quantity)
  if (except && except.price === order.price) total -= BigInt(remainingOf(except))
  return total > BigInt(Number.MAX_SAFE_INTEGER) ? Reject.OVERFLOW_LEVEL : Reject.NONE
}

/** Can the order pay? For MARKET by quote quantity also: does it buy one lot? */
export function funds(world: World, order: NaiveOrder): RejectCode {
  const symbol = symbolOf(world, order)
  const free = freeOf(world, order.account, order.side === Side.BUY ? symbol.quote : symbol.base)
  if (order.type !== OrderType.MARKET) {
    return lockFor(world, order, remainingOf(order)) > free ? Reject.INSUFFICIENT_BALANCE : Reject.NONE
  }
  if (isBounded(world)) {
    const lots = lotsByQuote(world, order)
    return lots === Reject.NONE ? planSpending(world, order) : lots
  }
  if (order.quoteQuantity > 0) {
    if (order.side === Side.BUY ? free < BigInt(order.quoteQuantity) : free === 0n) return Reject.INSUFFICIENT_BALANCE
    const best = bookSide(world, order.symbol, opposite(order.side))[0]
    const none = best !== undefined && lotsWithin(world, symbol, BigInt(order.quoteQuantity), best.price) === 0n
    return none ? Reject.LIQUIDITY_BELOW_LOT : Reject.NONE
  }
  return marketFunds(world, order)
}

/** MARKET by quantity, and market stops when they start. */
export function marketFunds(world: World, order: NaiveOrder): RejectCode {
  if (isBounded(world)) return planSpending(world, order)
  const symbol = symbolOf(world, order)
  const [asset, cost] =
    order.side === Side.BUY
      ? [symbol.quote, marketCost(world, symbol, order.quantity)]
      : [symbol.base, BigInt(order.quantity) * symbol.baseScale]
  return cost > freeOf(world, order.account, asset) ? Reject.INSUFFICIENT_BALANCE : Reject.NONE
}

/** The order a command describes, not yet in the world. */
export function draft(world: World, c: Command): NaiveOrder {
  const mode = symbolOf(world, c).definition.defaultSelfTradePrevention as keyof typeof SelfTradePrevention
  return {
    orderId: 0,
    account: c.account,
    symbol: c.symbol,
    clientId: c.clientId.toString(),
    side: c.side,
    type: c.type,
    timeInForce: c.timeInForce,
    selfTradePrevention: c.selfTradePrevention || SelfTradePrevention[mode],
    status: OrderStatus.NEW,
    price: c.price,
    quantity: c.quantity,
    quoteQuantity: c.quoteQuantity,
    stopPrice: c.stopPrice,
    executed: 0,
    cumulativeQuote: 0n,
    prevented: 0,
    strategyId: c.strategyId,
    strategyType: c.strategyType,
    createdTime: world.time,
    updatedTime: world.time,
    workingTime: check.isStop(c.type) ? 0 : world.time,
    working: !check.isStop(c.type),
    place: check.isStop(c.type) ? 'stop' : 'taker',
    locks: false,
    priorityTime: 0,
    arrival: 0,
    left: BigInt(c.quoteQuantity),
    held: 0n,
    unitsLeft: 0n,
    short: false,
  }
}

/** Take an order whose checks have passed. Returns the prices traded at. */
export function open(world: World, order: NaiveOrder): number[] {
  order.orderId = world.shard * 1e12 + ++world.lastOrder
  order.arrival = ++world.lastArrival
  world.orders.push(order)
  world.ownOrders.add(order.orderId)
  if (order.type !== OrderType.MARKET) lock(world, order)
  else if (isBounded(world)) {
    planSpending(world, order)
    lockHeld(world, order)
  }
  execution(world, order, ExecutionType.NEW)
  return order.place === 'stop' ? [] : work(world, order)
}

/** An order from another platform: to its place in the book, without matching. */
export function importOrder(world: World, c: Command): RejectCode {
  const symbol = world.symbols[c.symbol]
  const clientId = c.clientId.length > 0 ? c.clientId.toString() : c.text
  const shape = check.firstReject(
    () => check.references(world, c),
    () => check.orderFields(c),
    () => (check.isNatural(c.originalTime) && c.originalTime <= world.time ? Reject.NONE : Reject.INVALID_FIELD),
    () => (check.isNatural(c.executedQuantity) ? Reject.NONE : Reject.INVALID_FIELD),
    () => (c.executedQuantity < c.quantity || c.quantity === 0 ? Reject.NONE : Reject.INVALID_FIELD),
    () => (/^[\x20-\x7e]{0,36}$/.test(clientId) ? Reject.NONE : Reject.INVALID_FIELD),
    () => check.orderCombination(c),
    () => {
      const limit = c.type === OrderType.LIMIT || c.type === OrderType.LIMIT_MAKER
      return limit && c.timeInForce === TimeInForce.GTC ? Reject.NONE : Reject.INVALID_COMBINATION
    },
  )
  if (shape !== Reject.NONE || !symbol) return shape
  const order = draft(world, c)
  order.clientId = clientId
  order.executed = c.executedQuantity
  order.cumulativeQuote = notionalOf(symbol, c.price, c.executedQuantity)
  order.createdTime = order.workingTime = c.originalTime
  if (order.executed > 0) order.status = OrderStatus.PARTIALLY_FILLED
  const code = check.firstReject(
    () => check.priceFilter(symbol, c.price),
    () => check.lotFilter(symbol, c.quantity),
    () => overflowNotional(symbol, c.price, c.quantity),
    () => duplicate(world, c.account, clientId),
    () => (check.crosses(world, c.symbol, c.side, c.price) ? Reject.WOULD_MATCH : Reject.NONE),
    () => funds(world, order),
    () => overflowLevel(world, order, remainingOf(order)),
  )
  if (code !== Reject.NONE) return code
  order.orderId = world.shard * 1e12 + ++world.lastOrder
  world.orders.push(order)
  world.ownOrders.add(order.orderId)
  lock(world, order)
  execution(world, order, ExecutionType.NEW)
  rest(world, order, c.originalTime)
  return Reject.NONE
}
