import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { Command, EventKind, readOutcome, type TradeEvent } from '@uptick/core'
import { type Batch, openJournal, type PostgresJournal } from '@uptick/journal'
import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { BatchReader, RecordWriter, encodeBatch, encodeCommand } from '@uptick/protocol'
import { CANDLE_INTERVALS, openReadModel, openTimeOf, type ReadModel } from '@uptick/readmodel'
import { RandomFlow } from './random-flow.ts'
import { readTables } from './tables.ts'
import { WatchedRecorder } from './watched-recorder.ts'

let database: TestDatabase
let pool: Pool
let journal: PostgresJournal
let model: ReadModel
const recorders: WatchedRecorder[] = []

beforeEach(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url, { max: 2 })
  journal = openJournal(database.url, { shard: 0 })
  model = openReadModel(database.url, { shard: 0 })
})
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()))
  await Promise.all([journal.close(), model.close(), pool.end()])
  await database.drop()
})

function start(options = {}): WatchedRecorder {
  const recorder = new WatchedRecorder(database.url, 0, options)
  recorders.push(recorder)
  return recorder
}

/** A flow of `count` batches, appended to the journal; returns them and every trade. */
async function lead(flow: RandomFlow, count: number): Promise<{ batches: Batch[]; trades: TradeEvent[] }> {
  const { epoch } = await journal.takeOver()
  const batches: Batch[] = []
  const trades: TradeEvent[] = []
  flow.onOutcome = (words) => {
    for (const event of readOutcome(words, 0).events) if (event.kind === EventKind.TRADE) trades.push(event)
  }
  for (let i = 0; i < count; i++) {
    const batch = flow.batch(epoch)
    batches.push(batch)
    expect(await journal.append(batch)).toBe('appended')
  }
  return { batches, trades }
}

test('after a random flow the tables agree with the views of the core', async () => {
  const flow = new RandomFlow(42)
  const recorder = start()
  const { trades } = await lead(flow, 150)
  const { exchange } = flow
  await recorder.until(() => recorder.through === exchange.sequence)
  expect(await model.recordedThrough()).toBe(exchange.sequence)
  const { rows: accounts } = await pool.query<{ account: number }>('SELECT DISTINCT account FROM balances ORDER BY 1')
  expect(accounts.map(({ account }) => account)).toEqual([1, 2, 3, 4, 5, 6])
  let open = 0
  for (const { account } of accounts) {
    const balances = await model.balances(account)
    expect(balances.map(({ asset, free, locked }) => ({ asset, free, locked }))).toEqual(
      exchange.account(account)?.balances.map(({ asset, free, locked }) => ({ asset, free, locked })),
    )
    for (const { asset, free, locked } of balances) {
      const changes = await model.balanceChanges(account, asset, 0, 100_000)
      expect(changes.reduce((sum, change) => sum + change.freeDelta, 0n)).toBe(free)
      expect(changes.reduce((sum, change) => sum + change.lockedDelta, 0n)).toBe(locked)
    }
    for (const order of exchange.openOrders(account)) {
      expect(await model.orderById(account, order.orderId)).toMatchObject(order)
      open++
    }
  }
  // 1 NEW, 2 PARTIALLY_FILLED: nothing else is open.
  const { rows: recordedOpen } = await pool.query('SELECT 1 FROM orders WHERE status IN (1, 2)')
  expect(recordedOpen).toHaveLength(open)
  expect(open).toBeGreaterThan(10)
  for (const symbol of [0, 1]) {
    const own = trades.filter((trade) => trade.symbol === symbol)
    const recorded = await model.tradesFrom(symbol, 1, 100_000)
    expect(recorded).toMatchObject(
      own.map(({ tradeId, price, quantity, quote, buyerIsMaker }) => ({
        tradeId,
        price,
        quantity,
        quote,
        buyerIsMaker,
      })),
    )
    expect(own.length).toBeGreaterThan(100)
  }
  expect((await model.definitions('symbol')).map(({ id }) => id)).toEqual([0, 1])
})

