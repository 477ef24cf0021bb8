import type { Command } from '../../src/command.ts'
import {
  AccountStatus,
  CancelRestriction,
  ExecutionType,
  OrderStatus,
  OrderType,
  Side,
  SymbolStatus,
  TimeInForce,
} from '../../src/enums.ts'
import { WorkKind } from '../../src/market-work.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import * as check from './checks.ts'
import { end, execution, remove, touchLevel } from './emit.ts'
import { work } from './matching.ts'
import { AMOUNT_MAX, freeOf, lock, lockFor, notionalOf, payAsset, remainingOf, unlock } from './money.ts'
import { duplicate, overflowLevel, overflowNotional } from './place.ts'
import { maxPosition } from './position.ts'
import { accountOf, isBounded, type NaiveOrder, type NaiveSymbol, symbolOf, type World } from './world.ts'

/** Behaviour 3. */
const DOCUMENTED_RULES = 3

/** The open order that a command names, or why there is none. */
export function findTarget(world: World, c: Command): NaiveOrder | RejectCode {
  const clientId = c.targetClientId.toString()
  const order = world.orders.find((candidate) => {
    if (candidate.account !== c.account || candidate.symbol !== c.symbol) return false
    return c.targetOrder !== 0 ? candidate.orderId === c.targetOrder : candidate.clientId === clientId
  })
  if (!order) return Reject.UNKNOWN_ORDER
  return clientId !== '' && order.clientId !== clientId ? Reject.ORDER_ID_MISMATCH : order
}

export function targetFields(c: Command): RejectCode {
  if (!check.isNatural(c.targetOrder)) return Reject.INVALID_FIELD
  return Object.values(CancelRestriction).includes(c.restriction) ? Reject.NONE : Reject.INVALID_FIELD
}

export function targetGiven(c: Command): RejectCode {
  return c.targetOrder === 0 && c.targetClientId.length === 0 ? Reject.INVALID_COMBINATION : Reject.NONE
}

/** May this account cancel on this symbol now? */
function cancelState(world: World, c: Command): RejectCode {
  if (symbolOf(world, c).status === SymbolStatus.BREAK && !world.behaviours.has(DOCUMENTED_RULES))
    return Reject.MARKET_CLOSED
  return accountOf(world, c.account).status === AccountStatus.FROZEN ? Reject.ACCOUNT_FROZEN : Reject.NONE
}

function cancelOrder(world: World, order: NaiveOrder, c: Command): void {
  world.ownOrders.add(order.orderId)
  end(world, order, OrderStatus.CANCELED, { cancelId: c.cancelId.toString() })
}

/** The order that the command would cancel, or why it cannot. */
export function cancellable(world: World, c: Command): NaiveOrder | RejectCode {
  const order = findTarget(world, c)
  if (typeof order === 'number') return order
  const { ONLY_NEW, ONLY_PARTIALLY_FILLED } = CancelRestriction
  if (c.restriction === ONLY_NEW && order.executed > 0) return Reject.CANCEL_RESTRICTED
  if (c.restriction === ONLY_PARTIALLY_FILLED && order.executed === 0) return Reject.CANCEL_RESTRICTED
  return order
}

export function cancelTarget(world: World, c: Command): RejectCode {
  const order = cancellable(world, c)
  if (typeof order === 'number') return order
  cancelOrder(world, order, c)
  return Reject.NONE
}

export function cancel(world: World, c: Command): RejectCode {
  return check.firstReject(
    () => check.references(world, c),
    () => targetFields(c),
    () => targetGiven(c),
    () => cancelState(world, c),
    () => cancelTarget(world, c),
  )
}

function cancelEvery(world: World, c: Command, orders: NaiveOrder[]): RejectCode {
  const now = newestFirst(orders).slice(0, isBounded(world) ? world.stepLeft : orders.length)
  for (const order of now.toSorted((a, b) => a.orderId - b.orderId)) cancelOrder(world, order, c)
  world.stepLeft -= now.length
  for (const { symbol } of orders.filter((order) => !now.includes(order))) {
    world.symbols[symbol]!.work = { kind: WorkKind.CANCELS, account: c.account, cancelId: c.cancelId.toString() }
  }
  return orders.length === 0 ? Reject.NOTHING_OPEN : Reject.NONE
}

