import { EventKind } from '../../src/event.ts'
import { ExecutionType, ExpiryReason, OrderStatus, SelfTradePrevention, Side, TimeInForce } from '../../src/enums.ts'
import { WorkKind } from '../../src/market-work.ts'
import { bookSide, end, execution, opposite, remove, touchLevel } from './emit.ts'
import { meetsBeyond } from './meetings.ts'
import { freeOf, notionalOf, payAsset, remainingOf, settle, unlockHeld } from './money.ts'
import { prevent } from './prevention.ts'
import { fixedQuantity } from './spending.ts'
import { trigger } from './stops.ts'
import { isBounded, type NaiveOrder, type NaiveSymbol, symbolOf, type World } from './world.ts'

const DOCUMENTED_RULES = 3

const AGGREGATE_IDS = 5

/** MARKET orders, and stop orders that are market orders once triggered. */
export function isMarket(order: { price: number }): boolean {
  return order.price === 0
}

export function byQuote(order: NaiveOrder): boolean {
  return order.quoteQuantity > 0
}

function reaches(taker: NaiveOrder, price: number): boolean {
  return isMarket(taker) || (taker.side === Side.BUY ? price <= taker.price : price >= taker.price)
}

/** What a market order takes is a multiple of it where money bounds it; by the documented rules, of both steps. */
export function marketStep(world: World, symbol: NaiveSymbol): bigint {
  const { marketStepSize, stepSize } = symbol.filters
  if (!isBounded(world) || !world.behaviours.has(DOCUMENTED_RULES)) {
    return BigInt(marketStepSize || stepSize || 1)
  }
  let [divisor, other] = [BigInt(stepSize || 1), BigInt(marketStepSize || 1)]
  const product = divisor * other
  while (other > 0n) [divisor, other] = [other, divisor % other]
  return product / divisor
}

/** Whole lots that `amount` quote units buy (or are reached by) at a price. */
export function lotsWithin(world: World, symbol: NaiveSymbol, amount: bigint, price: number): bigint {
  const units = amount / notionalOf(symbol, price, 1)
  return units - (units % marketStep(world, symbol))
}

export const least = (...values: bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a))

/** Can the whole quantity be filled at once? Own orders count, are skipped or are a wall, as the mode says. */
export function isFillable(world: World, taker: NaiveOrder): boolean {
  let wanted = BigInt(remainingOf(taker))
  for (const maker of bookSide(world, taker.symbol, opposite(taker.side))) {
    if (!reaches(taker, maker.price)) break
    if (maker.account === taker.account && taker.selfTradePrevention !== SelfTradePrevention.NONE) {
      if (taker.selfTradePrevention !== SelfTradePrevention.EXPIRE_MAKER) break
      continue
    }
    wanted -= BigInt(remainingOf(maker))
  }
  return wanted <= 0n
}

/** Cost of what the book could fill of a market BUY. */
export function marketCost(world: World, symbol: NaiveSymbol, quantity: number): bigint {
  let wanted = quantity
  let cost = 0n
  for (const maker of bookSide(world, symbol.id, Side.SELL)) {
    const take = Math.min(wanted, remainingOf(maker))
    cost += notionalOf(symbol, maker.price, take)
    wanted -= take
  }
  return cost
}

/** The quantity of the next fill; 0 ends the matching. */
function fillQuantity(world: World, taker: NaiveOrder, maker: NaiveOrder): number {
  const symbol = symbolOf(world, taker)
  const offered = BigInt(remainingOf(maker))
  if (!isMarket(taker)) return Number(least(offered, BigInt(remainingOf(taker))))
  if (isBounded(world)) return fixedQuantity(world, taker, maker)
  const free = freeOf(world, taker.account, payAsset(world, taker))
  const affordable = taker.side === Side.BUY ? free / notionalOf(symbol, maker.price, 1) : free / symbol.baseScale
  const wanted = byQuote(taker) ? taker.left / notionalOf(symbol, maker.price, 1) : BigInt(remainingOf(taker))
  const quantity = least(offered, wanted, affordable)
  if (!byQuote(taker) && affordable >= least(offered, wanted)) return Number(quantity)
  return Number(quantity - (quantity % marketStep(world, symbol)))
}

/** Match the taker until it is done, nothing reaches it, or it cannot go on. Returns the prices traded at. */
export function match(world: World, taker: NaiveOrder): number[] {
  const prices: number[] = []
  while (taker.status === OrderStatus.NEW || taker.status === OrderStatus.PARTIALLY_FILLED) {
    const maker = bookSide(world, taker.symbol, opposite(taker.side))[0]
    if (!maker || !reaches(taker, maker.price)) break
    if (isBounded(world)) {
      if (byQuote(taker) && taker.unitsLeft === 0n && !meetsBeyond(world, taker, maker)) break
      if (world.stepLeft <= 0) {
        pause(world, taker)
        break
      }
      world.stepLeft--
    }
    if (maker.account === taker.account && taker.selfTradePrevention !== SelfTradePrevention.NONE) {
      if (!prevent(world, taker, maker)) break
      continue
    }
    const quantity = fillQuantity(world, taker, maker)
    if (quantity === 0) break
    prices.push(maker.price)
    trade(world, taker, maker, quantity)
  }
  return prices
}

