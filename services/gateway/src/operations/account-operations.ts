import {
  accountResponse,
  accountTradeRow,
  commissionRates,
  orderQueryResponse,
  type OrderView,
  publicError,
  PublicErrors,
  rateText,
} from '@uptick/protocol'
import { accountFees, callersAccount, feesOn } from './account-view.ts'
import { limitOf } from './market-operations.ts'
import { marketOf } from './order-names.ts'
import type { Operation } from './operation.ts'
import type { Params } from '../params/params.ts'
import { withPreventedMatches } from './prevented-matches.ts'

export const accountStatus: Operation = {
  name: 'account.status',
  rest: { method: 'GET', path: '/api/v3/account' },
  ws: 'account.status',
  security: 'USER_DATA',
  weight: () => 20,
  async run(context, params) {
    const { services, timeUnit } = context
    const omitZeroBalances = params.boolean('omitZeroBalances') ?? false
    const { view } = await callersAccount(context)
    const own = view.fees.find((fee) => fee.symbol === '')
    const listed = services.catalogue.markets[0]?.definition
    const source = {
      ...view,
      makerFee: own?.maker ?? listed?.makerFee ?? 0,
      takerFee: own?.taker ?? listed?.takerFee ?? 0,
      updateTime: services.clock.now(),
    }
    return accountResponse(source, services.catalogue.format, timeUnit, omitZeroBalances)
  },
}

export const commission: Operation = {
  name: 'account.commission',
  rest: { method: 'GET', path: '/api/v3/account/commission' },
  ws: 'account.commission',
  security: 'USER_DATA',
  weight: () => 20,
  async run(context, params) {
    const market = marketOf(params, context.services)
    const { maker, taker } = await accountFees(context, market)
    return { symbol: market.name, ...commissionRates(maker, taker) }
  },
}

/** Not part of the spot API proper, but clients have no other way to query all fees at once. */
export const tradeFees: Operation = {
  name: 'asset.tradeFee',
  rest: { method: 'GET', path: '/sapi/v1/asset/tradeFee' },
  security: 'USER_DATA',
  weight: () => 1,
  async run(context, params) {
    const { services } = context
    const { view } = await callersAccount(context)
    const markets = params.has('symbol') ? [marketOf(params, services)] : services.catalogue.markets
    return markets.map((market) => {
      const { maker, taker } = feesOn(view, market)
      return { symbol: market.name, makerCommission: rateText(maker), takerCommission: rateText(taker) }
    })
  },
}

/** There are no order lists, so both lists are empty. */
export const openOrderLists: Operation = {
  name: 'openOrderLists.status',
  rest: { method: 'GET', path: '/api/v3/openOrderList' },
  ws: 'openOrderLists.status',
  security: 'USER_DATA',
  weight: () => 6,
  run: () => [],
}

export const allOrderLists: Operation = {
  name: 'allOrderLists',
  rest: { method: 'GET', path: '/api/v3/allOrderList' },
  ws: 'allOrderLists',
  security: 'USER_DATA',
  weight: () => 20,
  run: () => [],
}

export const orderRateLimits: Operation = {
  name: 'account.rateLimits.orders',
  rest: { method: 'GET', path: '/api/v3/rateLimit/order' },
  ws: 'account.rateLimits.orders',
  security: 'USER_DATA',
  weight: () => 40,
  run: ({ account, services }) =>
    services.limits.states('', account).filter(({ rateLimitType }) => rateLimitType === 'ORDERS'),
}

const DAY = 24 * 3600 * 1_000_000

/** `startTime` and `endTime` in µs, at most a day apart; -1127. */
function timeRange(params: Params): { startTime?: number; endTime?: number } {
  const startTime = params.time('startTime')
  const endTime = params.time('endTime')
  if (startTime !== undefined && endTime !== undefined) {
    if (endTime < startTime) throw publicError(PublicErrors.INVALID_PARAMETER, 'endTime')
    if (endTime - startTime > DAY) throw publicError(PublicErrors.LOOKUP_INTERVAL_TOO_LONG, 24)
  }
  return {
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime: lastMoment(endTime) }),
  }
}

/** An end given in whole milliseconds includes that millisecond. */
function lastMoment(endTime: number): number {
  return endTime % 1000 === 0 ? endTime + 999 : endTime
}

export const allOrders: Operation = {
  name: 'allOrders',
  rest: { method: 'GET', path: '/api/v3/allOrders' },
  ws: 'allOrders',
  security: 'USER_DATA',
  weight: () => 20,
  async run({ account, services, timeUnit }, params) {
    const market = marketOf(params, services)
    const fromOrderId = params.integer('orderId')
    const range = timeRange(params)
    const limit = limitOf(params)
    const history = await services.history.through(services.link.sequence)
    const filter = { account, symbol: market.id, limit, ...range, ...(fromOrderId !== undefined && { fromOrderId }) }
    const recorded = await history.allOrders(filter)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the recorder writes what the core told
    const orders = await withPreventedMatches(services, recorded as OrderView[], 0)
    return orders.map((order) => orderQueryResponse(order, services.catalogue.format, timeUnit))
  },
}

export const myTrades: Operation = {
  name: 'myTrades',
  rest: { method: 'GET', path: '/api/v3/myTrades' },
  ws: 'myTrades',
  security: 'USER_DATA',
  weight: (params) => (params.has('orderId') ? 5 : 20),
  async run({ account, services, timeUnit }, params) {
    const market = marketOf(params, services)
    const orderId = params.integer('orderId')
    const fromTradeId = params.integer('fromId')
    const range = timeRange(params)
    const isTimed = 'startTime' in range || 'endTime' in range
    if (isTimed && (orderId !== undefined || fromTradeId !== undefined)) {
      throw publicError(PublicErrors.INVALID_COMBINATION)
    }
    const limit = limitOf(params)
    const history = await services.history.through(services.link.sequence)
    const trades = await history.myTrades({
      account,
      symbol: market.id,
      limit,
      ...range,
      ...(orderId !== undefined && { orderId }),
      ...(fromTradeId !== undefined && { fromTradeId }),
    })
    return trades.map((trade) => accountTradeRow(trade, services.catalogue.format, timeUnit))
  },
}
