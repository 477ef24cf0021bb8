import { EventKind } from '../../src/event.ts'
import { ExecutionType, OrderStatus, SelfTradePrevention, Side } from '../../src/enums.ts'
import { end, execution, release, touchLevel } from './emit.ts'
import { byQuote, isDone, least, marketStep } from './matching.ts'
import { notionalOf, remainingOf, unlock, unlockHeld } from './money.ts'
import { fixedQuantity } from './spending.ts'
import { isBounded, type NaiveOrder, symbolOf, type World } from './world.ts'

/** Behaviour 4: what prevention takes off an order is recorded in every mode, and told in one event. */
const PREVENTED_QUANTITY = 4

/** Self-trade prevention. False: the taker cannot go on. */
export function prevent(world: World, taker: NaiveOrder, maker: NaiveOrder): boolean {
  const symbol = symbolOf(world, taker)
  const mode = taker.selfTradePrevention
  const { EXPIRE_MAKER, EXPIRE_BOTH, DECREMENT } = SelfTradePrevention
  const makerEnds = mode === EXPIRE_MAKER || mode === EXPIRE_BOTH
  const takerEnds = mode !== EXPIRE_MAKER && mode !== DECREMENT
  const takerRemaining = byQuote(taker) ? 0 : remainingOf(taker)
  let decrement = 0
  if (mode === DECREMENT) {
    decrement = byQuote(taker) ? quoteDecrement(world, taker, maker) : Math.min(takerRemaining, remainingOf(maker))
    if (decrement === 0) return false
  }
  const preventedId = ++symbol.lastPreventedId
  world.events.push({
    kind: EventKind.PREVENTED,
    symbol: symbol.id,
    preventedId,
    mode,
    makerOrder: maker.orderId,
    takerOrder: taker.orderId,
    price: maker.price,
    makerQuantity: makerEnds ? remainingOf(maker) : decrement,
    takerQuantity: takerEnds ? takerRemaining : decrement,
  })
  if (mode !== SelfTradePrevention.EXPIRE_TAKER) touchLevel(world, maker)
  if (mode === DECREMENT) return decrementBoth(world, taker, maker, decrement, preventedId)
  if (makerEnds) endPrevented(world, maker, taker, maker.price, preventedId, remainingOf(maker))
  if (takerEnds) endPrevented(world, taker, maker, maker.price, preventedId, takerRemaining)
  return !takerEnds
}

/** Everything that was left of the order is prevented, and so it ends. */
function endPrevented(
  world: World,
  order: NaiveOrder,
  counter: NaiveOrder,
  price: number,
  preventedId: number,
  quantity: number,
): void {
  if (!world.behaviours.has(PREVENTED_QUANTITY)) {
    end(world, order, OrderStatus.EXPIRED_IN_MATCH)
    return
  }
  release(world, order)
  order.prevented += quantity
  order.status = OrderStatus.EXPIRED_IN_MATCH
  execution(world, order, ExecutionType.TRADE_PREVENTION, {
    lastPrice: price,
    lastQuantity: quantity,
    tradeId: preventedId,
    maker: order.place === 'book',
    counterOrder: counter.orderId,
  })
}

function quoteDecrement(world: World, taker: NaiveOrder, maker: NaiveOrder): number {
  if (isBounded(world)) return fixedQuantity(world, taker, maker)
  const symbol = symbolOf(world, taker)
  const quantity = least(BigInt(remainingOf(maker)), taker.left / notionalOf(symbol, maker.price, 1))
  return Number(quantity - (quantity % marketStep(world, symbol)))
}

function decrementBoth(world: World, taker: NaiveOrder, maker: NaiveOrder, quantity: number, id: number): boolean {
  for (const order of [maker, taker]) {
    unlock(world, order, quantity)
    order.prevented += quantity
    if (order.held > 0n && order.side === Side.SELL) {
      unlockHeld(world, order, BigInt(quantity) * symbolOf(world, order).baseScale)
    }
  }
  if (byQuote(taker)) {
    taker.left -= notionalOf(symbolOf(world, taker), maker.price, quantity)
    taker.unitsLeft -= BigInt(quantity)
    taker.quantity = taker.executed + taker.prevented
  }
  const isRecorded = world.behaviours.has(PREVENTED_QUANTITY)
  const makerDone = remainingOf(maker) === 0
  if (isRecorded && makerDone) {
    release(world, maker)
    maker.status = OrderStatus.EXPIRED_IN_MATCH
  }
  if (isRecorded && isDone(world, taker)) {
    release(world, taker)
    taker.status = OrderStatus.EXPIRED_IN_MATCH
  }
  for (const order of [maker, taker]) {
    const more = { lastPrice: maker.price, lastQuantity: quantity, tradeId: id, maker: order === maker }
    const counterOrder = isRecorded ? (order === maker ? taker : maker).orderId : 0
    execution(world, order, ExecutionType.TRADE_PREVENTION, { ...more, counterOrder })
  }
  if (isRecorded) return true
  if (makerDone) end(world, maker, OrderStatus.EXPIRED_IN_MATCH)
  if (isDone(world, taker)) end(world, taker, OrderStatus.EXPIRED_IN_MATCH)
  return true
}
