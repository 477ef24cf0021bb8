import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Client } from 'pg'
import { createDatabase, type TestDatabase } from '@uptick/journal/testing'
import { openReadModel, type ReadModel, recordBatch, type RecordedRows, type RecordedTrade } from '../src/index.ts'
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

test('an account sees its sides of trades, both when it traded with itself', async () => {
  const mine = [
    trade(1),
    trade(2, { makerAccount: 2, takerAccount: 1, buyerIsMaker: true, makerOrder: 7, takerOrder: 8 }),
  ]
  await record({ trades: [...mine, trade(3, { takerAccount: 1 }), trade(4, { makerAccount: 5 }), trade(5)] })
  const all = await model.myTrades({ account: 1, symbol: 0, limit: 10 })
  expect(all.map((t) => [t.tradeId, t.maker, t.buyer, t.orderId, t.fee, t.feeAsset])).toEqual([
    [1, true, false, 1, 1n, 0],
    [2, false, false, 8, 2n, 1],
    [3, false, true, 2, 2n, 1],
    [3, true, false, 1, 1n, 0],
    [5, true, false, 1, 1n, 0],
  ])
  const ids = async (filter: object): Promise<number[]> =>
    (await model.myTrades({ account: 1, symbol: 0, limit: 2, ...filter })).map(({ tradeId }) => tradeId)
  expect(await ids({})).toEqual([3, 3, 5])
  expect(await ids({ orderId: 8 })).toEqual([2])
  expect(await ids({ orderId: 1, fromTradeId: 2 })).toEqual([3, 5])
  expect(await ids({ fromTradeId: 2 })).toEqual([2, 3, 3])
  // Pages that go on from the id after the last one have every row once.
  for (const limit of [1, 2, 3, 4]) {
    const paged: unknown[] = []
    for (let fromTradeId = 0; ;) {
      const page = await model.myTrades({ account: 1, symbol: 0, fromTradeId, limit })
      if (page.length === 0) break
      paged.push(...page)
      fromTradeId = page.at(-1)!.tradeId + 1
    }
    expect(paged).toEqual(all)
  }
  expect(await ids({ startTime: 1000, endTime: 2000 })).toEqual([1, 2])
  expect(await ids({ endTime: 2500 })).toEqual([1, 2])
})

test('public trades and aggregates: the last ones, from an id, between times, over pages', async () => {
  // Aggregates of one, two, three, one … trades.
  const trades: RecordedTrade[] = []
  for (let id = 1, size = 1; id <= 3000; size = (size % 3) + 1) {
    const aggregateId = id
    for (let i = 0; i < size; i++, id++) trades.push(trade(id, { aggregateId, quantity: 2, time: aggregateId * 1000 }))
  }
  await record({ trades })
  expect((await model.recentTrades(0, 2)).map(({ tradeId }) => tradeId)).toEqual([2999, 3000])
  expect((await model.tradesFrom(0, 5, 2)).map(({ tradeId }) => tradeId)).toEqual([5, 6])
  const spans = async (filter: object): Promise<number[][]> =>
    (await model.aggTrades({ symbol: 0, limit: 3, ...filter })).map((a) => [a.firstTradeId, a.lastTradeId, a.quantity])
  expect(await spans({})).toEqual([
    [2995, 2995, 2],
    [2996, 2997, 4],
    [2998, 3000, 6],
  ])
  expect(await spans({ fromAggregateId: 3 })).toEqual([
    [4, 6, 6],
    [7, 7, 2],
    [8, 9, 4],
  ])
  expect(await spans({ startTime: 8000, endTime: 9500 })).toEqual([[8, 9, 4]])
  expect(await spans({ endTime: 2000, limit: 1 })).toEqual([[2, 3, 4]])
  expect(await spans({ startTime: 4_000_000 })).toEqual([])
  expect(await model.aggTrades({ symbol: 0, fromAggregateId: 1, limit: 1400 })).toHaveLength(1400)
  expect(await model.aggTrades({ symbol: 0, limit: 1400 })).toHaveLength(1400)
})

test('aggregates that are numbered without gaps: any of them, by id and in pages', async () => {
  // Ten from before they were numbered, under the ids of their first trades; then 3,500 of one to nine trades.
  const trades: RecordedTrade[] = []
  const spans: [number, number, number][] = []
  for (let count = 0, id = 1, aggregateId = 0; count < 3510; count++) {
    const size = count < 10 ? 2 : 1 + (count % 9)
    aggregateId = count < 10 ? id : aggregateId + (count === 10 ? 2 : 1)
    spans.push([aggregateId, id, id + size - 1])
    for (let i = 0; i < size; i++, id++) trades.push(trade(id, { aggregateId, time: count * 1000 }))
  }
  await record({ trades })
  const read = async (filter: object): Promise<number[][]> =>
    (await model.aggTrades({ symbol: 0, limit: 5, ...filter })).map((a) => [
      a.aggregateId,
      a.firstTradeId,
      a.lastTradeId,
    ])
  for (const at of [0, 1, 9, 10, 11, 12, 500, 2222, 3504]) {
    const [aggregateId] = spans[at]!
    expect(await read({ fromAggregateId: aggregateId })).toEqual(spans.slice(at, at + 5))
    expect(await read({ startTime: at * 1000 })).toEqual(spans.slice(at, at + 5))
    expect(await read({ endTime: at * 1000 })).toEqual(spans.slice(Math.max(0, at - 4), at + 1))
  }
  // An id that no aggregate has, among those that have gaps, and one past the end.
  expect(await read({ fromAggregateId: 2 })).toEqual(spans.slice(1, 6))
  expect(await read({ fromAggregateId: spans.at(-1)![0] + 1 })).toEqual([])
  expect(await read({})).toEqual(spans.slice(-5))
  expect(await read({ limit: 1000 })).toEqual(spans.slice(-1000))
  expect(await model.aggTrades({ symbol: 9, fromAggregateId: 1, limit: 5 })).toEqual([])
})