/** Whole quantity gone: by a fill FILLED, by prevention EXPIRED_IN_MATCH. For quote orders: no further lot fits. */
export function isDone(world: World, order: NaiveOrder): boolean {
  if (!byQuote(order)) return remainingOf(order) === 0
  const fixed = isBounded(world)
  if (fixed && order.unitsLeft === 0n) return !order.short
  if (order.left === 0n) return true
  const best = bookSide(world, order.symbol, opposite(order.side))[0]
  if (fixed) return best !== undefined && order.left < notionalOf(symbolOf(world, order), best.price, 1)
  return best !== undefined && lotsWithin(world, symbolOf(world, order), order.left, best.price) === 0n
}

function trade(world: World, taker: NaiveOrder, maker: NaiveOrder, quantity: number): void {
  const symbol = symbolOf(world, taker)
  const price = maker.price
  const quote = notionalOf(symbol, price, quantity)
  const tradeId = ++symbol.lastTradeId
  symbol.lastPrice = price
  symbol.trades.push({ time: world.time, price, quantity })
  const charged = new Map<NaiveOrder, { fee: bigint; feeAsset: number }>()
  for (const order of [maker, taker]) charged.set(order, settle(world, order, price, quantity, order === maker))
  for (const order of [maker, taker]) {
    order.executed += quantity
    order.cumulativeQuote += quote
  }
  if (byQuote(taker)) {
    taker.left -= quote
    taker.unitsLeft -= BigInt(quantity)
    taker.quantity = taker.executed + taker.prevented
  }
  touchLevel(world, maker)
  if (remainingOf(maker) === 0) remove(world, maker)

  world.events.push({
    kind: EventKind.TRADE,
    symbol: symbol.id,
    tradeId,
    aggregateId: aggregateOf(world, symbol, taker, price),
    price,
    quantity,
    quote,
    buyerIsMaker: maker.side === Side.BUY,
    makerOrder: maker.orderId,
    takerOrder: taker.orderId,
    makerAccount: maker.account,
    takerAccount: taker.account,
  })
  const takerDone = isDone(world, taker)
  for (const order of [maker, taker]) {
    const done = order === maker ? remainingOf(maker) === 0 : takerDone
    order.status = done ? OrderStatus.FILLED : OrderStatus.PARTIALLY_FILLED
    const fill = { lastPrice: price, lastQuantity: quantity, lastQuote: quote, tradeId, maker: order === maker }
    execution(world, order, ExecutionType.TRADE, { ...fill, ...charged.get(order) })
  }
  if (isBounded(world)) trigger(world, symbol.id, [price])
  if (takerDone) {
    unlockHeld(world, taker, taker.held)
    remove(world, taker)
  }
}

/** The id of the aggregate to which the taker's next fill at the price belongs. */
function aggregateOf(world: World, symbol: NaiveSymbol, taker: NaiveOrder, price: number): number {
  if (!world.behaviours.has(AGGREGATE_IDS)) return 0
  const trades = world.events.filter((event) => event.kind === EventKind.TRADE)
  const before = trades.findLast((event) => event.symbol === symbol.id)
  const joins = before?.takerOrder === taker.orderId && before.price === price
  return joins ? symbol.lastAggregateId : ++symbol.lastAggregateId
}

/** The step is over: the order goes on in a later command. Until then it is open, and on no level. */
function pause(world: World, taker: NaiveOrder): void {
  symbolOf(world, taker).work = { kind: WorkKind.ORDER, order: taker }
  taker.arrival = ++world.lastArrival
}

/** Match, then end or rest what is left. Returns the prices traded at. */
export function work(world: World, taker: NaiveOrder): number[] {
  if (taker.timeInForce === TimeInForce.FOK && !isFillable(world, taker)) {
    end(world, taker, OrderStatus.EXPIRED, { expiryReason: ExpiryReason.UNFILLED_FOK_ORDER })
    return []
  }
  return goOn(world, taker)
}

/** The next step of an order that was accepted before. */
export function goOn(world: World, taker: NaiveOrder): number[] {
  const prices = match(world, taker)
  if (!world.orders.includes(taker) || symbolOf(world, taker).work) return prices
  if (isMarket(taker)) {
    end(world, taker, OrderStatus.EXPIRED, { expiryReason: ExpiryReason.INSUFFICIENT_LIQUIDITY })
  } else if (taker.timeInForce !== TimeInForce.GTC) {
    end(world, taker, OrderStatus.EXPIRED, { expiryReason: ExpiryReason.UNFILLED_IOC_QUANTITY })
  } else rest(world, taker, world.time)
  return prices
}

/** Put an order on the book, behind everything that joined its level no later than `priorityTime`. */
export function rest(world: World, order: NaiveOrder, priorityTime: number): void {
  order.place = 'book'
  order.priorityTime = priorityTime
  order.arrival = ++world.lastArrival
  touchLevel(world, order)
}
