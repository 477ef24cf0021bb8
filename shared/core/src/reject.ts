/**
 * The one registry of rejections. A rejection is a value, never an exception: the command changed nothing.
 *
 * Numbers are shared by the journal's outcomes, logs, metrics and tests, so a number is never reused and never changes
 * its meaning. Ranges: 1xx sessions, 2xx references, 3xx market and account state, 4xx filters, 5xx trading,
 * 6xx idempotent retry, 7xx administration, 8xx arithmetic bounds. Checks run in the order of the ranges unless a
 * function says otherwise.
 */
export const Reject = {
  NONE: 0,

  SESSION_UNKNOWN: 101,
  /** The session's command number is not the successor of the last one executed. */
  SESSION_GAP: 102,
  /** The number was executed, but its reply was confirmed or has left the bounded memory. */
  REPLY_FORGOTTEN: 103,

  UNKNOWN_COMMAND: 201,
  UNKNOWN_ACCOUNT: 202,
  UNKNOWN_SYMBOL: 203,
  UNKNOWN_ASSET: 204,
  /** A field is outside its domain: not an integer, negative, an unknown enumeration member. */
  INVALID_FIELD: 205,
  /** The order type lacks a parameter that it needs, or has one that it must not have. */
  INVALID_COMBINATION: 206,

  /** Symbol is HALT or BREAK. */
  MARKET_CLOSED: 301,
  SYMBOL_CANCEL_ONLY: 302,
  /** Symbol is POST_ONLY and the order could take. */
  SYMBOL_POST_ONLY: 303,
  ACCOUNT_CANCEL_ONLY: 304,
  ACCOUNT_FROZEN: 305,
  ORDER_TYPE_NOT_ALLOWED: 306,
  SELF_TRADE_PREVENTION_NOT_ALLOWED: 307,
  /** The market continues work that is too large for one command: send the same command again when it is free. */
  MARKET_BUSY: 308,

  FILTER_PRICE: 401,
  FILTER_PERCENT_PRICE_BY_SIDE: 402,
  FILTER_LOT_SIZE: 403,
  FILTER_MARKET_LOT_SIZE: 404,
  FILTER_NOTIONAL: 405,
  FILTER_MAX_NUM_ORDERS: 406,
  FILTER_MAX_NUM_ALGO_ORDERS: 407,
  FILTER_MAX_POSITION: 408,

  DUPLICATE_CLIENT_ORDER_ID: 501,
  INSUFFICIENT_BALANCE: 502,
  /** LIMIT_MAKER (or an order during POST_ONLY) that would take. */
  WOULD_MATCH: 503,
  /** The stop condition already holds. */
  WOULD_TRIGGER: 504,
  /** Cancel or amend of an order that is not open. */
  UNKNOWN_ORDER: 505,
  /** Both ids were given and belong to different orders. */
  ORDER_ID_MISMATCH: 506,
  CANCEL_RESTRICTED: 507,
  /** Amend keeping priority must lower the quantity. */
  AMEND_QUANTITY: 508,
  AMEND_NO_CHANGE: 509,
  /** The quantity of a quote-quantity order is below the minimum of LOT_SIZE. */
  LIQUIDITY_BELOW_LOT: 510,
  /** Cancel all: nothing was open. */
  NOTHING_OPEN: 511,
  /** cancelReplace, STOP_ON_FAILURE: the cancel failed, the new order was not attempted. */
  REPLACE_CANCEL_FAILED: 512,
  /** cancelReplace: exactly one of the two halves failed. */
  REPLACE_PARTIAL: 513,
  /** cancelReplace: both halves failed. */
  REPLACE_FAILED: 514,
  /** The amended quantity would not exceed the executed quantity. */
  AMEND_BELOW_EXECUTED: 515,
  /** The quantity of a quote-quantity order is below the minimum of MARKET_LOT_SIZE. */
  LIQUIDITY_BELOW_MARKET_LOT: 516,
  /** Quote-quantity order on an empty book. */
  BOOK_EMPTY: 517,

  RETRY_MISMATCH: 601,
  RETRY_TOO_OLD: 602,
  RETRY_MEMORY_FULL: 603,

  ALREADY_EXISTS: 701,
  INVALID_DEFINITION: 702,
  INSUFFICIENT_FUNDS_TO_WITHDRAW: 703,
  BEHAVIOUR_UNKNOWN: 704,
  BEHAVIOUR_ACTIVE: 705,
  LIMIT_REACHED: 706,

  /** Price × quantity exceeds 2^62 quote units. */
  OVERFLOW_NOTIONAL: 801,
  /** A balance, or an asset's total, would exceed 2^62 units. */
  OVERFLOW_BALANCE: 802,
  /** The price level would hold more than 2^53 − 1 units of quantity. */
  OVERFLOW_LEVEL: 803,
} as const

export type RejectCode = (typeof Reject)[keyof typeof Reject]

const names = new Map<number, string>(Object.entries(Reject).map(([name, code]) => [code, name]))

/** The registry's name of a code, for logs and tests; `UNREGISTERED_n` for an unknown number. */
export function rejectName(code: number): string {
  return names.get(code) ?? `UNREGISTERED_${code}`
}
