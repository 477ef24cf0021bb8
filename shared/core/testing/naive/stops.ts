import {
  AccountStatus,
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  Side,
  SymbolStatus,
} from '../../src/enums.ts'
import { Reject } from '../../src/reject.ts'
import { end, execution, flushLevels } from './emit.ts'
import { isMarket, work } from './matching.ts'
import { lockHeld, remainingOf, unlock } from './money.ts'
import { marketFunds, overflowLevel } from './place.ts'
import { accountOf, type NaiveOrder, type NaiveSymbol, symbolOf, type World } from './world.ts'

/** Stops that may start in one command. */
const STOPS_STARTED_MAX = 16

/** BUY STOP_LOSS and SELL TAKE_PROFIT (with or without _LIMIT) wait for the price to rise, the others for it to fall. */
function isRising(order: NaiveOrder): boolean {
  const isStopLoss = order.type === OrderType.STOP_LOSS || order.type === OrderType.STOP_LOSS_LIMIT
  return isStopLoss === (order.side === Side.BUY)
}

/** Is the stop reached by trades between `low` and `high`? 0 stands for no trade yet. */
export function conditionHolds(order: NaiveOrder, low: number, high: number): boolean {
  if (high === 0) return false
  return isRising(order) ? order.stopPrice <= high : order.stopPrice >= low
}

/** Queue the stops that these trades triggered: rising ones by price upwards, then falling ones downwards. */
export function trigger(world: World, symbol: number, prices: readonly number[]): void {
  if (prices.length === 0) return
  const [low, high] = [Math.min(...prices), Math.max(...prices)]
  const reached = world.orders.filter((o) => o.place === 'stop' && o.symbol === symbol && conditionHolds(o, low, high))
  const rising = reached.filter(isRising).toSorted((a, b) => a.stopPrice - b.stopPrice || a.arrival - b.arrival)
  const falling = reached
    .filter((order) => !isRising(order))
    .toSorted((a, b) => b.stopPrice - a.stopPrice || a.arrival - b.arrival)
  for (const order of [...rising, ...falling]) {
    order.place = 'waiting'
    world.waiting.push(order)
  }
}

/** Behaviour 2: start waiting stops of a market that trades, as far as the work of the command goes. */
export function startIn(world: World, symbol: NaiveSymbol): void {
  while (symbol.status === SymbolStatus.TRADING && !symbol.work && world.stepLeft > 0) {
    const order = world.waiting.find((waiting) => waiting.symbol === symbol.id)
    if (!order) return
    world.stepLeft--
    world.waiting = world.waiting.filter((other) => other !== order)
    start(world, order)
    flushLevels(world)
  }
}

/** Before behaviour 2: start waiting stops, oldest first, as far as the command's budget goes. */
export function startWaiting(world: World): void {
  while (world.waiting.length > 0 && world.stopsStarted < STOPS_STARTED_MAX) {
    world.stopsStarted++
    const order = world.waiting.shift()!
    const prices = start(world, order)
    flushLevels(world)
    trigger(world, order.symbol, prices)
  }
}

function start(world: World, order: NaiveOrder): number[] {
  order.place = 'taker'
  if (isMarket(order)) {
    unlock(world, order, remainingOf(order))
    order.locks = false
  }
  if (!canStart(world, order)) {
    end(world, order, OrderStatus.EXPIRED, { expiryReason: ExpiryReason.REJECTED_ON_TRIGGER })
    return []
  }
  order.working = true
  order.workingTime = world.time
  if (isMarket(order)) lockHeld(world, order)
  execution(world, order, ExecutionType.TRIGGERED)
  return work(world, order)
}

function canStart(world: World, order: NaiveOrder): boolean {
  if (symbolOf(world, order).status !== SymbolStatus.TRADING) return false
  if (accountOf(world, order.account).status !== AccountStatus.ACTIVE) return false
  if (isMarket(order)) return marketFunds(world, order) === Reject.NONE
  return overflowLevel(world, order, remainingOf(order)) === Reject.NONE
}
