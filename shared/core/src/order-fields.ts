import type { Command } from './command.ts'
import { OrderType, Side, TimeInForce } from './enums.ts'
import { Reject, type RejectCode } from './reject.ts'

const TYPE_MAX = OrderType.TAKE_PROFIT_LIMIT
const TIME_IN_FORCE_MAX = TimeInForce.FOK
const MODE_MAX = 5
const INT32_MAX = 0x7fffffff

/** A safe integer that is not negative. */
export function isNatural(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value
}

function isMember(value: number, least: number, most: number): boolean {
  return value >= least && value <= most && Math.floor(value) === value
}

/** Domains of the fields that describe a new order: INVALID_FIELD. */
export function orderFields(c: Command): RejectCode {
  const valid =
    (c.side === Side.BUY || c.side === Side.SELL) &&
    isMember(c.type, 1, TYPE_MAX) &&
    isMember(c.timeInForce, 1, TIME_IN_FORCE_MAX) &&
    isMember(c.selfTradePrevention, 0, MODE_MAX) &&
    isNatural(c.price) &&
    isNatural(c.quantity) &&
    isNatural(c.quoteQuantity) &&
    isNatural(c.stopPrice) &&
    isNatural(c.firstSent) &&
    isNatural(c.strategyId) &&
    isNatural(c.strategyType) &&
    c.strategyType <= INT32_MAX
  return valid ? Reject.NONE : Reject.INVALID_FIELD
}

/** The numbers that a type needs, and no others; IOC and FOK only where there is a limit: INVALID_COMBINATION. */
export function orderCombination(c: Command): RejectCode {
  const hasLimit =
    c.type === OrderType.LIMIT || c.type === OrderType.STOP_LOSS_LIMIT || c.type === OrderType.TAKE_PROFIT_LIMIT
  const needsPrice = hasLimit || c.type === OrderType.LIMIT_MAKER
  const needsStop = c.type >= OrderType.STOP_LOSS
  const byQuote = c.type === OrderType.MARKET && c.quantity === 0
  const valid =
    c.price > 0 === needsPrice &&
    c.stopPrice > 0 === needsStop &&
    c.quoteQuantity > 0 === byQuote &&
    (c.quantity > 0 || byQuote) &&
    (hasLimit || c.timeInForce === TimeInForce.GTC)
  return valid ? Reject.NONE : Reject.INVALID_COMBINATION
}

/** Domains of the fields that name an open order: INVALID_FIELD; none named: INVALID_COMBINATION. */
export function targetFields(c: Command): RejectCode {
  if (!isNatural(c.targetOrder) || !isMember(c.restriction, 0, 2)) return Reject.INVALID_FIELD
  return Reject.NONE
}

export function targetGiven(c: Command): RejectCode {
  return c.targetOrder === 0 && c.targetClientId.length === 0 ? Reject.INVALID_COMBINATION : Reject.NONE
}
