import { CommandKind, Reject } from '@uptick/core'
import { PublicError, cancelReplaceResponse, cancelResponses, publicErrorOf, readReply } from '@uptick/protocol'
import { clientOrderId, generateClientOrderId } from './client-order-id.ts'
import { fillNewOrder, readNewOrder } from './new-order.ts'
import { isLarge, largeCancelResponses } from './large-reply.ts'
import { chargeOrder, execute, executeOrThrow, submitOrThrow } from './outcomes.ts'
import { marketOf, replaceModeOf, restrictionOf } from './order-names.ts'
import { fillTarget, targetOf } from './order-target.ts'
import type { Operation, OperationContext } from './operation.ts'
import type { Params } from '../params/params.ts'

export const cancelOrder: Operation = {
  name: 'order.cancel',
  rest: { method: 'DELETE', path: '/api/v3/order' },
  ws: 'order.cancel',
  security: 'TRADE',
  weight: () => 1,
  freeWhenSuccessful: true,
  async run(context, params) {
    const market = marketOf(params, context.services)
    const target = targetOf(params)
    const cancelId = clientOrderId(params, 'newClientOrderId') ?? generateClientOrderId()
    const restriction = restrictionOf(params)
    const outcome = await executeOrThrow(context, { action: 'cancel' }, (command) => {
      command.kind = CommandKind.CANCEL
      command.symbol = market.id
      command.restriction = restriction
      command.cancelId.set(cancelId)
      fillTarget(command, target)
    })
    return cancelResponses(outcome, context.services.catalogue.format, context.timeUnit)[0]
  },
}

export const cancelOpenOrders: Operation = {
  name: 'openOrders.cancelAll',
  rest: { method: 'DELETE', path: '/api/v3/openOrders' },
  ws: 'openOrders.cancelAll',
  security: 'TRADE',
  weight: () => 1,
  freeWhenSuccessful: true,
  async run(context, params) {
    const market = marketOf(params, context.services)
    const cancelId = generateClientOrderId()
    const view = await submitOrThrow(context, { action: 'cancel' }, (command) => {
      command.kind = CommandKind.CANCEL_ALL
      command.symbol = market.id
      command.cancelId.set(cancelId)
    })
    const { format } = context.services.catalogue
    if (isLarge(view)) return largeCancelResponses(view, format, context.timeUnit)
    return cancelResponses(readReply(view.words, view.offset), format, context.timeUnit)
  },
}

const RATE_MODES = { DO_NOTHING: false, CANCEL_ONLY: true } as const

export const cancelReplaceOrder: Operation = {
  name: 'order.cancelReplace',
  rest: { method: 'POST', path: '/api/v3/order/cancelReplace' },
  ws: 'order.cancelReplace',
  security: 'TRADE',
  weight: () => 1,
  freeWhenSuccessful: true,
  orders: 1,
  async run(context, params) {
    const { services, timeUnit } = context
    const order = readNewOrder(params, services)
    const mode = replaceModeOf(params)
    const target = targetOf(params, 'cancelOrderId', 'cancelOrigClientOrderId')
    const cancelId = clientOrderId(params, 'cancelNewClientOrderId') ?? generateClientOrderId()
    const restriction = restrictionOf(params)
    const cancelsAnyway = params.choice('orderRateLimitExceededMode', RATE_MODES) ?? false
    try {
      chargeOrder(context)
    } catch (error) {
      if (cancelsAnyway && error instanceof PublicError) return cancelOnly(context, params, error)
      throw error
    }
    const outcome = await execute(context, (command) => {
      command.kind = CommandKind.CANCEL_REPLACE
      command.replaceMode = mode
      command.restriction = restriction
      command.cancelId.set(cancelId)
      fillTarget(command, target)
      fillNewOrder(command, order)
    })
    const { format } = services.catalogue
    const { responseType, type: orderType, timeInForce } = order
    const response = cancelReplaceResponse(outcome, responseType, format, timeUnit, { orderType, timeInForce })
    if ('error' in response) throw response.error
    return response.body
  },
}

/** Over the order limit, but the trader wants the cancel in any case: -2021 with how both halves ended. */
async function cancelOnly(context: OperationContext, params: Params, tooMany: PublicError): Promise<never> {
  const { services, timeUnit } = context
  const market = marketOf(params, services)
  const target = targetOf(params, 'cancelOrderId', 'cancelOrigClientOrderId')
  const cancelId = clientOrderId(params, 'cancelNewClientOrderId') ?? generateClientOrderId()
  const restriction = restrictionOf(params)
  const outcome = await execute(context, (command) => {
    command.kind = CommandKind.CANCEL
    command.symbol = market.id
    command.restriction = restriction
    command.cancelId.set(cancelId)
    fillTarget(command, target)
  })
  const canceled = outcome.reject === Reject.NONE
  const { code, msg } = publicErrorOf(canceled ? Reject.REPLACE_PARTIAL : Reject.REPLACE_FAILED, { action: 'place' })
  const data = {
    cancelResult: canceled ? 'SUCCESS' : 'FAILURE',
    newOrderResult: 'FAILURE',
    cancelResponse: canceled
      ? cancelResponses(outcome, services.catalogue.format, timeUnit)[0]
      : publicErrorOf(outcome.reject, { action: 'cancel' }).toJSON(),
    newOrderResponse: tooMany.toJSON(),
  }
  throw new PublicError(code, msg, tooMany.status, { data, retryAfter: tooMany.retryAfter ?? 1 })
}
