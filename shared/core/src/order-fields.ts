import type { Command } from './command.ts'
import { OrderType, Side, TimeInForce } from './enums.ts'
import { Reject, type RejectCode } from './reject.ts'

// As constants of this module: only those are compiled into the code.
const { BUY, SELL } = Side
const { LIMIT, MARKET, LIMIT_MAKER, STOP_LOSS, STOP_LOSS_LIMIT, TAKE_PROFIT_LIMIT } = OrderType
const { GTC } = TimeInForce
const { NONE, INVALID_FIELD, INVALID_COMBINATION } = Reject
const NATURAL_MAX = Number.MAX_SAFE_INTEGER
const TYPE_MAX = OrderType.TAKE_PROFIT_LIMIT
const TIME_IN_FORCE_MAX = TimeInForce.FOK
const MODE_MAX = 5
const INT32_MAX = 0x7fffffff

/** A safe integer that is not negative. */
export function isNatural(value: number): boolean {
  return value >= 0 && value <= NATURAL_MAX && Math.floor(value) === value
}

function isMember(value: number, least: number, most: number): boolean {
  return value >= least && value <= most && Math.floor(value) === value
}

/** Domains of the fields that describe a new order: INVALID_FIELD. */
export function orderFields(c: Command): RejectCode {
  const valid =
    (c.side === BUY || c.side === SELL) &&
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
  return valid ? NONE : INVALID_FIELD
}

/** The numbers that a type needs, and no others; IOC and FOK only where there is a limit: INVALID_COMBINATION. */
export function orderCombination(c: Command): RejectCode {
  const hasLimit = c.type === LIMIT || c.type === STOP_LOSS_LIMIT || c.type === TAKE_PROFIT_LIMIT
  const needsPrice = hasLimit || c.type === LIMIT_MAKER
  const needsStop = c.type >= STOP_LOSS
  const byQuote = c.type === MARKET && c.quantity === 0
  const valid =
    c.price > 0 === needsPrice &&
    c.stopPrice > 0 === needsStop &&
    c.quoteQuantity > 0 === byQuote &&
    (c.quantity > 0 || byQuote) &&
    (hasLimit || c.timeInForce === GTC)
  return valid ? NONE : INVALID_COMBINATION
}

/** Domains of the fields that name an open order: INVALID_FIELD; none named: INVALID_COMBINATION. */
export function targetFields(c: Command): RejectCode {
  if (!isNatural(c.targetOrder) || !isMember(c.restriction, 0, 2)) return INVALID_FIELD
  return NONE
}

export function targetGiven(c: Command): RejectCode {
  return c.targetOrder === 0 && c.targetClientId.length === 0 ? INVALID_COMBINATION : NONE
}
