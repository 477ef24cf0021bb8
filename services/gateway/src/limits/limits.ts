/** The state of a window, for headers and for `rateLimits` of the WebSocket API. */
export interface RateLimitState {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS' | 'RAW_REQUESTS'
  readonly interval: 'SECOND' | 'MINUTE' | 'DAY'
  readonly intervalNum: number
  readonly limit: number
  readonly count: number
}

/** A fill that lowers its account's count of unfilled orders. */
export interface FillCredit {
  readonly account: number
  readonly maker: boolean
}

/** The outcome that a fill is part of. `time`: when it was journaled, µs. */
export interface FillOutcome {
  readonly sequence: number
  readonly session: number
  readonly time: number
}

/**
 * The sender of the command that caused a fill: this gateway, another one, or the engine itself, which continued an
 * order.
 */
export type FillCause = 'here' | 'elsewhere' | 'engine'

/**
 * The rate limits of the gateway. Methods that charge throw `PublicError` (-1003 with 429 or 418, -1015) past the
 * limit. They answer at once from memory; a shared store reconciles the counts in the background.
 */
export interface Limits {
  /** Charge one request of this weight to an address. */
  request(ip: string, weight: number): void
  /** Whether every request of the address is refused now. Charges nothing. */
  refuses(ip: string): boolean
  /** Give back the weight that a successful order or cancel was charged. */
  refund(ip: string, weight: number): void
  /** Weight used by the address in this minute. */
  usedWeight(ip: string): number
  /** Charge `orders` to the account. */
  order(account: number, orders: number): void
  /** This gateway sends its commands in `session` from now on. */
  opened(session: number): void
  /** Fills of an outcome. On one gateway each lowers its account's count of unfilled orders, never below 0. */
  filled(fills: readonly FillCredit[], outcome: FillOutcome, cause: FillCause): void
  /** Orders of the account in the windows of 10 s and of one day. */
  orderCounts(account: number): { readonly tenSeconds: number; readonly day: number }
  /** Charge a WebSocket connection to the address. */
  connection(ip: string): void
  /** The windows with their limits; counts of `ip` and, with an account, of its orders. */
  states(ip: string, account?: number): readonly RateLimitState[]
}
