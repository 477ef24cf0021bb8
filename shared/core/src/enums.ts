/** The enumerations of orders. The numbers are journaled: never reuse one. */

export const Side = { BUY: 0, SELL: 1 } as const
export type Side = (typeof Side)[keyof typeof Side]

export const OrderType = {
  LIMIT: 1,
  MARKET: 2,
  LIMIT_MAKER: 3,
  STOP_LOSS: 4,
  STOP_LOSS_LIMIT: 5,
  TAKE_PROFIT: 6,
  TAKE_PROFIT_LIMIT: 7,
} as const
export type OrderType = (typeof OrderType)[keyof typeof OrderType]

export const TimeInForce = { GTC: 1, IOC: 2, FOK: 3 } as const
export type TimeInForce = (typeof TimeInForce)[keyof typeof TimeInForce]

/**
 * Self-trade prevention: what happens when an order would match another of the same account. The taker's mode applies.
 */
export const SelfTradePrevention = { NONE: 1, EXPIRE_TAKER: 2, EXPIRE_MAKER: 3, EXPIRE_BOTH: 4, DECREMENT: 5 } as const
export type SelfTradePrevention = (typeof SelfTradePrevention)[keyof typeof SelfTradePrevention]

export const OrderStatus = {
  NEW: 1,
  PARTIALLY_FILLED: 2,
  FILLED: 3,
  CANCELED: 4,
  EXPIRED: 5,
  EXPIRED_IN_MATCH: 6,
  REJECTED: 7,
} as const
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus]

export const ExecutionType = {
  NEW: 1,
  CANCELED: 2,
  REPLACED: 3,
  TRADE: 4,
  EXPIRED: 5,
  TRADE_PREVENTION: 6,
  /** A stop order was triggered and starts to work. */
  TRIGGERED: 7,
} as const
export type ExecutionType = (typeof ExecutionType)[keyof typeof ExecutionType]

export const ExpiryReason = {
  NONE: 0,
  UNFILLED_IOC_QUANTITY: 1,
  UNFILLED_FOK_ORDER: 2,
  INSUFFICIENT_LIQUIDITY: 3,
  /** A triggered stop order could not be executed: funds, filters, market state. */
  REJECTED_ON_TRIGGER: 4,
  EXCHANGE_CANCELED: 5,
} as const
export type ExpiryReason = (typeof ExpiryReason)[keyof typeof ExpiryReason]

export const SymbolStatus = { TRADING: 1, HALT: 2, BREAK: 3, CANCEL_ONLY: 4, POST_ONLY: 5 } as const
export type SymbolStatus = (typeof SymbolStatus)[keyof typeof SymbolStatus]

export const AccountStatus = { ACTIVE: 1, CANCEL_ONLY: 2, FROZEN: 3 } as const
export type AccountStatus = (typeof AccountStatus)[keyof typeof AccountStatus]

export const CancelRestriction = { NONE: 0, ONLY_NEW: 1, ONLY_PARTIALLY_FILLED: 2 } as const
export type CancelRestriction = (typeof CancelRestriction)[keyof typeof CancelRestriction]

export const ReplaceMode = { STOP_ON_FAILURE: 1, ALLOW_FAILURE: 2 } as const
export type ReplaceMode = (typeof ReplaceMode)[keyof typeof ReplaceMode]