/** By symbol; within each the orders that were opened last come first. */
function newestFirst(orders: readonly NaiveOrder[]): NaiveOrder[] {
  return orders.toSorted((a, b) => a.symbol - b.symbol || b.arrival - a.arrival)
}

/** The next step of cancels. */
export function cancelMore(world: World, symbol: number, account: number, cancelId: string): void {
  const orders = newestFirst(world.orders.filter((order) => order.account === account && order.symbol === symbol))
  const now = orders.slice(0, world.stepLeft)
  for (const order of now.toSorted((a, b) => a.orderId - b.orderId))
    end(world, order, OrderStatus.CANCELED, { cancelId })
  world.stepLeft -= now.length
  if (now.length === orders.length) world.symbols[symbol]!.work = undefined
}

export function cancelAll(world: World, c: Command): RejectCode {
  const orders = world.orders.filter((order) => order.account === c.account && order.symbol === c.symbol)
  return check.firstReject(
    () => check.references(world, c),
    () => cancelState(world, c),
    () => cancelEvery(world, c, orders),
  )
}

export function cancelAccount(world: World, c: Command): RejectCode {
  if (!world.accounts[c.account - 1]) return Reject.UNKNOWN_ACCOUNT
  const orders = world.orders.filter((order) => order.account === c.account)
  return cancelEvery(world, c, orders)
}

/** Lower the quantity where the order stands. */
function shrink(world: World, order: NaiveOrder, quantity: number, c: Command): void {
  const cancelId = order.clientId
  world.ownOrders.add(order.orderId)
  unlock(world, order, order.quantity - quantity)
  order.quantity = quantity
  if (c.clientId.length > 0) order.clientId = c.clientId.toString()
  if (order.place === 'book') touchLevel(world, order)
  execution(world, order, ExecutionType.REPLACED, { cancelId })
}

/** "Trading status where users can only cancel and amend orders on that symbol." */
function isReducible(world: World, symbol: NaiveSymbol): boolean {
  return world.behaviours.has(DOCUMENTED_RULES) && symbol.status === SymbolStatus.CANCEL_ONLY
}

export function amendKeepPriority(world: World, c: Command): RejectCode {
  const symbol = world.symbols[c.symbol]
  const code = check.firstReject(
    () => check.references(world, c),
    () => (check.isNatural(c.quantity) ? targetFields(c) : Reject.INVALID_FIELD),
    () => (c.quantity === 0 ? Reject.INVALID_COMBINATION : targetGiven(c)),
    () => (isReducible(world, symbol!) ? Reject.NONE : check.marketState(symbol!)),
    () => check.accountState(world, c.account),
  )
  if (code !== Reject.NONE) return code
  const order = findTarget(world, c)
  if (typeof order === 'number') return order
  const amended = { ...order, quantity: c.quantity }
  return check.firstReject(
    () => (c.quantity === order.quantity ? Reject.AMEND_NO_CHANGE : Reject.NONE),
    () => (c.quantity > order.quantity ? Reject.AMEND_QUANTITY : Reject.NONE),
    () => (remainingOf(amended) <= 0 ? belowExecuted(world) : Reject.NONE),
    () => check.lotFilter(symbol!, c.quantity),
    () => check.notionalFilter(world, symbol!, amended),
    () => duplicate(world, c.account, c.clientId.toString(), order),
    () => {
      shrink(world, order, c.quantity, c)
      return Reject.NONE
    },
  )
}

export function amendShape(world: World, c: Command): RejectCode {
  return check.firstReject(
    () => check.references(world, c),
    () => (check.isNatural(c.quantity) && check.isNatural(c.price) ? targetFields(c) : Reject.INVALID_FIELD),
    () => targetGiven(c),
  )
}

