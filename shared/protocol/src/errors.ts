/*
 * The one catalogue of errors that traders see: the code, the HTTP status and the text of each, as Binance's clients
 * know them. Clients key on codes and on some texts word for word, so a text is part of the interface. Where one code
 * has several texts, each has an entry of its own.
 */

export interface PublicErrorEntry {
  readonly code: number
  /** HTTP status; the WebSocket API reports the same number as `status`. */
  readonly status: number
  /** With `%s` for each argument. */
  readonly text: string
}

function entry(code: number, text: string, status = 400): PublicErrorEntry {
  return { code, status, text }
}

/** Codes −10xx: the server, the network, the sender's rights and limits. */
const general = {
  MAINTENANCE: entry(1, 'System is under maintenance.', 503),
  UNKNOWN: entry(-1000, 'An unknown error occurred while processing the request.', 500),
  DISCONNECTED: entry(-1001, 'Internal error; unable to process your request. Please try again.', 500),
  UNAUTHORIZED: entry(-1002, 'You are not authorized to execute this request.', 401),
  TOO_MANY_QUEUED: entry(-1003, 'Too many requests queued.', 429),
  TOO_MUCH_WEIGHT: entry(
    -1003,
    'Too much request weight used; current limit is %s request weight per %s. ' +
      'Please use WebSocket Streams for live updates to avoid polling the API.',
    429,
  ),
  IP_BANNED: entry(
    -1003,
    'Way too much request weight used; IP banned until %s. ' +
      'Please use WebSocket Streams for live updates to avoid bans.',
    418,
  ),
  UNEXPECTED_RESPONSE: entry(
    -1006,
    'An unexpected response was received from the message bus. Execution status unknown.',
    500,
  ),
  /** The outcome is unknown: 504, never 400, or a client takes it for a refusal. */
  TIMEOUT: entry(
    -1007,
    'Timeout waiting for response from backend server. Send status unknown; execution status unknown.',
    504,
  ),
  SERVER_BUSY: entry(
    -1008,
    'Server is currently overloaded with other requests. Please try again in a few minutes.',
    503,
  ),
  /** Filter failures, closed markets. */
  INVALID_MESSAGE: entry(-1013, '%s'),
  UNKNOWN_ORDER_COMBINATION: entry(-1014, 'Unsupported order combination.'),
  TOO_MANY_ORDERS: entry(-1015, 'Too many new orders; current limit is %s orders per %s.', 429),
  SERVICE_SHUTTING_DOWN: entry(-1016, 'This service is no longer available.', 503),
  UNSUPPORTED_OPERATION: entry(-1020, 'This operation is not supported.'),
  /** Of Uptick's own: Binance has no numbered streams. */
  NUMBERED_UNAVAILABLE: entry(
    -1020,
    "Numbered streams are not available to this account; subscribe without 'sequence' and 'resume'.",
  ),
  OUTSIDE_RECV_WINDOW: entry(-1021, 'Timestamp for this request is outside of the recvWindow.'),
  TIMESTAMP_AHEAD: entry(-1021, "Timestamp for this request was 1000ms ahead of the server's time."),
  INVALID_SIGNATURE: entry(-1022, 'Signature for this request is not valid.'),
  TOO_MANY_CONNECTIONS: entry(-1034, "Too many concurrent connections; current limit is '%s'.", 429),
  NOT_FOUND: entry(-1000, 'Path %s, Method %s is invalid', 404),
  PAYLOAD_TOO_LARGE: entry(-1101, 'Too many parameters sent for this endpoint.', 413),
} as const satisfies Record<string, PublicErrorEntry>

