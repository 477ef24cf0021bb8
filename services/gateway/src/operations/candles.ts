import { PublicErrors, candleRow, publicError } from '@uptick/protocol'
import { CANDLE_INTERVALS } from '../market/market-data.ts'
import type { CandleInterval, CandleView } from '../market/market-data.ts'
import { limitOf } from './market-operations.ts'
import { marketOf } from './order-names.ts'
import type { Operation, OperationContext } from './operation.ts'
import { missing } from './params.ts'
import type { Params } from './params.ts'

const INTERVALS: Readonly<Record<string, CandleInterval>> = Object.fromEntries(
  CANDLE_INTERVALS.map((interval) => [interval, interval]),
)
const INVALID_INTERVAL = publicError(PublicErrors.INVALID_INTERVAL)
const UTC = /^[+-]?0{1,2}(:00)?$/

export const klines: Operation = {
  name: 'klines',
  rest: { method: 'GET', path: '/api/v3/klines' },
  ws: 'klines',
  security: 'NONE',
  weight: () => 2,
  run: readKlines,
}

/** As klines: the variant "for presentation" has nothing to change here. */
export const uiKlines: Operation = {
  name: 'uiKlines',
  rest: { method: 'GET', path: '/api/v3/uiKlines' },
  ws: 'uiKlines',
  security: 'NONE',
  weight: () => 2,
  run: readKlines,
}

async function readKlines({ services, timeUnit }: OperationContext, params: Params): Promise<unknown> {
  const market = marketOf(params, services)
  if (!params.has('interval')) throw missing('interval')
  const interval = params.choice('interval', INTERVALS, INVALID_INTERVAL)!
  const timeZone = params.text('timeZone')
  // Candles are recorded in UTC; others would have to be made from trades.
  if (timeZone !== undefined && !UTC.test(timeZone)) throw publicError(PublicErrors.INVALID_PARAMETER, 'timeZone')
  const limit = limitOf(params)
  const startTime = params.time('startTime')
  const endTime = params.time('endTime')
  const format = services.catalogue.format.symbol(market.id)
  const data = services.market.symbol(market.name)
  const live = data?.recentCandles(interval) ?? []
  const now = services.clock.now()
  // Candles that the feed has already are not waited for: what is recorded of older ones is complete.
  const recorded = await services.history.readModel.candles({
    symbol: market.id,
    interval,
    now,
    limit,
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
  })
  const candles = merge(recorded, live, startTime ?? 0, endTime ?? now)
  const chosen = startTime === undefined ? candles.slice(-limit) : candles.slice(0, limit)
  return chosen.map((candle) => candleRow(candle, format, timeUnit))
}

/** Recorded candles, replaced and continued by those of the feed, within the times asked for. */
function merge(recorded: readonly CandleView[], live: readonly CandleView[], from: number, to: number): CandleView[] {
  const byTime = new Map(recorded.map((candle) => [candle.openTime, candle]))
  const firstRecorded = recorded[0]?.openTime ?? Number.NEGATIVE_INFINITY
  for (const candle of live) {
    if (candle.openTime < from || candle.openTime > to || candle.openTime < firstRecorded) continue
    const known = byTime.get(candle.openTime)
    if (known === undefined || known.count <= candle.count) byTime.set(candle.openTime, candle)
  }
  return [...byTime.values()].toSorted((a, b) => a.openTime - b.openTime)
}
