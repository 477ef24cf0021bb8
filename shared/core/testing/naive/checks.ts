import type { Command } from '../../src/command.ts'
import { AccountStatus, OrderType, SelfTradePrevention, Side, SymbolStatus, TimeInForce } from '../../src/enums.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import { bookSide } from './emit.ts'
import { notionalOf } from './money.ts'
import { referencePrice } from './reference.ts'
import { accountOf, type NaiveSymbol, type World } from './world.ts'

const { LIMIT, MARKET, LIMIT_MAKER, STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT } = OrderType

const stopTypes: readonly number[] = [STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT, TAKE_PROFIT_LIMIT]

export function isStop(type: OrderType): boolean {
  return stopTypes.includes(type)
}

/** Which of price, quantity, quoteQuantity, stopPrice each type needs; everything else must be 0. */
const needs: Record<OrderType, readonly (readonly string[])[]> = {
  [LIMIT]: [['price', 'quantity']],
  [MARKET]: [['quantity'], ['quoteQuantity']],
  [LIMIT_MAKER]: [['price', 'quantity']],
  [STOP_LOSS]: [['quantity', 'stopPrice']],
  [STOP_LOSS_LIMIT]: [['price', 'quantity', 'stopPrice']],
  [TAKE_PROFIT]: [['quantity', 'stopPrice']],
  [TAKE_PROFIT_LIMIT]: [['price', 'quantity', 'stopPrice']],
}

