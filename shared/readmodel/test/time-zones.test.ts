import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from 'pg'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import {
  type Candle,
  CANDLE_INTERVALS,
  type CandleInterval,
  type CandlePart,
  openReadModel,
  openTimeOf,
  type ReadModel,
  recordBatch,
} from '../src/index.ts'

const MINUTE = 60_000_000
const START = Date.UTC(2026, 0, 28, 3, 17) * 1000
let database: TestDatabase
let client: Client
let model: ReadModel
/** One trade each, by time. */
const trades: { readonly time: number; readonly price: number; readonly quantity: number }[] = []

/** Some clustered, some days apart, over four months. */
function trade(): void {
  let state = 7
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  let time = START
  for (let i = 0; i < 600; i++) {
    time += 1_000_000 * (next(3) === 0 ? next(40_000) : next(200)) + next(1_000_000)
    trades.push({ time, price: 100 + next(50), quantity: 1 + next(9) })
  }
}

function partsOf(interval: CandleInterval): CandlePart[] {
  const parts = new Map<number, CandlePart>()
  for (const [i, { time, price, quantity }] of trades.entries()) {
    const openTime = openTimeOf(interval, time)
    const before = parts.get(openTime)
    parts.set(openTime, {
      symbol: 0,
      interval,
      openTime,
      open: before?.open ?? price,
      high: Math.max(before?.high ?? price, price),
      low: Math.min(before?.low ?? price, price),
      close: price,
      volume: (before?.volume ?? 0n) + BigInt(quantity),
      quoteVolume: (before?.quoteVolume ?? 0n) + BigInt(price * quantity),
      takerBuyVolume: 0n,
      takerBuyQuoteVolume: 0n,
      count: (before?.count ?? 0) + 1,
      firstTradeId: before?.firstTradeId ?? i + 1,
      lastTradeId: i + 1,
    })
  }
  return [...parts.values()]
}

beforeAll(async () => {
  database = await createDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
  model = openReadModel(database.url, { shard: 1 })
  trade()
  const candles = CANDLE_INTERVALS.flatMap((interval) => partsOf(interval))
  const rows = { orders: [], trades: [], preventedMatches: [], balances: [], candles, definitions: [] }
  await recordBatch(client, { shard: 1, from: 0, through: 1, time: 1 }, rows)
})
afterAll(async () => {
  await model.close()
  await client.end()
  await database.drop()
})

/** The day, hour and so on that `time` falls into on a wall clock `minutes` ahead of UTC, as text that tells them apart. */
function wallClock(interval: CandleInterval, time: number, minutes: number): string {
  const local = new Date(time / 1000 + minutes * 60_000)
  const [day = '', clock = ''] = local.toISOString().split('T')
  const days = Math.floor(local.getTime() / 86_400_000)
  const minute = local.getUTCHours() * 60 + local.getUTCMinutes()
  if (interval === '1M') return day.slice(0, 7)
  if (interval === '1w') return String(Math.floor((days - 4) / 7))
  if (interval === '3d') return String(Math.floor(days / 3))
  if (interval === '1s') return `${day} ${clock.slice(0, 8)}`
  const length = { m: 1, h: 60, d: 1440 }[interval.slice(-1)]! * Number.parseInt(interval, 10)
  return `${day} ${Math.floor(minute / length)}`
}

const ZONES = ['-12:00', '-9:30', '-1:00', '0:01', '5:37', '5:45', '8:00', '14:00']

function minutesOf(zone: string): number {
  const [hours, minutes] = zone.replace('-', '').split(':').map(Number)
  return (zone.startsWith('-') ? -1 : 1) * (hours! * 60 + minutes!)
}

test.each(ZONES)('candles of the time zone %s have the trades of its hours, days, weeks and months', async (zone) => {
  const minutes = minutesOf(zone)
  const now = trades.at(-1)!.time + 3 * MINUTE
  for (const interval of CANDLE_INTERVALS) {
    if (interval === '1s') continue
    const filter = { symbol: 0, interval, now, limit: 1000, offset: minutes * MINUTE }
    const candles: readonly Candle[] = await model.candles(filter)
    const inside = trades.filter(({ time }) => time >= candles[0]!.openTime)
    if (candles.length < 1000) expect(inside).toHaveLength(trades.length)
    for (const [i, candle] of candles.entries()) {
      if (i > 0) expect(candle.openTime).toBe(candles[i - 1]!.endTime)
      const place = wallClock(interval, candle.openTime, minutes)
      expect(wallClock(interval, candle.endTime - 1, minutes)).toBe(place)
      expect(wallClock(interval, candle.endTime, minutes)).not.toBe(place)
    }
    const traded = candles.filter(({ count }) => count > 0)
    const expected = Map.groupBy(inside, ({ time }) => wallClock(interval, time, minutes))
    expect(traded.map(({ openTime }) => wallClock(interval, openTime, minutes))).toEqual([...expected.keys()])
    expect(traded.map(sums)).toEqual([...expected.values()].map(naiveSums))
  }
})

test('a flat candle of another time zone has the close before it', async () => {
  const filter = { symbol: 0, interval: '12h', now: trades.at(-1)!.time, limit: 1000, offset: 345 * MINUTE } as const
  const candles = await model.candles(filter)
  for (const [i, candle] of candles.entries()) {
    if (candle.count === 0) expect(candle).toMatchObject({ open: candles[i - 1]!.close, close: candles[i - 1]!.close })
  }
  const [last] = await model.candles({ ...filter, limit: 1, startTime: candles.at(-3)!.openTime })
  expect(last).toEqual(candles.at(-3))
})

test('minutes that are known better elsewhere take the place of recorded ones', async () => {
  const { time, price } = trades.at(-1)!
  const openTime = openTimeOf('1m', time)
  const [recorded] = await model.candles({ symbol: 0, interval: '1m', now: time, limit: 1 })
  const later = { ...recorded!, openTime: openTime + MINUTE, endTime: openTime + 2 * MINUTE, close: price + 1000 }
  const minutes = [{ ...recorded!, count: recorded!.count + 1, volume: recorded!.volume + 5n }, later]
  const filter = { symbol: 0, interval: '1d', now: time + MINUTE, limit: 1, offset: 8 * 60 * MINUTE } as const
  const [before] = await model.candles(filter)
  const [after] = await model.candles({ ...filter, minutes })
  expect(after).toMatchObject({
    openTime: before!.openTime,
    count: before!.count + 1 + later.count,
    volume: before!.volume + 5n + later.volume,
    close: price + 1000,
  })
})

function sums({ open, high, low, close, volume, quoteVolume, count, firstTradeId, lastTradeId }: Candle): unknown {
  return { open, high, low, close, volume, quoteVolume, count, firstTradeId, lastTradeId }
}

function naiveSums(inside: readonly { time: number; price: number; quantity: number }[]): unknown {
  const prices = inside.map(({ price }) => price)
  const first = trades.indexOf(inside[0]!) + 1
  return {
    open: prices[0],
    high: Math.max(...prices),
    low: Math.min(...prices),
    close: prices.at(-1),
    volume: BigInt(inside.reduce((sum, { quantity }) => sum + quantity, 0)),
    quoteVolume: BigInt(inside.reduce((sum, { price, quantity }) => sum + price * quantity, 0)),
    count: inside.length,
    firstTradeId: first,
    lastTradeId: first + inside.length - 1,
  }
}
