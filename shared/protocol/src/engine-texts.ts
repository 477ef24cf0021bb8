/** What the engine says under −1013, −2010, −2011 and −2038. Clients compare these word for word. */
export const EngineText = {
  UNKNOWN_ORDER: 'Unknown order sent.',
  DUPLICATE_ORDER: 'Duplicate order sent.',
  MARKET_CLOSED: 'Market is closed.',
  INSUFFICIENT_BALANCE: 'Account has insufficient balance for requested action.',
  ZERO_NOTIONAL: 'Price * QTY is zero or less.',
  ACTION_DISABLED: 'This action is disabled on this account.',
  ACCOUNT_MAY_NOT: 'This account may not place or cancel orders.',
  UNSUPPORTED_COMBINATION: 'Unsupported order combination',
  WOULD_TRIGGER: 'Order would trigger immediately.',
  CANCEL_INVALID: 'Cancel order is invalid. Check origClOrdId and orderId.',
  WOULD_MATCH: 'Order would immediately match and take.',
  CANCEL_RESTRICTED: 'Order was not canceled due to cancel restrictions.',
  SELF_TRADE_PREVENTION: 'This symbol does not allow the specified self-trade prevention mode.',
  LIQUIDITY_BELOW_LOT: 'Order book liquidity is less than `LOT_SIZE` filter minimum quantity.',
  LIQUIDITY_BELOW_MARKET_LOT: 'Order book liquidity is less than `MARKET_LOT_SIZE` filter minimum quantity.',
  BOOK_EMPTY: 'Order book liquidity is less than symbol minimum quantity.',
  AMEND_INCREASE: 'Order amend (quantity increase) is not supported.',
  AMEND_BELOW_EXECUTED: 'Order amend (quantity not above the executed quantity) is not supported.',
  NO_CHANGE: 'The requested action would change no state; rejecting',
  REST_DISABLED: 'Rest API trading is not enabled.',
  WEBSOCKET_DISABLED: 'WebSocket API trading is not enabled.',
  QUOTE_QUANTITY_UNSUPPORTED: 'Quote order qty market orders are not supported for this symbol.',
  AMEND_UNSUPPORTED: 'Order amend is not supported for this symbol.',
  CANCEL_REPLACE_UNSUPPORTED: 'Order cancel-replace is not supported for this symbol.',

  // Of Uptick's own extensions.
  RETRY_MISMATCH: 'Retry differs from the order that was first sent with this id.',
  RETRY_TOO_OLD: 'Retry is outside of the time for which outcomes are remembered; nothing was executed.',
  RETRY_MEMORY_FULL: 'The memory of outcomes for retries is full; nothing was executed.',
  POST_ONLY: 'Only orders that rest are accepted in this phase of the market: timeInForce must be GTC.',
  OUT_OF_BOUNDS: 'Price * QTY is beyond the bounds of this market.',
} as const

/** The text of a filter that refused an order. */
export function filterText(filter: string): string {
  return `Filter failure: ${filter}`
}
