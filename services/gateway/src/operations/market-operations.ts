import {
  aggregateRow,
  averagePriceResponse,
  depthResponse,
  publicError,
  PublicErrors,
  type SymbolFormat,
  tradeRow,
} from '@uptick/protocol'
import type { SymbolMarketData } from '../market/market-data.ts'
import type { Services } from './services.ts'
import { SERVER_BUSY } from '../engine-link/link-errors.ts'
import type { Market } from '../engine-link/catalogue.ts'
import { marketOf } from './order-names.ts'
import type { Operation } from './operation.ts'
import type { Params } from '../params/params.ts'
import { statusOf } from './selection.ts'

const DEPTH_LIMIT_MAX = 5000
export const ROWS_MAX = 1000
const ROWS_DEFAULT = 500

/** A market's numbers and how to write them. */
interface Seen {
  readonly market: Market
  readonly data: SymbolMarketData
  readonly format: SymbolFormat
}

export function seen(services: Services, market: Market): Seen {
  const data = services.market.symbol(market.name)
  // Listed, but its book is still being loaded.
  if (data === undefined) throw SERVER_BUSY
  return { market, data, format: services.catalogue.format.symbol(market.id) }
}

/** `limit`, at most `max` (larger is clipped), 500 unless given. */
export function limitOf(params: Params, fallback = ROWS_DEFAULT, max = ROWS_MAX): number {
  return Math.min(params.integer('limit', 1) ?? fallback, max)
}

export const depth: Operation = {
  name: 'depth',
  rest: { method: 'GET', path: '/api/v3/depth' },
  ws: 'depth',
  security: 'NONE',
  weight(params) {
    const limit = Number(params.raw('limit') ?? 100)
    return limit > 1000 ? 250 : limit > 500 ? 50 : limit > 100 ? 25 : 5
  },
  run({ services }, params) {
    const market = marketOf(params, services)
    const status = params.text('symbolStatus')
    if (status !== undefined && status !== statusOf(market)) throw publicError(PublicErrors.SYMBOL_STATUS_MISMATCH)
    const limit = limitOf(params, 100, DEPTH_LIMIT_MAX)
    const { data, format } = seen(services, market)
    return depthResponse(data.depth(limit), format)
  },
}

export const recentTrades: Operation = {
  name: 'trades.recent',
  rest: { method: 'GET', path: '/api/v3/trades' },
  ws: 'trades.recent',
  security: 'NONE',
  weight: () => 25,
  run({ services, timeUnit }, params) {
    const { data, format } = seen(services, marketOf(params, services))
    return data.recentTrades(limitOf(params)).map((trade) => tradeRow(trade, format, timeUnit))
  },
}

export const historicalTrades: Operation = {
  name: 'trades.historical',
  rest: { method: 'GET', path: '/api/v3/historicalTrades' },
  ws: 'trades.historical',
  security: 'NONE',
  weight: () => 25,
  async run({ services, timeUnit }, params) {
    const market = marketOf(params, services)
    const limit = limitOf(params)
    const fromId = params.integer('fromId')
    const format = services.catalogue.format.symbol(market.id)
    const history = await services.history.through(services.link.sequence)
    const trades =
      fromId === undefined
        ? await history.recentTrades(market.id, limit)
        : await history.tradesFrom(market.id, fromId, limit)
    return trades.map((trade) => tradeRow(trade, format, timeUnit))
  },
}

export const aggregateTrades: Operation = {
  name: 'trades.aggregate',
  rest: { method: 'GET', path: '/api/v3/aggTrades' },
  ws: 'trades.aggregate',
  security: 'NONE',
  weight: () => 4,
  async run({ services, timeUnit }, params) {
    const market = marketOf(params, services)
    const limit = limitOf(params)
    const fromAggregateId = params.integer('fromId')
    const startTime = params.time('startTime')
    const endTime = params.time('endTime')
    if (fromAggregateId !== undefined && (startTime !== undefined || endTime !== undefined)) {
      throw publicError(PublicErrors.INVALID_COMBINATION)
    }
    const format = services.catalogue.format.symbol(market.id)
    const isLatest = fromAggregateId === undefined && startTime === undefined && endTime === undefined
    const recent = isLatest ? services.market.symbol(market.name)?.recentAggregates(limit) : undefined
    if (recent !== undefined && recent.length === limit) {
      return recent.map((aggregate) => aggregateRow(aggregate, format, timeUnit))
    }
    const history = await services.history.through(services.link.sequence)
    const aggregates = await history.aggTrades({
      symbol: market.id,
      limit,
      ...(fromAggregateId !== undefined && { fromAggregateId }),
      ...(startTime !== undefined && { startTime }),
      ...(endTime !== undefined && { endTime }),
    })
    return aggregates.map((aggregate) => aggregateRow(aggregate, format, timeUnit))
  },
}

export const averagePrice: Operation = {
  name: 'avgPrice',
  rest: { method: 'GET', path: '/api/v3/avgPrice' },
  ws: 'avgPrice',
  security: 'NONE',
  weight: () => 2,
  run({ services, timeUnit }, params) {
    const { data, format } = seen(services, marketOf(params, services))
    return averagePriceResponse(data.averagePrice(), format, timeUnit)
  },
}