/** Codes −11xx and −12xx: the request itself. */
const request = {
  ILLEGAL_CHARACTERS: entry(-1100, "Illegal characters found in parameter '%s'; legal range is '%s'."),
  ILLEGAL_CHARACTERS_SOMEWHERE: entry(-1100, 'Illegal characters found in a parameter.'),
  TOO_MANY_PARAMETERS: entry(-1101, 'Too many parameters sent for this endpoint.'),
  DUPLICATE_PARAMETER: entry(-1101, 'Duplicate values for a parameter detected.'),
  MANDATORY_PARAMETER: entry(-1102, "Mandatory parameter '%s' was not sent, was empty/null, or malformed."),
  EITHER_PARAMETER: entry(-1102, "Param '%s' or '%s' must be sent, but both were empty/null!"),
  UNKNOWN_PARAMETER: entry(-1103, 'An unknown parameter was sent.'),
  UNREAD_PARAMETERS: entry(-1104, "Not all sent parameters were read; read '%s' parameter(s) but was sent '%s'."),
  EMPTY_PARAMETER: entry(-1105, "Parameter '%s' was empty."),
  PARAMETER_NOT_REQUIRED: entry(-1106, "Parameter '%s' sent when not required."),
  PARAMETER_OVERFLOW: entry(-1108, "Parameter '%s' overflowed; the most is '%s'."),
  TOO_MUCH_PRECISION: entry(-1111, "Parameter '%s' has too much precision."),
  NO_DEPTH: entry(-1112, 'No orders on book for symbol.'),
  TIME_IN_FORCE_NOT_REQUIRED: entry(-1114, 'TimeInForce parameter sent when not required.'),
  INVALID_TIME_IN_FORCE: entry(-1115, 'Invalid timeInForce.'),
  INVALID_ORDER_TYPE: entry(-1116, 'Invalid orderType.'),
  INVALID_SIDE: entry(-1117, 'Invalid side.'),
  EMPTY_NEW_CLIENT_ORDER_ID: entry(-1118, 'New client order ID was empty.'),
  EMPTY_ORIGINAL_CLIENT_ORDER_ID: entry(-1119, 'Original client order ID was empty.'),
  INVALID_INTERVAL: entry(-1120, 'Invalid interval.'),
  INVALID_SYMBOL: entry(-1121, 'Invalid symbol.'),
  INVALID_SYMBOL_STATUS: entry(-1122, 'Invalid symbolStatus.'),
  UNKNOWN_LISTEN_KEY: entry(-1125, 'This listenKey does not exist.'),
  LOOKUP_INTERVAL_TOO_LONG: entry(-1127, 'More than %s hours between startTime and endTime.'),
  INVALID_COMBINATION: entry(-1128, 'Combination of optional parameters invalid.'),
  INVALID_PARAMETER: entry(-1130, "Data sent for parameter '%s' is not valid."),
  INVALID_RECV_WINDOW: entry(-1131, 'recvWindow must be less than 60000.'),
  INVALID_STRATEGY_TYPE: entry(-1134, 'strategyType was less than 1000000.'),
  INVALID_JSON: entry(-1135, 'Invalid JSON Request'),
  INVALID_TICKER_TYPE: entry(-1139, 'Invalid ticker type.'),
  INVALID_CANCEL_RESTRICTIONS: entry(-1145, 'Invalid cancelRestrictions'),
  DUPLICATE_SYMBOLS: entry(-1151, 'Symbol is present multiple times in the list.'),
  INVALID_SBE_HEADER: entry(-1152, 'Invalid X-MBX-SBE header; expected <SCHEMA_ID>:<VERSION>.'),
  UNSUPPORTED_SBE_SCHEMA: entry(-1153, 'Unsupported SBE schema ID or version specified in the X-MBX-SBE header.'),
  SBE_NOT_ENABLED: entry(-1155, 'SBE is not enabled.'),
  SBE_DEMANDED: entry(-1155, 'SBE is not enabled.', 406),
  OCO_ORDER_TYPE: entry(-1158, 'Order type not supported in OCO.'),
  OCO_LIMIT_BUY_BELOW: entry(-1165, 'A limit order in a buy OCO must be below.'),
  OCO_LIMIT_SELL_ABOVE: entry(-1166, 'A limit order in a sell OCO must be above.'),
  OCO_CONTINGENT: entry(-1168, 'At least one OCO order must be contingent.'),
  INVALID_TIME_UNIT: entry(-1194, 'Invalid value for time unit; expected either MICROSECOND or MILLISECOND.'),
  OCO_STOP_LOSS_BUY_ABOVE: entry(-1196, 'A stop loss order in a buy OCO must be above.'),
  OCO_STOP_LOSS_SELL_BELOW: entry(-1197, 'A stop loss order in a sell OCO must be below.'),
  OCO_TAKE_PROFIT_BUY_BELOW: entry(-1198, 'A take profit order in a buy OCO must be below.'),
  OCO_TAKE_PROFIT_SELL_ABOVE: entry(-1199, 'A take profit order in a sell OCO must be above.'),
  INVALID_PEG_PRICE_TYPE: entry(-1210, 'Invalid pegPriceType.'),
  INVALID_PEG_PARAMETERS: entry(-1211, 'Invalid combination of peg parameters.'),
  SYMBOL_STATUS_MISMATCH: entry(-1220, "The symbol's status does not match the requested symbolStatus."),
} as const satisfies Record<string, PublicErrorEntry>

