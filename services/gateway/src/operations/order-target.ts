import type { Command } from '@uptick/core'
import { PublicErrors, publicError } from '@uptick/protocol'
import { clientOrderId } from './client-order-id.ts'
import type { Params } from '../params/params.ts'

/** The order that a request names. At least one of the two is set. */
export interface OrderTarget {
  /** 0 when it is named by its client order id only. */
  readonly orderId: number
  readonly clientId: string | undefined
}

/** Read `orderId` or `origClientOrderId` (or the names given); neither: -1102. */
export function targetOf(params: Params, idName = 'orderId', clientIdName = 'origClientOrderId'): OrderTarget {
  const orderId = params.integer(idName) ?? 0
  const clientId = clientOrderId(params, clientIdName)
  if (orderId === 0 && clientId === undefined && !params.has(idName)) {
    throw publicError(PublicErrors.EITHER_PARAMETER, clientIdName, idName)
  }
  return { orderId: orderId === 0 && clientId === undefined ? NEVER : orderId, clientId }
}

/** No order has this id: for a request that names order 0. */
const NEVER = Number.MAX_SAFE_INTEGER

export function fillTarget(command: Command, target: OrderTarget): void {
  command.targetOrder = target.orderId
  if (target.clientId !== undefined) command.targetClientId.set(target.clientId)
}
