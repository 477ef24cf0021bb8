import { CommandKind } from '@uptick/core'
import type { FeeDefinition } from '@uptick/core'
import { fullOrderText, newOrderResponse, testOrderCommission } from '@uptick/protocol'
import { accountFees } from './account-view.ts'
import { fillNewOrder, readNewOrder } from './new-order.ts'
import { chargeOrder, executeOrThrow } from './outcomes.ts'
import { Json } from './operation.ts'
import type { Operation } from './operation.ts'
import { missing } from './params.ts'

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
    // Without an id of the trader's own there is nothing by which a retry could be recognised.
    if (firstSent !== 0 && !params.has('newClientOrderId')) throw missing('newClientOrderId')
    const order = readNewOrder(params, services)
    chargeOrder(context)
    const { responseType, type } = order
    const outcome = executeOrThrow(context, { action: 'place', orderType: type }, (command) => {
      command.kind = CommandKind.PLACE
      command.firstSent = firstSent
      fillNewOrder(command, order)
    })
    return outcome.then((placed) => {
      const { format } = services.catalogue
      return responseType === 'FULL'
        ? new Json(fullOrderText(placed, format, timeUnit))
        : newOrderResponse(placed, responseType, format, timeUnit)
    })
  },
}

const EMPTY = new Json('{}')

/** Checks everything that can be checked without the engine, and sends nothing. */
export const testOrder: Operation = {
  name: 'order.test',
  rest: { method: 'POST', path: '/api/v3/order/test' },
  ws: 'order.test',
  security: 'TRADE',
  weight: (params) => (params.raw('computeCommissionRates') === 'true' ? 20 : 1),
  async run(context, params) {
    const order = readNewOrder(params, context.services)
    if (params.boolean('computeCommissionRates') !== true) return EMPTY
    const fees: Pick<FeeDefinition, 'maker' | 'taker'> = await accountFees(context, order.market)
    return testOrderCommission(fees.maker, fees.taker)
  },
}
