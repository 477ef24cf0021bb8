import { Command, CommandKind, type FeeDefinition, Reject } from '@uptick/core'
import {
  fullOrderText,
  newOrderResponse,
  publicErrorOf,
  readReply,
  testOrderCommission,
  type AnswerTo,
  type Refused,
} from '@uptick/protocol'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import { accountFees } from './account-view.ts'
import { fillNewOrder, type NewOrder, readNewOrder } from './new-order.ts'
import { isLarge, largeOrderResponse } from './large-reply.ts'
import { chargeOrder, submitOrThrow } from './outcomes.ts'
import { Json, type Operation, type OperationContext } from './operation.ts'
import { missing } from '../params/params.ts'

export const placeOrder: Operation = {
  name: 'order.place',
  rest: { method: 'POST', path: '/api/v3/order' },
  ws: 'order.place',
  security: 'TRADE',
  weight: () => 1,
  freeWhenSuccessful: true,
  orders: 1,
  run(context, params) {
    const { firstSent, services, timeUnit } = context
    // Without a client order id a retry could not be recognised.
    if (firstSent !== 0 && !params.has('newClientOrderId')) throw missing('newClientOrderId')
    const order = readNewOrder(params, services)
    chargeOrder(context)
    const { responseType, type: orderType, timeInForce } = order
    const reply = submitOrThrow(context, { action: 'place', orderType, timeInForce }, (command) => {
      command.kind = CommandKind.PLACE
      command.firstSent = firstSent
      fillNewOrder(command, order)
    })
    return reply.then((view) => {
      const { format } = services.catalogue
      if (isLarge(view)) return largeOrderResponse(view, responseType, format, timeUnit)
      const placed = readReply(view.words, view.offset)
      return responseType === 'FULL'
        ? new Json(fullOrderText(placed, format, timeUnit))
        : newOrderResponse(placed, responseType, format, timeUnit)
    })
  },
}

const testedFields = new Command()

async function refuseAsEngine({ account, services }: OperationContext, order: NewOrder): Promise<void> {
  fillNewOrder(testedFields, order)
  const { symbol, side, type, timeInForce, price, quantity, quoteQuantity } = testedFields
  const { stopPrice, selfTradePrevention, strategyId, strategyType } = testedFields
  const { value } = await services.link.query({
    kind: 'testOrder',
    account,
    symbol,
    side,
    type,
    timeInForce,
    price,
    quantity,
    quoteQuantity,
    stopPrice,
    selfTradePrevention,
    strategyId,
    strategyType,
    clientId: order.clientId,
  })
  const { reject, error }: AnswerTo<'testOrder'> & Partial<Refused> = value
  // An engine of the previous release does not know the question.
  if (error?.startsWith('unknown query') === true) return
  if (reject === undefined) throw SERVER_BUSY
  if (reject !== Reject.NONE) throw publicErrorOf(reject, { action: 'place', orderType: type, timeInForce })
}

const EMPTY = new Json('{}')

/**
 * Refuses what the engine would refuse, and places nothing. The engine answers after everything that it received
 * before, without a command, so nothing is journaled. Whether the account can pay is not checked, as at Binance.
 */
export const testOrder: Operation = {
  name: 'order.test',
  rest: { method: 'POST', path: '/api/v3/order/test' },
  ws: 'order.test',
  security: 'TRADE',
  weight: (params) => (params.raw('computeCommissionRates') === 'true' ? 20 : 1),
  async run(context, params) {
    const order = readNewOrder(params, context.services)
    await refuseAsEngine(context, order)
    if (params.boolean('computeCommissionRates') !== true) return EMPTY
    const fees: Pick<FeeDefinition, 'maker' | 'taker'> = await accountFees(context, order.market)
    return testOrderCommission(fees.maker, fees.taker)
  },
}
