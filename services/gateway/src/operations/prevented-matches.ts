import { type OrderView, preventedMatchRow, publicError, PublicErrors } from '@uptick/protocol'
import type { Services } from './services.ts'
import { limitOf } from './market-operations.ts'
import { marketOf } from './order-names.ts'
import type { Operation } from './operation.ts'

/** How long an order's answer waits for a lagging recorder to show its prevented match. */
const RECORDED_MS_MAX = 500

/** Matches that self-trade prevention kept from becoming trades: one by its id, or those of an order. */
export const preventedMatches: Operation = {
  name: 'myPreventedMatches',
  rest: { method: 'GET', path: '/api/v3/myPreventedMatches' },
  ws: 'myPreventedMatches',
  security: 'USER_DATA',
  weight: (params) => (params.has('orderId') ? 20 : 2),
  async run({ account, services, timeUnit }, params) {
    const market = marketOf(params, services)
    const preventedId = params.integer('preventedMatchId')
    const orderId = params.integer('orderId')
    const fromPreventedId = params.integer('fromPreventedMatchId')
    if (preventedId === undefined && orderId === undefined) {
      throw publicError(PublicErrors.EITHER_PARAMETER, 'preventedMatchId', 'orderId')
    }
    if (preventedId !== undefined && (orderId !== undefined || fromPreventedId !== undefined)) {
      throw publicError(PublicErrors.INVALID_COMBINATION)
    }
    const limit = limitOf(params)
    const history = await services.history.through(services.link.sequence)
    const matches = await history.preventedMatches({
      account,
      symbol: market.id,
      limit,
      ...(preventedId !== undefined && { preventedId }),
      ...(orderId !== undefined && { orderId }),
      ...(fromPreventedId !== undefined && { fromPreventedId }),
    })
    return matches.map((match) => preventedMatchRow(match, services.catalogue.format, timeUnit))
  },
}

/**
 * The orders, with the last prevented match of each one that had any. These are few, and only the recorder knows the
 * matches. While it does not answer, orders are shown without.
 *
 * @param sequence the state that the orders show
 */
export async function withPreventedMatches(
  { history }: Services,
  orders: readonly OrderView[],
  sequence: number,
): Promise<readonly OrderView[]> {
  const prevented = orders.filter((order) => order.prevented !== 0).map(({ orderId }) => orderId)
  if (prevented.length === 0) return orders
  const { readModel } = history
  const matches = await readModel
    .waitRecorded(sequence, RECORDED_MS_MAX)
    .then(() => readModel.lastPreventedMatches(prevented))
    .catch(() => undefined)
  return orders.map((order) => {
    const preventedMatchId = matches?.get(order.orderId)
    return preventedMatchId === undefined ? order : { ...order, preventedMatchId }
  })
}