/** Change price and quantity. Returns a reject, or the prices traded at. */
export function amend(world: World, c: Command): RejectCode | number[] {
  const symbol = symbolOf(world, c)
  const state = check.firstReject(
    () => check.marketState(symbol),
    () => check.accountState(world, c.account),
  )
  if (state !== Reject.NONE) return state
  const order = findTarget(world, c)
  if (typeof order === 'number') return order
  if (order.type !== OrderType.LIMIT && order.type !== OrderType.LIMIT_MAKER) return Reject.ORDER_TYPE_NOT_ALLOWED
  const amended: NaiveOrder = { ...order, price: c.price || order.price, quantity: c.quantity || order.quantity }
  const code = amendChecks(world, c, order, amended)
  if (code !== Reject.NONE) return code
  if (amended.price === order.price && amended.quantity < order.quantity) {
    shrink(world, order, amended.quantity, c)
    return []
  }
  const cancelId = order.clientId
  world.ownOrders.add(order.orderId)
  unlock(world, order, remainingOf(order))
  remove(world, order)
  world.orders.push(order)
  Object.assign(order, { price: amended.price, quantity: amended.quantity, place: 'taker' })
  if (c.clientId.length > 0) order.clientId = c.clientId.toString()
  lock(world, order)
  execution(world, order, ExecutionType.REPLACED, { cancelId })
  return work(world, order)
}

function belowExecuted(world: World): RejectCode {
  return world.behaviours.has(DOCUMENTED_RULES) ? Reject.AMEND_BELOW_EXECUTED : Reject.AMEND_QUANTITY
}

/** An order must not come to trade for more than 2^62, over all prices that it was amended to. */
function tradesTooMuch(
  world: World,
  symbol: NaiveSymbol,
  { executed, cumulativeQuote, ...order }: NaiveOrder,
): boolean {
  if (!world.behaviours.has(DOCUMENTED_RULES) || executed === 0) return false
  const rest = notionalOf(symbol, order.price, order.quantity - executed - order.prevented)
  return cumulativeQuote + rest > AMOUNT_MAX
}

function amendChecks(world: World, c: Command, order: NaiveOrder, amended: NaiveOrder): RejectCode {
  const symbol = symbolOf(world, order)
  const { price, quantity, side } = amended
  const rises = side === Side.BUY && quantity > order.quantity
  const crossing = check.crosses(world, order.symbol, side, price)
  return check.firstReject(
    () => (price === order.price && quantity === order.quantity ? Reject.AMEND_NO_CHANGE : Reject.NONE),
    () => (remainingOf(amended) <= 0 ? belowExecuted(world) : Reject.NONE),
    () => check.priceFilter(symbol, price),
    () => check.percentFilter(world, symbol, side, price),
    () => check.lotFilter(symbol, quantity),
    () => check.notionalFilter(world, symbol, amended),
    () => (rises ? maxPosition(world, symbol, order.account, remainingOf(amended), order) : Reject.NONE),
    () => overflowNotional(symbol, price, quantity),
    () => (tradesTooMuch(world, symbol, amended) ? Reject.OVERFLOW_NOTIONAL : Reject.NONE),
    () => duplicate(world, order.account, c.clientId.toString(), order),
    () => (crossing && order.type === OrderType.LIMIT_MAKER ? Reject.WOULD_MATCH : Reject.NONE),
    () => (crossing && symbol.status === SymbolStatus.POST_ONLY ? Reject.SYMBOL_POST_ONLY : Reject.NONE),
    () => {
      const held = lockFor(world, order, remainingOf(order)) + freeOf(world, order.account, payAsset(world, order))
      return lockFor(world, amended, remainingOf(amended)) > held ? Reject.INSUFFICIENT_BALANCE : Reject.NONE
    },
    () => overflowLevel(world, { ...amended, timeInForce: TimeInForce.GTC }, remainingOf(amended), order),
  )
}