test('fees of both sides: what accounts paid is what the core collected', async () => {
  const flow = new RandomFlow(7)
  const recorder = start()
  await lead(flow, 80)
  await recorder.until(() => recorder.through === flow.exchange.sequence)
  const { rows } = await pool.query<{ asset: number; fees: string }>(`
    SELECT asset, sum(fee) AS fees FROM (
      SELECT maker_fee_asset AS asset, maker_fee AS fee FROM trades
      UNION ALL SELECT taker_fee_asset, taker_fee FROM trades) AS paid
    GROUP BY asset ORDER BY asset`)
  const collected = flow.exchange.totals().filter(({ fees }) => fees !== 0n)
  expect(rows.map(({ asset, fees }) => ({ asset, fees: BigInt(fees) })).filter(({ fees }) => fees !== 0n)).toEqual(
    collected.map(({ asset, fees }) => ({ asset, fees })),
  )
  expect(collected).toHaveLength(3)
})

test('candles agree with a naive grouping of the recorded trades', async () => {
  const flow = new RandomFlow(3)
  const recorder = start({ transactionCommandsMax: 37 })
  await lead(flow, 100)
  await recorder.until(() => recorder.through === flow.exchange.sequence)
  for (const symbol of [0, 1]) {
    const trades = await model.tradesFrom(symbol, 1, 100_000)
    for (const interval of CANDLE_INTERVALS) {
      const groups = Map.groupBy(trades, ({ time }) => openTimeOf(interval, time))
      const candles = await model.latestCandles(symbol, interval, 100_000)
      expect(candles.map(({ openTime }) => openTime)).toEqual([...groups.keys()])
      expect(candles).toMatchObject(
        [...groups.values()].map((group) => ({
          open: group[0]?.price,
          high: Math.max(...group.map(({ price }) => price)),
          low: Math.min(...group.map(({ price }) => price)),
          close: group.at(-1)!.price,
          volume: group.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n),
          quoteVolume: group.reduce((sum, { quote }) => sum + quote, 0n),
          count: group.length,
          lastTradeId: group.at(-1)!.tradeId,
        })),
      )
    }
  }
})

test('exactly once: transactions aborted, connections killed and recorders restarted change nothing', async () => {
  const calm = await createDatabase()
  const calmPool = openTestPool(calm.url)
  const calmJournal = openJournal(calm.url, { shard: 0 })
  const flow = new RandomFlow(11)
  const { batches } = await lead(flow, 120)
  const { epoch } = await calmJournal.takeOver()
  for (const batch of batches) await calmJournal.append({ ...batch, epoch })
  const calmRecorder = new WatchedRecorder(calm.url, 0)
  await calmRecorder.until(() => calmRecorder.through === flow.exchange.sequence)

  const snapshots = { commands: 300, seconds: 3600, kept: 2 }
  let restarts = 0
  for (let done = false; !done; restarts++) {
    const recorder = start({ transactionCommandsMax: 1 + (restarts % 60), snapshots })
    await recorder.until(() => recorder.restoredAt.length > 0)
    const target = Math.min(flow.exchange.sequence, recorder.through + 150)
    const axe = restarts % 2 === 0 ? killWhile(recorder, target) : recorder.until(() => recorder.through >= target)
    await axe
    done = recorder.through === flow.exchange.sequence
    await recorder.stop()
    recorders.pop()
  }
  expect(restarts).toBeGreaterThan(5)
  expect(await readTables(pool)).toEqual(await readTables(calmPool))
  await Promise.all([calmRecorder.stop(), calmJournal.close(), calmPool.end()])
  await calm.drop()
})

