import { CANDLE_INTERVALS, type CandleInterval, isShifted } from '@uptick/readmodel'
import { PublicErrors, candleRow, publicError } from '@uptick/protocol'
import type { CandleView } from '../market/market-data.ts'
import { limitOf } from './market-operations.ts'
import { marketOf } from './order-names.ts'
import type { Operation, OperationContext } from './operation.ts'
import type { Params } from '../params/params.ts'

const INTERVALS: Readonly<Record<string, CandleInterval>> = Object.fromEntries(
  CANDLE_INTERVALS.map((interval) => [interval, interval]),
)
const MINUTE = 60_000_000
const TIME_ZONE = /^([+-]?)([0-9]{1,2})(?::([0-5][0-9]))?$/
const ZONE_MINUTES_MIN = -12 * 60
const ZONE_MINUTES_MAX = 14 * 60
/** Minutes of the feed that candles of another time zone are joined with: how far the recorder may lag. */
const MINUTES_JOINED = 60
const INVALID_INTERVAL = publicError(PublicErrors.INVALID_INTERVAL)

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
  const interval = params.requiredChoice('interval', INTERVALS, INVALID_INTERVAL)
  const offset = timeZoneOf(params)
  const limit = limitOf(params)
  const startTime = params.time('startTime')
  const endTime = params.time('endTime')
  const format = services.catalogue.format.symbol(market.id)
  const data = services.market.symbol(market.name)
  const isZoned = isShifted(interval, offset)
  const live = (isZoned ? data?.recentCandles('1m', MINUTES_JOINED) : data?.recentCandles(interval)) ?? []
  const now = services.clock.now()
  // The feed has the newest candles, so do not wait for them to be recorded: older recorded candles are complete.
  const recorded = await services.history.readModel.candles({
    symbol: market.id,
    interval,
    now,
    limit,
    ...(isZoned && { offset, minutes: live }),
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
  })
  const candles = isZoned ? recorded : merge(recorded, live, startTime ?? 0, endTime ?? now)
  const chosen = startTime === undefined ? candles.slice(-limit) : candles.slice(0, limit)
  return chosen.map((candle) => candleRow(candle, format, timeUnit))
}

/**
 * `timeZone` as its offset from UTC in µs, 0 unless given: hours (`8`) or hours and minutes (`-1:00`, `05:45`), from
 * −12:00 to +14:00; else -1130.
 */
function timeZoneOf(params: Params): number {
  // A plus sign that was not encoded arrives as a space.
  const text = params.text('timeZone')?.trimStart()
  if (text === undefined) return 0
  const match = TIME_ZONE.exec(text)
  const minutes = match ? Number(match[2]) * 60 + Number(match[3] ?? 0) : Number.NaN
  const offset = match?.[1] === '-' ? -minutes : minutes
  if (!(offset >= ZONE_MINUTES_MIN && offset <= ZONE_MINUTES_MAX)) {
    throw publicError(PublicErrors.INVALID_PARAMETER, 'timeZone')
  }
  return offset * MINUTE
}

/** Recorded candles, replaced and continued by those of the feed, within the requested times. */
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
