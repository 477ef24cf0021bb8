import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Client } from 'pg'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import {
  type CandlePart,
  OffsetConflictError,
  openReadModel,
  type ReadModel,
  recordBatch,
  type RecordedOrder,
  type RecordedRows,
} from '../src/index.ts'
import { trade } from './sample-trade.ts'

let database: TestDatabase
let client: Client
let model: ReadModel

beforeAll(async () => {
  database = await createDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

let shard = 0
/** Where the recorder of the test's own shard is. */
let offset = 0
beforeEach(() => {
  shard++
  offset = 0
  model = openReadModel(database.url, { shard })
  return () => model.close()
})

async function record(rows: Partial<RecordedRows>, through = offset + 1): Promise<void> {
  const all = { orders: [], trades: [], preventedMatches: [], balances: [], candles: [], definitions: [], ...rows }
  await recordBatch(client, { shard, from: offset, through, time: through * 1000 }, all)
  offset = through
}

function order(orderId: number, changes: Partial<RecordedOrder> = {}): RecordedOrder {
  return {
    orderId,
    account: 1,
    symbol: 0,
    clientId: `client-${orderId}`,
    side: 0,
    type: 1,
    timeInForce: 1,
    selfTradePrevention: 1,
    status: 1,
    expiryReason: 0,
    working: true,
    price: 100,
    quantity: 10,
    quoteQuantity: 0,
    stopPrice: 0,
    executed: 0,
    cumulativeQuote: 0n,
    prevented: 0,
    strategyId: 0,
    strategyType: 0,
    createdTime: orderId * 1000,
    updatedTime: orderId * 1000,
    workingTime: orderId * 1000,
    sequence: orderId,
    ...changes,
  }
}

const MINUTE = 60_000_000
function candle(minute: number, price: number): CandlePart {
  return {
    symbol: 0,
    interval: '1m',
    openTime: minute * MINUTE,
    open: price,
    high: price + 1,
    low: price - 1,
    close: price,
    volume: 2n ** 62n,
    quoteVolume: 2n ** 62n,
    takerBuyVolume: 1n,
    takerBuyQuoteVolume: 2n,
    count: 1,
    firstTradeId: minute,
    lastTradeId: minute,
  }
}

test('orders: replaced by their later image, found by id and by the latest with a client id', async () => {
  const odd = 'a"b\\c,{} \u0001'
  await record({ orders: [order(1, { clientId: odd }), order(2, { cumulativeQuote: 2n ** 62n })] })
  await record({
    orders: [order(1, { clientId: odd, status: 3, executed: 10, sequence: 9 }), order(3, { clientId: odd })],
  })
  expect(await model.orderById(1, 1)).toEqual(order(1, { clientId: odd, status: 3, executed: 10, sequence: 9 }))
  expect(await model.orderById(1, 2)).toEqual(order(2, { cumulativeQuote: 2n ** 62n }))
  expect(await model.orderById(2, 1)).toBeUndefined()
  expect((await model.orderByClientId(1, 0, odd))?.orderId).toBe(3)
  expect(await model.orderByClientId(1, 1, odd)).toBeUndefined()
})

test('all orders of a symbol: the last ones, from an id, between times', async () => {
  const orders = Array.from({ length: 20 }, (_, i) => order(i + 1))
  await record({ orders: [...orders, order(30, { symbol: 1 }), order(31, { account: 2 })] })
  const ids = async (filter: object): Promise<number[]> =>
    (await model.allOrders({ account: 1, symbol: 0, limit: 3, ...filter })).map(({ orderId }) => orderId)
  expect(await ids({})).toEqual([18, 19, 20])
  expect(await ids({ fromOrderId: 5 })).toEqual([5, 6, 7])
  expect(await ids({ startTime: 9000 })).toEqual([9, 10, 11])
  expect(await ids({ endTime: 9000 })).toEqual([7, 8, 9])
  expect(await ids({ startTime: 9000, endTime: 10_000 })).toEqual([9, 10])
  expect(await ids({ fromOrderId: 15, startTime: 9000, endTime: 16_000 })).toEqual([15, 16])
})

test('candles: merged, filled where nothing was traded, from the earliest on', async () => {
  await record({ candles: [candle(10, 100), candle(12, 120)] })
  await record({ candles: [{ ...candle(12, 130), firstTradeId: 13, lastTradeId: 14, count: 2 }, candle(15, 150)] })
  const read = async (filter: object) => {
    const candles = await model.candles({ symbol: 0, interval: '1m', now: 16 * MINUTE + 5, limit: 500, ...filter })
    return candles.map((c) => [c.openTime / MINUTE, c.open, c.high, c.low, c.close, c.count])
  }
  expect(await read({})).toEqual([
    [10, 100, 101, 99, 100, 1],
    [11, 100, 100, 100, 100, 0],
    [12, 120, 131, 119, 130, 3],
    [13, 130, 130, 130, 130, 0],
    [14, 130, 130, 130, 130, 0],
    [15, 150, 151, 149, 150, 1],
    [16, 150, 150, 150, 150, 0],
  ])
  const minutes = async (filter: object) => (await read(filter)).map(([minute]) => minute)
  expect(await minutes({ startTime: 0, limit: 1 })).toEqual([10])
  expect(await minutes({ startTime: 10 * MINUTE + 1, limit: 2 })).toEqual([11, 12])
  expect(await read({ startTime: 13 * MINUTE, limit: 1 })).toEqual([[13, 130, 130, 130, 130, 0]])
  expect(await minutes({ limit: 2 })).toEqual([15, 16])
  expect(await minutes({ endTime: 12 * MINUTE, limit: 2 })).toEqual([11, 12])
  expect(await minutes({ endTime: 9 * MINUTE })).toEqual([])
  expect(await minutes({ startTime: 17 * MINUTE })).toEqual([])
  expect(await model.earliestCandle(0, '1m')).toBe(10 * MINUTE)
  const [merged] = await model.candles({
    symbol: 0,
    interval: '1m',
    startTime: 12 * MINUTE,
    now: 16 * MINUTE,
    limit: 1,
  })
  expect(merged).toMatchObject({ volume: 2n ** 63n, takerBuyVolume: 2n, firstTradeId: 12, lastTradeId: 14 })
  expect((await model.latestCandles(0, '1m', 2)).map((c) => c.openTime / MINUTE)).toEqual([12, 15])
})

test('balances and their changes', async () => {
  const balance = { account: 1, asset: 0, time: 5, reason: 27 }
  await record({ balances: [{ ...balance, free: 100n, locked: 0n, sequence: 1 }] })
  await record({
    balances: [
      { ...balance, free: 40n, locked: 60n, sequence: 2 },
      { ...balance, free: 7n, locked: 0n, sequence: 2, asset: 1 },
      { ...balance, free: 40n, locked: 10n, sequence: 3, reason: 1 },
    ],
  })
  expect(await model.balances(1)).toEqual([
    { asset: 0, free: 40n, locked: 10n, sequence: 3 },
    { asset: 1, free: 7n, locked: 0n, sequence: 2 },
  ])
  const changes = await model.balanceChanges(1, 0, 0, 10)
  expect(changes.map((c) => [c.sequence, c.reason, c.freeDelta, c.lockedDelta, c.free, c.locked])).toEqual([
    [1, 27, 100n, 0n, 100n, 0n],
    [2, 27, -60n, 60n, 40n, 60n],
    [3, 1, 0n, -50n, 40n, 10n],
  ])
  expect(await model.balanceChanges(1, 0, 2, 10)).toHaveLength(1)
})

test('definitions as they stand', async () => {
  const fees = { subject: 'fees', id: 1, definition: '{"maker":1}', sequence: 1 } as const
  await record({
    definitions: [
      { ...fees, part: '' },
      { ...fees, part: 'BTCUSDT' },
    ],
  })
  await record({ definitions: [{ ...fees, part: '', definition: '{"maker":2}', sequence: 2 }] })
  expect((await model.definitions('fees')).map((d) => [d.part, d.definition])).toEqual([
    ['', '{"maker":2}'],
    ['BTCUSDT', '{"maker":1}'],
  ])
  expect(await model.definitions('asset')).toEqual([])
})

test('rows are recorded once: the offset must be where they begin, and nothing remains of a failed transaction', async () => {
  await record({ orders: [order(1)] })
  offset = 0
  await expect(record({ orders: [order(2)] })).rejects.toBeInstanceOf(OffsetConflictError)
  offset = 7
  await expect(record({ orders: [order(2)] })).rejects.toBeInstanceOf(OffsetConflictError)
  offset = 1
  await expect(record({ orders: [order(2)], trades: [trade(1), trade(1)] })).rejects.toThrow('duplicate key')
  expect(await model.recordedThrough()).toBe(1)
  expect(await model.orderById(1, 2)).toBeUndefined()
  shard += 1000
  offset = 5
  await expect(record({})).rejects.toBeInstanceOf(OffsetConflictError)
  shard -= 1000
})

test('two recorders at once: one of them records', async () => {
  const other = new Client({ connectionString: database.url })
  await other.connect()
  const rows = {
    orders: [order(1)],
    trades: [trade(1)],
    preventedMatches: [],
    balances: [],
    candles: [candle(1, 5)],
    definitions: [],
  }
  const range = { shard, from: 0, through: 1, time: 1 }
  const results = await Promise.allSettled([recordBatch(client, range, rows), recordBatch(other, range, rows)])
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  await other.end()
})

test('waiting for the recorder: at once, when it commits, or not within the bound', async () => {
  await record({}, 5)
  expect(await model.waitRecorded(5, 5000)).toBe(true)
  expect(await model.waitRecorded(6, 20)).toBe(false)
  const waiting = [6, 7, 8].map((sequence) => model.waitRecorded(sequence, 10_000))
  await record({}, 7)
  expect(await Promise.all(waiting.slice(0, 2))).toEqual([true, true])
  await record({}, 8)
  expect(await waiting[2]).toBe(true)
})
