import { OrderType, Reject, type RejectCode, TimeInForce } from '@uptick/core'
import { EngineText, filterText } from './engine-texts.ts'
import { PublicError, publicError, type PublicErrorEntry, PublicErrors } from './errors.ts'

/** Which request was refused: it decides the code under which the engine's text goes out. */
export type RejectedAction = 'place' | 'cancel' | 'amend' | 'query' | 'funds' | 'administer'

export interface RejectContext {
  readonly action: RejectedAction
  /** Of the refused order: some texts name it. */
  readonly orderType?: number
  /** Likewise; what is not named is GTC. */
  readonly timeInForce?: number
  /** The parameter to name where the engine only knows that a field is wrong. */
  readonly parameter?: string
  /** Becomes the error's `data`: both halves of a failed cancelReplace. */
  readonly data?: unknown
}

const ordersOfType: ReadonlyMap<number, string> = new Map([
  [OrderType.LIMIT, 'Limit orders'],
  [OrderType.MARKET, 'Market orders'],
  [OrderType.LIMIT_MAKER, 'Limit maker orders'],
  [OrderType.STOP_LOSS, 'Stop loss orders'],
  [OrderType.STOP_LOSS_LIMIT, 'Stop loss limit orders'],
  [OrderType.TAKE_PROFIT, 'Take profit orders'],
  [OrderType.TAKE_PROFIT_LIMIT, 'Take profit limit orders'],
])

const underAction: Readonly<Record<RejectedAction, PublicErrorEntry>> = {
  place: PublicErrors.NEW_ORDER_REJECTED,
  cancel: PublicErrors.CANCEL_REJECTED,
  amend: PublicErrors.AMEND_REJECTED,
  query: PublicErrors.NEW_ORDER_REJECTED,
  funds: PublicErrors.NEW_ORDER_REJECTED,
  administer: PublicErrors.INVALID_MESSAGE,
}

/** Rejections whose text goes out under the code of the action: −2010, −2011 or −2038. */
const engineTexts: ReadonlyMap<number, string> = new Map([
  [Reject.UNKNOWN_ACCOUNT, EngineText.ACCOUNT_MAY_NOT],
  [Reject.INVALID_COMBINATION, EngineText.UNSUPPORTED_COMBINATION],
  [Reject.ACCOUNT_CANCEL_ONLY, EngineText.ACTION_DISABLED],
  [Reject.ACCOUNT_FROZEN, EngineText.ACCOUNT_MAY_NOT],
  [Reject.DUPLICATE_CLIENT_ORDER_ID, EngineText.DUPLICATE_ORDER],
  [Reject.INSUFFICIENT_BALANCE, EngineText.INSUFFICIENT_BALANCE],
  [Reject.WOULD_MATCH, EngineText.WOULD_MATCH],
  [Reject.WOULD_TRIGGER, EngineText.WOULD_TRIGGER],
  [Reject.UNKNOWN_ORDER, EngineText.UNKNOWN_ORDER],
  [Reject.ORDER_ID_MISMATCH, EngineText.CANCEL_INVALID],
  [Reject.CANCEL_RESTRICTED, EngineText.CANCEL_RESTRICTED],
  [Reject.AMEND_QUANTITY, EngineText.AMEND_INCREASE],
  [Reject.AMEND_BELOW_EXECUTED, EngineText.AMEND_BELOW_EXECUTED],
  [Reject.AMEND_NO_CHANGE, EngineText.NO_CHANGE],
  [Reject.LIQUIDITY_BELOW_LOT, EngineText.LIQUIDITY_BELOW_LOT],
  [Reject.LIQUIDITY_BELOW_MARKET_LOT, EngineText.LIQUIDITY_BELOW_MARKET_LOT],
  [Reject.BOOK_EMPTY, EngineText.BOOK_EMPTY],
  [Reject.NOTHING_OPEN, EngineText.UNKNOWN_ORDER],
  [Reject.RETRY_MISMATCH, EngineText.RETRY_MISMATCH],
  [Reject.RETRY_TOO_OLD, EngineText.RETRY_TOO_OLD],
  [Reject.INSUFFICIENT_FUNDS_TO_WITHDRAW, EngineText.INSUFFICIENT_BALANCE],
  [Reject.OVERFLOW_NOTIONAL, EngineText.OUT_OF_BOUNDS],
  [Reject.OVERFLOW_BALANCE, EngineText.OUT_OF_BOUNDS],
  [Reject.OVERFLOW_LEVEL, EngineText.OUT_OF_BOUNDS],
])