/** End the recorder's backends again and again until it has come to `target` in spite of it. */
async function killWhile(recorder: WatchedRecorder, target: number): Promise<void> {
  for (let kills = 0; recorder.through < target; kills++) {
    const before = recorder.through
    await pool.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name IN ('uptick-recorder', 'uptick-journal')`)
    if (kills < 5) await new Promise(setImmediate)
    else await recorder.until(() => recorder.through > before)
  }
}

test('snapshots are saved behind the offset, old ones removed, and a restart begins with the newest', async () => {
  const flow = new RandomFlow(5)
  const snapshots = { commands: 200, seconds: 3600, kept: 2 }
  const first = start({ transactionCommandsMax: 50, snapshots })
  await lead(flow, 60)
  await first.until(() => first.through === flow.exchange.sequence && first.snapshots.length >= 3)
  await first.stop()
  recorders.pop()
  const { rows } = await pool.query<{ sequence: string }>('SELECT sequence FROM journal_snapshot WHERE complete')
  expect(rows).toHaveLength(2)
  const snapshot = await journal.latestSnapshot()
  expect(snapshot?.sequence).toBe(first.snapshots.at(-1))
  // Batches in the snapshot are not read again: the recorder continues even if they are no longer there.
  await pool.query('DELETE FROM journal_batch WHERE last_sequence <= $1', [snapshot?.sequence])
  const second = start({ snapshots })
  await second.until(() => second.restoredAt.length > 0)
  expect(second.restoredAt).toEqual([flow.exchange.sequence])
  await lead(flow, 5)
  await second.until(() => second.through === flow.exchange.sequence)
})

test('a restart begins with a snapshot that is not newer than what is recorded, though the journal has one', async () => {
  const flow = new RandomFlow(6)
  const first = start({ transactionCommandsMax: 50, snapshots: { commands: 100, seconds: 3600, kept: 2 } })
  await lead(flow, 20)
  await first.until(() => first.through === flow.exchange.sequence && first.snapshots.length > 0)
  await first.stop()
  recorders.pop()
  const offset = flow.exchange.sequence
  // A standby engine saves one while no recorder runs.
  const { batches } = await lead(flow, 5)
  await journal.saveSnapshot({ sequence: flow.exchange.sequence, bytes: flow.exchange.snapshot() })
  await lead(flow, 5)
  const second = start()
  await second.until(() => second.through === flow.exchange.sequence || second.haltReason !== undefined)
  expect([second.haltReason, second.restoredAt]).toEqual([undefined, [offset]])
  const { rows } = await pool.query('SELECT 1 FROM orders WHERE sequence > $1 AND sequence <= $2', [
    offset,
    batches.at(-1)!.last,
  ])
  expect(rows.length).toBeGreaterThan(0)
})

test('a batch whose running hash differs halts the recorder; what came before stays', async () => {
  const flow = new RandomFlow(9)
  const recorder = start()
  await lead(flow, 5)
  const good = flow.exchange.sequence
  const { epoch } = await journal.takeOver()
  await journal.append(flow.batch(epoch, 1n))
  await recorder.until(() => recorder.haltReason !== undefined)
  expect(recorder.haltReason).toBe('the running hash differs from the one in the journal')
  expect(await model.recordedThrough()).toBe(good)
})

test('a command that breaks the state machine is contained: what came before is recorded, nothing after', async () => {
  const flow = new RandomFlow(15)
  const recorder = start()
  await lead(flow, 5)
  const good = flow.exchange.sequence
  const { epoch } = await journal.takeOver()
  const batch = flow.batch(epoch)
  const reader = new BatchReader().open(batch.payload)
  const { hashBefore = 0n, firstSequence } = reader
  const records = new RecordWriter()
  encodeCommand(new Command(), records)
  // Journaled time never runs backwards; the state machine asserts it.
  const payload = encodeBatch({ firstSequence, epoch, hashBefore, records, times: [1], count: 1 })
  await journal.append({ epoch, first: firstSequence, last: firstSequence, payload })
  await recorder.until(() => recorder.troubles.length > 0)
  expect(recorder.troubles).toMatchObject([{ name: 'PoisonError', sequence: firstSequence }])
  expect(recorder.isFollowing).toBe(false)
  expect(await model.recordedThrough()).toBe(good)
})

test('a command that an operator decided to skip is never executed', async () => {
  const flow = new RandomFlow(17)
  await lead(flow, 5)
  const skipped = flow.exchange.sequence + 1
  flow.skips.add(skipped)
  await lead(flow, 1)
  await journal.skip(skipped, 'poison', 'ann')
  await lead(flow, 5)
  const recorder = start()
  await recorder.until(() => recorder.through === flow.exchange.sequence || recorder.haltReason !== undefined)
  expect(recorder.haltReason).toBeUndefined()
  const { rows } = await pool.query('SELECT 1 FROM orders WHERE sequence = $1', [skipped])
  expect(rows).toEqual([])
})

test('two recorders of one journal: each transaction is recorded by one of them', async () => {
  const flow = new RandomFlow(13)
  const pair = [start({ transactionCommandsMax: 20 }), start({ transactionCommandsMax: 30 })]
  const { trades } = await lead(flow, 60)
  await Promise.all(pair.map((recorder) => recorder.until(() => recorder.through === flow.exchange.sequence)))
  const { rows } = await pool.query<{ count: string }>('SELECT count(*) FROM trades')
  expect(rows).toEqual([{ count: String(trades.length) }])
})
