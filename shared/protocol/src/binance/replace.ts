import {
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  type OrderImage,
  type Outcome,
  Reject,
  type ReplaceEvent,
} from '@uptick/core'
import type { PublicError } from '../errors.ts'
import { publicErrorOf, type RejectContext } from '../reject-error.ts'
import { orderStatusName, orderTypeName, selfTradePreventionName, sideName, timeInForceName } from './enum-names.ts'
import { cancelResponses, newOrderResponse, NO_ID, type ResponseType } from './order.ts'
import { type CatalogueFormat, timeIn, type TimeUnit } from './symbol-format.ts'

/** How each half of a cancelReplace ended: the response, or the `data` of its error. */
interface CancelReplaceBody {
  readonly cancelResult: 'SUCCESS' | 'FAILURE'
  readonly newOrderResult: 'SUCCESS' | 'FAILURE' | 'NOT_ATTEMPTED'
  readonly cancelResponse: unknown
  readonly newOrderResponse: unknown
}

/**
 * The outcome of a CANCEL_REPLACE: the response when both halves succeeded; −2021 (409) or −2022 (400) with both halves
 * in `data`; or the plain error when the new order was refused before anything was cancelled. `refused`: of the new order,
 * which some texts name.
 */
export function cancelReplaceResponse(
  outcome: Outcome,
  type: ResponseType,
  formats: CatalogueFormat,
  unit: TimeUnit,
  refused: Pick<RejectContext, 'orderType' | 'timeInForce'> = {},
): { readonly body: CancelReplaceBody } | { readonly error: PublicError } {
  const context = { action: 'place' as const, ...refused }
  const halves = outcome.events.find((event): event is ReplaceEvent => event.kind === EventKind.REPLACE)
  if (halves === undefined) return { error: publicErrorOf(outcome.reject, context) }
  const cancelled = halves.cancel === Reject.NONE
  const placed = halves.attempted && halves.place === Reject.NONE
  const body: CancelReplaceBody = {
    cancelResult: cancelled ? 'SUCCESS' : 'FAILURE',
    newOrderResult: placed ? 'SUCCESS' : halves.attempted ? 'FAILURE' : 'NOT_ATTEMPTED',
    cancelResponse: cancelled
      ? cancelResponses(outcome, formats, unit)[0]
      : publicErrorOf(halves.cancel, { action: 'cancel' }).toJSON(),
    newOrderResponse: placed
      ? newOrderResponse(outcome, type, formats, unit)
      : halves.attempted
        ? publicErrorOf(halves.place, context).toJSON()
        : null,
  }
  if (outcome.reject === Reject.NONE) return { body }
  return { error: publicErrorOf(outcome.reject, { ...context, data: body }) }
}

/** The amended order: its REPLACED execution, and its image after whatever it then met. */
function amendedIn(outcome: Outcome): { readonly replaced: ExecutionEvent; readonly order: OrderImage } {
  let replaced: ExecutionEvent | undefined
  let order: OrderImage | undefined
  for (const event of outcome.events) {
    if (event.kind !== EventKind.EXECUTION) continue
    if (event.execution === ExecutionType.REPLACED) replaced ??= event
    if (event.order.orderId === replaced?.order.orderId) order = event.order
  }
  if (replaced === undefined || order === undefined) throw new Error(`outcome ${outcome.sequence} amended no order`)
  return { replaced, order }
}

/** The response to an accepted amend. */
export function amendResponse(outcome: Outcome, formats: CatalogueFormat, unit: TimeUnit) {
  const { replaced, order } = amendedIn(outcome)
  const format = formats.symbol(order.symbol)
  return {
    transactTime: timeIn(order.updatedTime, unit),
    executionId: replaced.executionId,
    amendedOrder: {
      symbol: format.name,
      orderId: order.orderId,
      orderListId: NO_ID,
      origClientOrderId: replaced.cancelId,
      clientOrderId: order.clientId,
      price: format.price(order.price),
      qty: format.quantity(order.quantity),
      executedQty: format.quantity(order.executed),
      preventedQty: format.quantity(order.prevented),
      quoteOrderQty: format.quoteAmount(BigInt(order.quoteQuantity)),
      cumulativeQuoteQty: format.quoteAmount(order.cumulativeQuote),
      status: orderStatusName(order.status),
      timeInForce: timeInForceName(order.timeInForce),
      type: orderTypeName(order.type),
      side: sideName(order.side),
      ...(order.workingTime !== 0 && { workingTime: timeIn(order.workingTime, unit) }),
      selfTradePreventionMode: selfTradePreventionName(order.selfTradePrevention),
    },
  }
}