export function isNatural(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

export function references(world: World, command: Command): RejectCode {
  if (!world.accounts[command.account - 1]) return Reject.UNKNOWN_ACCOUNT
  if (!world.symbols[command.symbol]) return Reject.UNKNOWN_SYMBOL
  return Reject.NONE
}

/** Domains and combination of the order fields of PLACE, CANCEL_REPLACE, IMPORT_ORDER. */
export function orderFields(c: Command): RejectCode {
  const naturals = [c.price, c.quantity, c.quoteQuantity, c.stopPrice, c.firstSent, c.strategyId, c.strategyType]
  if (!Object.values(Side).includes(c.side)) return Reject.INVALID_FIELD
  if (!Object.values(OrderType).includes(c.type)) return Reject.INVALID_FIELD
  if (!Object.values(TimeInForce).includes(c.timeInForce)) return Reject.INVALID_FIELD
  const modes: readonly number[] = [0, ...Object.values(SelfTradePrevention)]
  if (!modes.includes(c.selfTradePrevention)) return Reject.INVALID_FIELD
  if (c.strategyType > 0x7fff_ffff) return Reject.INVALID_FIELD
  return naturals.every(isNatural) ? Reject.NONE : Reject.INVALID_FIELD
}

export function orderCombination(c: Command): RejectCode {
  const given = Object.entries({
    price: c.price,
    quantity: c.quantity,
    quoteQuantity: c.quoteQuantity,
    stopPrice: c.stopPrice,
  })
    .filter(([, value]) => value > 0)
    .map(([name]) => name)
    .join()
  if (!needs[c.type].some((names) => names.join() === given)) return Reject.INVALID_COMBINATION
  const immediate = [LIMIT, STOP_LOSS_LIMIT, TAKE_PROFIT_LIMIT] as readonly number[]
  if (c.timeInForce !== TimeInForce.GTC && !immediate.includes(c.type)) return Reject.INVALID_COMBINATION
  return Reject.NONE
}

export function accountState(world: World, account: number): RejectCode {
  const status = accountOf(world, account).status
  if (status === AccountStatus.CANCEL_ONLY) return Reject.ACCOUNT_CANCEL_ONLY
  return status === AccountStatus.FROZEN ? Reject.ACCOUNT_FROZEN : Reject.NONE
}

/** HALT, BREAK and CANCEL_ONLY: nothing may be placed or amended. */
export function marketState(symbol: NaiveSymbol): RejectCode {
  if (symbol.status === SymbolStatus.HALT || symbol.status === SymbolStatus.BREAK) return Reject.MARKET_CLOSED
  return symbol.status === SymbolStatus.CANCEL_ONLY ? Reject.SYMBOL_CANCEL_ONLY : Reject.NONE
}

/** Would an order at `price` match, whatever account the maker has? */
export function crosses(world: World, symbol: number, side: Side, price: number): boolean {
  const best = bookSide(world, symbol, side === Side.BUY ? Side.SELL : Side.BUY)[0]
  return best !== undefined && (side === Side.BUY ? best.price <= price : best.price >= price)
}

/** Type and mode must be on the symbol's lists. */
export function allowed(symbol: NaiveSymbol, c: Command): RejectCode {
  const typeName = Object.entries(OrderType).find(([, value]) => value === c.type)![0]
  if (!symbol.definition.orderTypes.includes(typeName)) return Reject.ORDER_TYPE_NOT_ALLOWED
  const modeName = Object.entries(SelfTradePrevention).find(([, value]) => value === c.selfTradePrevention)?.[0]
  if (modeName !== undefined && !symbol.definition.selfTradePreventionModes.includes(modeName)) {
    return Reject.SELF_TRADE_PREVENTION_NOT_ALLOWED
  }
  return Reject.NONE
}

/** A bound of 0 is off. */
function outside(value: number | bigint, min: number | bigint, max: number | bigint, step: number): boolean {
  if (BigInt(min) !== 0n && BigInt(value) < BigInt(min)) return true
  if (BigInt(max) !== 0n && BigInt(value) > BigInt(max)) return true
  return step !== 0 && BigInt(value) % BigInt(step) !== 0n
}

export function priceFilter(symbol: NaiveSymbol, price: number): RejectCode {
  const { minPrice, maxPrice, tickSize } = symbol.filters
  return price !== 0 && outside(price, minPrice, maxPrice, tickSize) ? Reject.FILTER_PRICE : Reject.NONE
}

export function percentFilter(world: World, symbol: NaiveSymbol, side: Side, price: number): RejectCode {
  const f = symbol.filters
  const [up, down] =
    side === Side.BUY ? [f.bidMultiplierUp, f.bidMultiplierDown] : [f.askMultiplierUp, f.askMultiplierDown]
  if (price === 0 || (up === 0 && down === 0)) return Reject.NONE
  const reference = referencePrice(world, symbol)
  if (reference === 0) return Reject.NONE
  const scaled = BigInt(price) * 10_000n
  if (up !== 0 && scaled > BigInt(reference) * BigInt(up)) return Reject.FILTER_PERCENT_PRICE_BY_SIDE
  if (down !== 0 && scaled < BigInt(reference) * BigInt(down)) return Reject.FILTER_PERCENT_PRICE_BY_SIDE
  return Reject.NONE
}

export function lotFilter(symbol: NaiveSymbol, quantity: number): RejectCode {
  const { minQuantity, maxQuantity, stepSize } = symbol.filters
  return quantity !== 0 && outside(quantity, minQuantity, maxQuantity, stepSize) ? Reject.FILTER_LOT_SIZE : Reject.NONE
}

export function marketLotFilter(symbol: NaiveSymbol, type: OrderType, quantity: number): RejectCode {
  const { marketMinQuantity, marketMaxQuantity, marketStepSize } = symbol.filters
  if (type !== MARKET || quantity === 0) return Reject.NONE
  return outside(quantity, marketMinQuantity, marketMaxQuantity, marketStepSize)
    ? Reject.FILTER_MARKET_LOT_SIZE
    : Reject.NONE
}

type Sized = Pick<Command, 'type' | 'price' | 'quantity' | 'quoteQuantity' | 'stopPrice'>

export function notionalFilter(world: World, symbol: NaiveSymbol, order: Sized): RejectCode {
  const f = symbol.filters
  const isLimit = order.price > 0
  const min = isLimit || f.applyMinToMarket ? BigInt(f.minNotional) : 0n
  const max = isLimit || f.applyMaxToMarket ? BigInt(f.maxNotional) : 0n
  if (min === 0n && max === 0n) return Reject.NONE
  let notional: bigint
  if (isLimit) notional = notionalOf(symbol, order.price, order.quantity)
  else if (order.stopPrice > 0) notional = notionalOf(symbol, order.stopPrice, order.quantity)
  else if (order.quoteQuantity > 0) notional = BigInt(order.quoteQuantity)
  else {
    const reference = referencePrice(world, symbol)
    if (reference === 0) return Reject.NONE
    notional = notionalOf(symbol, reference, order.quantity)
  }
  return outside(notional, min, max, 0) ? Reject.FILTER_NOTIONAL : Reject.NONE
}

export function firstReject(...checks: (() => RejectCode)[]): RejectCode {
  for (const check of checks) {
    const code = check()
    if (code !== Reject.NONE) return code
  }
  return Reject.NONE
}
