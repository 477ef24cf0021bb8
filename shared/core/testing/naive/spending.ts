import { SelfTradePrevention, Side } from '../../src/enums.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import { bookSide, opposite } from './emit.ts'
import { byQuote, least, marketStep } from './matching.ts'
import { meetings, reckonsOwn } from './meetings.ts'
import { freeOf, notionalOf, payAsset, remainingOf } from './money.ts'
import { maxPosition } from './position.ts'
import { type NaiveOrder, symbolOf, type World } from './world.ts'

/**
 * Behaviour 2: fix what a market order may spend, maker by maker as the book stands. Refused whole when its owner
 * cannot pay for all that the book could fill. Sets what the order is to hold.
 */
export function planSpending(world: World, order: NaiveOrder): RejectCode {
  const { INSUFFICIENT_BALANCE, LIQUIDITY_BELOW_LOT, NONE } = Reject
  const symbol = symbolOf(world, order)
  const free = freeOf(world, order.account, payAsset(world, order))
  const makers = bookSide(world, order.symbol, opposite(order.side))
  const buys = order.side === Side.BUY
  if (byQuote(order) && reckonsOwn(world)) {
    const { executed, prevented, short } = meetings(world, order)
    order.unitsLeft = executed + prevented
    order.short = short
    order.held = buys ? BigInt(order.quoteQuantity) : order.unitsLeft * symbol.baseScale
    return order.held > free ? INSUFFICIENT_BALANCE : NONE
  }
  if (byQuote(order)) {
    if (buys && free < BigInt(order.quoteQuantity)) return INSUFFICIENT_BALANCE
    let left = BigInt(order.quoteQuantity)
    let units = 0n
    let cut = left === 0n
    for (const maker of makers) {
      const unit = notionalOf(symbol, maker.price, 1)
      const taken = least(BigInt(remainingOf(maker)), left / unit)
      if (taken < BigInt(remainingOf(maker))) cut = true
      if (cut && taken === 0n) break
      units += taken
      left -= taken * unit
      if (left === 0n) cut = true
      if (cut) break
    }
    order.unitsLeft = units - (units % marketStep(world, symbol))
    order.short = !cut
    if (makers.length > 0 && order.unitsLeft === 0n) return LIQUIDITY_BELOW_LOT
    order.held = buys ? BigInt(order.quoteQuantity) : order.unitsLeft * symbol.baseScale
    return order.held > free ? INSUFFICIENT_BALANCE : NONE
  }
  order.held = BigInt(order.quantity) * symbol.baseScale
  if (buys) {
    let wanted = order.quantity
    order.held = 0n
    for (const maker of makers) {
      const taken = Math.min(wanted, remainingOf(maker))
      order.held += notionalOf(symbol, maker.price, taken)
      wanted -= taken
    }
  }
  if (order.held > free) {
    order.held = 0n
    return INSUFFICIENT_BALANCE
  }
  const hasOthers = world.orders.some((o) => o !== order && o.account === order.account && o.symbol === order.symbol)
  if (buys && hasOthers && order.selfTradePrevention === SelfTradePrevention.EXPIRE_MAKER) order.held = free
  return NONE
}

/** The quantity of the next meeting of a market order: wanted, offered, and paid by what is held; whole lots when cut. */
export function fixedQuantity(world: World, taker: NaiveOrder, maker: NaiveOrder): number {
  const symbol = symbolOf(world, taker)
  const unit = notionalOf(symbol, maker.price, 1)
  const offered = BigInt(remainingOf(maker))
  const wanted = least(offered, byQuote(taker) ? taker.unitsLeft : BigInt(remainingOf(taker)))
  if (byQuote(taker)) {
    const units = taker.left / unit
    if (units >= wanted) return Number(wanted)
    const taken = BigInt(taker.executed + taker.prevented)
    const whole = taken + units - ((taken + units) % marketStep(world, symbol)) - taken
    return whole > 0n ? Number(whole) : 0
  }
  if (taker.side === Side.SELL || taker.held / unit >= wanted) return Number(wanted)
  const units = taker.held / unit
  return Number(units - (units % marketStep(world, symbol)))
}

/**
 * Behaviour 3: "`MARKET` orders using `quoteOrderQty` will not break `LOT_SIZE` filter rules; the order will execute a
 * `quantity` that will have the notional value as close as possible to `quoteOrderQty`", and the filters refuse it like
 * any other quantity. On an empty book it "cannot be placed".
 */
export function quoteLots(world: World, order: NaiveOrder): RejectCode {
  const symbol = symbolOf(world, order)
  const makers = bookSide(world, order.symbol, opposite(order.side))
  if (makers.length === 0) return Reject.BOOK_EMPTY
  let left = BigInt(order.quoteQuantity)
  let quantity = 0n
  for (const maker of makers) {
    const unit = notionalOf(symbol, maker.price, 1)
    const taken = least(BigInt(remainingOf(maker)), left / unit)
    quantity += taken
    left -= taken * unit
    if (taken < BigInt(remainingOf(maker))) break
  }
  quantity -= quantity % marketStep(world, symbol)
  if (!reckonsOwn(world)) return lotBounds(world, order, quantity, quantity)
  const { executed, prevented, ownFirst } = meetings(world, order)
  return lotBounds(world, order, ownFirst ? quantity : executed, executed + prevented)
}

/** The lot filters and the position, of the quantity that an order comes to at least and at most. */
function lotBounds(world: World, order: NaiveOrder, fewest: bigint, most: bigint): RejectCode {
  const symbol = symbolOf(world, order)
  const { minQuantity, maxQuantity, marketMinQuantity, marketMaxQuantity } = symbol.filters
  if (fewest === 0n || fewest < BigInt(minQuantity)) return Reject.LIQUIDITY_BELOW_LOT
  if (fewest < BigInt(marketMinQuantity)) return Reject.LIQUIDITY_BELOW_MARKET_LOT
  if (maxQuantity > 0 && most > BigInt(maxQuantity)) return Reject.FILTER_LOT_SIZE
  if (marketMaxQuantity > 0 && most > BigInt(marketMaxQuantity)) return Reject.FILTER_MARKET_LOT_SIZE
  return order.side === Side.BUY ? maxPosition(world, symbol, order.account, most) : Reject.NONE
}