/** Codes −20xx: orders, keys, subscriptions. */
const trading = {
  NEW_ORDER_REJECTED: entry(-2010, '%s'),
  CANCEL_REJECTED: entry(-2011, '%s'),
  NO_SUCH_ORDER: entry(-2013, 'Order does not exist.'),
  BAD_API_KEY_FORMAT: entry(-2014, 'API-key format invalid.', 401),
  REJECTED_API_KEY: entry(-2015, 'Invalid API-key, IP, or permissions for action.', 401),
  NO_TRADING_WINDOW: entry(-2016, 'No trading window could be found for the symbol. Try ticker/24hrs instead.'),
  CANCEL_REPLACE_PARTIALLY_FAILED: entry(-2021, 'Order cancel-replace partially failed.', 409),
  CANCEL_REPLACE_FAILED: entry(-2022, 'Order cancel-replace failed.'),
  ORDER_ARCHIVED: entry(
    -2026,
    'Order was canceled or expired with no executed qty over 90 days ago and has been archived.',
  ),
  SUBSCRIPTION_ACTIVE: entry(-2035, 'User Data Stream subscription already active.'),
  SUBSCRIPTION_INACTIVE: entry(-2036, 'User Data Stream subscription not active.'),
  AMEND_REJECTED: entry(-2038, '%s'),
  CLIENT_ORDER_ID_MISMATCH: entry(-2039, 'Client order ID is not correct for this order ID.'),
  SUBSCRIPTION_IDS_EXHAUSTED: entry(-2042, 'Maximum subscription ID reached for this connection.'),
  NO_REFERENCE_PRICE: entry(-2043, "This symbol doesn't have a reference price."),
} as const satisfies Record<string, PublicErrorEntry>

export const PublicErrors = { ...general, ...request, ...trading } as const

/**
 * An error as a trader gets it; `toJSON` is the body. May be thrown by an operation, or be a plain value.
 * `retryAfter` is in seconds, for the header.
 */
export class PublicError extends Error {
  override readonly name = 'PublicError'
  readonly code: number
  readonly msg: string
  readonly status: number
  readonly data: unknown
  readonly retryAfter: number | undefined

  constructor(code: number, msg: string, status: number, extra: { data?: unknown; retryAfter?: number } = {}) {
    super(`${code} ${msg}`)
    this.code = code
    this.msg = msg
    this.status = status
    this.data = extra.data
    this.retryAfter = extra.retryAfter
  }

  toJSON(): { code: number; msg: string; data?: unknown } {
    if (this.data === undefined) return { code: this.code, msg: this.msg }
    return { code: this.code, msg: this.msg, data: this.data }
  }
}

/** The error of a catalogue entry, with its `%s` filled in order. */
export function publicError(of: PublicErrorEntry, ...values: readonly (string | number)[]): PublicError {
  let next = 0
  const msg = of.text.replaceAll('%s', () => String(values[next++] ?? ''))
  return new PublicError(of.code, msg, of.status)
}
