import { CancelRestriction, OrderType, ReplaceMode, SelfTradePrevention, Side, TimeInForce } from '@uptick/core'
import { PublicErrors, publicError } from '@uptick/protocol'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import type { Market } from '../engine-link/catalogue.ts'
import type { Services } from './services.ts'
import type { Params } from '../params/params.ts'

/** Enumerations of order parameters, by their names on the wire. */

const INVALID_SYMBOL = publicError(PublicErrors.INVALID_SYMBOL)
const INVALID_SIDE = publicError(PublicErrors.INVALID_SIDE)
const INVALID_TYPE = publicError(PublicErrors.INVALID_ORDER_TYPE)
const INVALID_TIME_IN_FORCE = publicError(PublicErrors.INVALID_TIME_IN_FORCE)
const INVALID_RESTRICTION = publicError(PublicErrors.INVALID_CANCEL_RESTRICTIONS)

export type ResponseType = 'ACK' | 'RESULT' | 'FULL'
const RESPONSE_TYPES = { ACK: 'ACK', RESULT: 'RESULT', FULL: 'FULL' } as const
const RESTRICTIONS = {
  ONLY_NEW: CancelRestriction.ONLY_NEW,
  ONLY_PARTIALLY_FILLED: CancelRestriction.ONLY_PARTIALLY_FILLED,
}

/** The market that `symbol` names; -1102, -1121. */
export function marketOf(params: Params, services: Services): Market {
  const market = services.catalogue.market(params.requiredText('symbol'))
  if (market === undefined) throw services.catalogue.isLoaded ? INVALID_SYMBOL : SERVER_BUSY
  return market
}

export function sideOf(params: Params): Side {
  params.requiredText('side')
  return params.requiredChoice('side', Side, INVALID_SIDE)
}

export function orderTypeOf(params: Params): OrderType {
  params.requiredText('type')
  return params.requiredChoice('type', OrderType, INVALID_TYPE)
}

export function timeInForceOf(params: Params): TimeInForce | undefined {
  return params.choice('timeInForce', TimeInForce, INVALID_TIME_IN_FORCE)
}

export function selfTradePreventionOf(params: Params): SelfTradePrevention | 0 {
  return params.choice('selfTradePreventionMode', SelfTradePrevention) ?? 0
}

export function responseTypeOf(params: Params): ResponseType | undefined {
  return params.choice('newOrderRespType', RESPONSE_TYPES)
}

export function restrictionOf(params: Params): CancelRestriction {
  return params.choice('cancelRestrictions', RESTRICTIONS, INVALID_RESTRICTION) ?? CancelRestriction.NONE
}

export function replaceModeOf(params: Params): ReplaceMode {
  params.requiredText('cancelReplaceMode')
  return params.requiredChoice('cancelReplaceMode', ReplaceMode)
}
