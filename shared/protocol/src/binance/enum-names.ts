import {
  CancelRestriction,
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from '@uptick/core'

/*
 * Names on the wire ↔ numbers of the core. `…Name` is total: a number without a name is a bug and throws. `parse…`
 * takes what a client sent, case-sensitive, and returns undefined for what it does not know.
 */

interface Names<T extends number> {
  readonly name: (value: T) => string
  readonly parse: (text: string) => T | undefined
}

function namesOf<T extends number>(what: string, members: Readonly<Record<string, T>>): Names<T> {
  const byValue = new Map<number, string>()
  const byName = new Map<string, T>()
  for (const [name, value] of Object.entries(members)) {
    byValue.set(value, name)
    byName.set(name, value)
  }
  return {
    name(value) {
      const name = byValue.get(value)
      if (name === undefined) throw new RangeError(`${value} is no ${what}`)
      return name
    },
    parse: (text) => byName.get(text),
  }
}

const sides = namesOf<Side>('side', Side)
export const sideName = sides.name
export const parseSide = sides.parse

const orderTypes = namesOf<OrderType>('order type', OrderType)
export const orderTypeName = orderTypes.name
export const parseOrderType = orderTypes.parse

const timesInForce = namesOf<TimeInForce>('time in force', TimeInForce)
export const timeInForceName = timesInForce.name

const preventions = namesOf<SelfTradePrevention>('self-trade prevention mode', SelfTradePrevention)
export const selfTradePreventionName = preventions.name
export const parseSelfTradePrevention = preventions.parse

const orderStatuses = namesOf<OrderStatus>('order status', OrderStatus)
export const orderStatusName = orderStatuses.name

/** `cancelRestrictions` of a cancel; NONE is not a word that clients send. */
const restrictions = namesOf<CancelRestriction>('cancel restriction', {
  ONLY_NEW: CancelRestriction.ONLY_NEW,
  ONLY_PARTIALLY_FILLED: CancelRestriction.ONLY_PARTIALLY_FILLED,
})
export const parseCancelRestriction = restrictions.parse

/** The operators' names: all of them. */
const symbolStatuses = namesOf<SymbolStatus>('symbol status', SymbolStatus)
export const symbolStatusName = symbolStatuses.name
export const parseSymbolStatus = symbolStatuses.parse

/**
 * A symbol's status as traders see it. Binance has no POST_ONLY, and clients with closed enumerations break on unknown
 * words; a market in that phase takes limit orders, so it shows as TRADING.
 */
export function publicSymbolStatus(name: string): string {
  return name === 'POST_ONLY' ? 'TRADING' : name
}

/** `x` of an execution report. Binance has no word for a trigger: the order is reported as NEW again, now working. */
export function executionTypeName(execution: ExecutionType): string {
  return execution === ExecutionType.TRIGGERED ? 'NEW' : executions.name(execution)
}
const executions = namesOf<ExecutionType>('execution type', ExecutionType)

const expiryReasons: Readonly<Record<ExpiryReason, string>> = {
  [ExpiryReason.NONE]: 'NONE',
  [ExpiryReason.UNFILLED_IOC_QUANTITY]: 'UNFILLED_IOC_QUANTITY_EXPIRED',
  [ExpiryReason.UNFILLED_FOK_ORDER]: 'UNFILLED_FOK_ORDER_EXPIRED',
  [ExpiryReason.INSUFFICIENT_LIQUIDITY]: 'INSUFFICIENT_LIQUIDITY',
  [ExpiryReason.REJECTED_ON_TRIGGER]: 'REJECTED',
  [ExpiryReason.EXCHANGE_CANCELED]: 'EXCHANGE_CANCELED',
}

/** `expiryReason` and `eR`. */
export function expiryReasonName(reason: ExpiryReason): string {
  return expiryReasons[reason]
}
