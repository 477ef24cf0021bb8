import { orderQueryResponse, type OrderView, publicError, PublicErrors } from '@uptick/protocol'
import { engineAnswer } from './engine-answer.ts'
import { marketOf } from './order-names.ts'
import { type OrderTarget, targetOf } from './order-target.ts'
import type { Operation, OperationContext } from './operation.ts'
import { withPreventedMatches } from './prevented-matches.ts'
import type { Market } from '../engine-link/catalogue.ts'

/** One order: from the engine while it is open or recently closed, else from the read model. */
export const orderStatus: Operation = {
  name: 'order.status',
  rest: { method: 'GET', path: '/api/v3/order' },
  ws: 'order.status',
  security: 'USER_DATA',
  weight: () => 4,
  async run(context, params) {
    const market = marketOf(params, context.services)
    const { services, timeUnit } = context
    const order = await findOrder(context, market, targetOf(params))
    const [shown = order] = await withPreventedMatches(services, [order], services.link.sequence)
    return orderQueryResponse(shown, services.catalogue.format, timeUnit)
  },
}

async function findOrder(context: OperationContext, market: Market, target: OrderTarget): Promise<OrderView> {
  const { account, services } = context
  const { orderId, clientId } = target
  const question = { kind: 'order', account, symbol: market.id } as const
  const named = orderId === 0 ? { clientId } : { orderId }
  const { value, sequence } = await engineAnswer(services, { ...question, ...named })
  const order: OrderView | undefined = value ?? (await recordedOrder(context, market, target, sequence))
  if (order === undefined || order.symbol !== market.id) throw publicError(PublicErrors.NO_SUCH_ORDER)
  if (clientId !== undefined && order.clientId !== clientId) throw publicError(PublicErrors.CLIENT_ORDER_ID_MISMATCH)
  return order
}

/**
 * The engine forgets a closed order only after it was recorded, so one that it does not know at `sequence` is there.
 */
async function recordedOrder(
  { account, services }: OperationContext,
  market: Market,
  { orderId, clientId }: OrderTarget,
  sequence: number,
): Promise<OrderView | undefined> {
  const known = await lookUp()
  if (known !== undefined) return known
  // Its memory of closed orders is bounded. Past the bound only the recorder knows them, once it has caught up.
  await services.history.through(sequence)
  return lookUp()

  async function lookUp(): Promise<OrderView | undefined> {
    const { readModel } = services.history
    const order =
      orderId === 0 && clientId !== undefined
        ? await readModel.orderByClientId(account, market.id, clientId)
        : await readModel.orderById(account, orderId)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the recorder writes what the core told
    return order && { ...order, expiryReason: order.expiryReason as NonNullable<OrderView['expiryReason']> }
  }
}

export const openOrders: Operation = {
  name: 'openOrders.status',
  rest: { method: 'GET', path: '/api/v3/openOrders' },
  ws: 'openOrders.status',
  security: 'USER_DATA',
  weight: (params) => (params.has('symbol') ? 6 : 80),
  async run(context, params) {
    const { account, services, timeUnit } = context
    const market = params.has('symbol') ? marketOf(params, services) : undefined
    const question = { kind: 'openOrders' as const, account, ...(market !== undefined && { symbol: market.id }) }
    const { value, sequence } = await engineAnswer(services, question)
    const orders = await withPreventedMatches(services, value, sequence)
    return orders.map((order) => orderQueryResponse(order, services.catalogue.format, timeUnit))
  },
}
