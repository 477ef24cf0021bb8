import { CommandKind } from '@uptick/core'
import type { Market } from '../engine-link/catalogue.ts'
import { PublicErrors, amendResponse, publicError } from '@uptick/protocol'
import { units } from './amounts.ts'
import { clientOrderId, generateClientOrderId } from './client-order-id.ts'
import { executeOrThrow } from './outcomes.ts'
import { marketOf } from './order-names.ts'
import { fillTarget, targetOf } from './order-target.ts'
import type { Operation } from './operation.ts'
import { missing, type Params } from '../params/params.ts'

/** Binance's text for an action that an account may not take. */
const DISABLED = publicError(PublicErrors.AMEND_REJECTED, 'This action is disabled on this account.')

/** Lower the quantity of an order that keeps its place in the queue. Flag `amend-keep-priority`, by account. */
export const amendKeepPriority: Operation = {
  name: 'order.amend.keepPriority',
  rest: { method: 'PUT', path: '/api/v3/order/amend/keepPriority' },
  ws: 'order.amend.keepPriority',
  security: 'TRADE',
  weight: () => 4,
  async run(context, params) {
    const { account, key, services, timeUnit } = context
    const market = marketOf(params, services)
    const target = targetOf(params)
    const quantity = newQuantity(params, market)
    const symbol = market.name
    if (!services.flags.isOn('amend-keep-priority', { account, symbol, keyLabel: key?.label })) throw DISABLED
    if (quantity === undefined) throw missing('newQty')
    const newId = clientOrderId(params, 'newClientOrderId') ?? generateClientOrderId()
    const outcome = await executeOrThrow(context, { action: 'amend' }, (command) => {
      command.kind = CommandKind.AMEND_KEEP_PRIORITY
      command.symbol = market.id
      command.quantity = quantity
      command.clientId.set(newId)
      fillTarget(command, target)
    })
    return amendResponse(outcome, services.catalogue.format, timeUnit)
  },
}

/**
 * An extension: change price and quantity of an open limit order in one step of the engine. The order loses its
 * priority unless only the quantity falls. It matches first if the new price crosses. At least one of `newPrice` and
 * `newQty` is required.
 */
export const amendOrder: Operation = {
  name: 'order.amend',
  rest: { method: 'PUT', path: '/api/v3/order/amend' },
  ws: 'order.amend',
  security: 'TRADE',
  weight: () => 4,
  async run(context, params) {
    const { services, timeUnit } = context
    const market = marketOf(params, services)
    const target = targetOf(params)
    const price = units(params, 'newPrice', market.definition.priceDecimals, 'PRICE_FILTER')
    const quantity = newQuantity(params, market)
    if (price === undefined && quantity === undefined) {
      throw publicError(PublicErrors.EITHER_PARAMETER, 'newPrice', 'newQty')
    }
    if (price === 0) throw publicError(PublicErrors.INVALID_MESSAGE, 'Invalid price.')
    const newId = clientOrderId(params, 'newClientOrderId')
    const outcome = await executeOrThrow(context, { action: 'amend' }, (command) => {
      command.kind = CommandKind.AMEND
      command.symbol = market.id
      command.price = price ?? 0
      command.quantity = quantity ?? 0
      if (newId !== undefined) command.clientId.set(newId)
      fillTarget(command, target)
    })
    return amendResponse(outcome, services.catalogue.format, timeUnit)
  },
}

function newQuantity(params: Params, market: Market): number | undefined {
  const quantity = units(params, 'newQty', market.definition.quantityDecimals, 'LOT_SIZE')
  if (quantity === 0) throw publicError(PublicErrors.INVALID_MESSAGE, 'Invalid quantity.')
  return quantity
}