/** Rejections under −1013, whatever the action. */
const messageTexts: ReadonlyMap<number, string> = new Map([
  [Reject.MARKET_CLOSED, EngineText.MARKET_CLOSED],
  [Reject.SYMBOL_CANCEL_ONLY, EngineText.MARKET_CLOSED],
  [Reject.SELF_TRADE_PREVENTION_NOT_ALLOWED, EngineText.SELF_TRADE_PREVENTION],
  [Reject.FILTER_PRICE, filterText('PRICE_FILTER')],
  [Reject.FILTER_PERCENT_PRICE_BY_SIDE, filterText('PERCENT_PRICE_BY_SIDE')],
  [Reject.FILTER_LOT_SIZE, filterText('LOT_SIZE')],
  [Reject.FILTER_MARKET_LOT_SIZE, filterText('MARKET_LOT_SIZE')],
  [Reject.FILTER_NOTIONAL, filterText('NOTIONAL')],
  [Reject.FILTER_MAX_NUM_ORDERS, filterText('MAX_NUM_ORDERS')],
  [Reject.FILTER_MAX_NUM_ALGO_ORDERS, filterText('MAX_NUM_ALGO_ORDERS')],
  [Reject.FILTER_MAX_POSITION, filterText('MAX_POSITION')],
  [Reject.ALREADY_EXISTS, 'It exists already.'],
  [Reject.INVALID_DEFINITION, 'The definition is not valid.'],
  [Reject.LIMIT_REACHED, 'The limit of the exchange is reached.'],
  [Reject.BEHAVIOUR_UNKNOWN, 'This release does not know the behaviour.'],
  [Reject.BEHAVIOUR_ACTIVE, 'The behaviour is active already.'],
])

/** Rejections that are an entry of the catalogue by themselves. */
const ownEntries: ReadonlyMap<number, PublicErrorEntry> = new Map<number, PublicErrorEntry>([
  [Reject.UNKNOWN_COMMAND, PublicErrors.UNSUPPORTED_OPERATION],
  [Reject.UNKNOWN_SYMBOL, PublicErrors.INVALID_SYMBOL],
  [Reject.REPLACE_CANCEL_FAILED, PublicErrors.CANCEL_REPLACE_FAILED],
  [Reject.REPLACE_PARTIAL, PublicErrors.CANCEL_REPLACE_PARTIALLY_FAILED],
  [Reject.REPLACE_FAILED, PublicErrors.CANCEL_REPLACE_FAILED],
  // The gateway's session broke: nothing was executed, except where the reply is only forgotten.
  [Reject.SESSION_UNKNOWN, PublicErrors.DISCONNECTED],
  [Reject.SESSION_GAP, PublicErrors.DISCONNECTED],
  [Reject.REPLY_FORGOTTEN, PublicErrors.UNEXPECTED_RESPONSE],
  // Gateways keep such a command and send it again.
  [Reject.MARKET_BUSY, PublicErrors.SERVER_BUSY],
])

function ofType(type: number | undefined): PublicError {
  const orders = ordersOfType.get(type ?? OrderType.LIMIT) ?? 'Orders of this type'
  return publicError(PublicErrors.NEW_ORDER_REJECTED, `${orders} are not supported for this symbol.`)
}

/** In the phase POST_ONLY: a GTC order is refused if it would match; others because they could never rest, whatever the book. */
function postOnly({ action, orderType = OrderType.LIMIT, timeInForce = TimeInForce.GTC }: RejectContext): PublicError {
  if (orderType !== OrderType.LIMIT) return ofType(orderType)
  const text = timeInForce === TimeInForce.GTC ? EngineText.WOULD_MATCH : EngineText.POST_ONLY
  return publicError(underAction[action], text)
}

function errorOf(reject: RejectCode, context: RejectContext): PublicError {
  const entry = ownEntries.get(reject)
  if (entry !== undefined) return publicError(entry)
  const message = messageTexts.get(reject)
  if (message !== undefined) return publicError(PublicErrors.INVALID_MESSAGE, message)
  if (reject === Reject.ORDER_ID_MISMATCH && context.action === 'query') {
    return publicError(PublicErrors.CLIENT_ORDER_ID_MISMATCH)
  }
  if (reject === Reject.UNKNOWN_ORDER && context.action === 'query') return publicError(PublicErrors.NO_SUCH_ORDER)
  const text = engineTexts.get(reject)
  if (text !== undefined) return publicError(underAction[context.action], text)
  switch (reject) {
    case Reject.ORDER_TYPE_NOT_ALLOWED:
      return ofType(context.orderType)
    case Reject.SYMBOL_POST_ONLY:
      return postOnly(context)
    case Reject.RETRY_MEMORY_FULL: {
      const { code, status } = PublicErrors.SERVER_BUSY
      return new PublicError(code, EngineText.RETRY_MEMORY_FULL, status)
    }
    case Reject.UNKNOWN_ASSET:
      return publicError(PublicErrors.INVALID_PARAMETER, context.parameter ?? 'asset')
    case Reject.INVALID_FIELD:
      return publicError(PublicErrors.INVALID_PARAMETER, context.parameter ?? 'order')
    default:
      return publicError(PublicErrors.UNKNOWN)
  }
}

/**
 * The error that a trader gets for a rejection of the core. Total: a code without a place in the tables becomes −1000.
 * `Reject.NONE` is no error (asserted).
 */
export function publicErrorOf(reject: RejectCode, context: RejectContext): PublicError {
  if (reject === Reject.NONE) throw new Error('NONE is not a rejection')
  const error = errorOf(reject, context)
  if (context.data === undefined) return error
  return new PublicError(error.code, error.msg, error.status, { data: context.data })
}
