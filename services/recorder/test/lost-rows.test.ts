import { openJournal, openLease, type Batch, type PostgresJournal, type PostgresLease } from '@uptick/journal'
import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SeenBatch } from '../src/seen-batch.ts'
import { RandomFlow } from './random-flow.ts'
import { WatchedRecorder } from './watched-recorder.ts'

const BATCHES = 20
const LOST = 5

let database: TestDatabase
let pool: Pool
let journal: PostgresJournal
let lease: PostgresLease
let recorder: WatchedRecorder
/** All that was recorded, and what of it was lost. */
let batches: Batch[]
let lost: Batch[]

beforeEach(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url, { max: 2 })
  journal = openJournal(database.url, { shard: 0 })
  lease = openLease(journal, database.url, { shard: 0, holder: 'test', url: '', leaseMs: 1_500 })
  await lease.look()
  const { epoch } = await journal.takeOver()
  const flow = new RandomFlow(7)
  batches = Array.from({ length: BATCHES }, () => flow.batch(epoch))
  for (const batch of batches) await journal.append(batch)
  lost = batches.slice(-LOST)
  recorder = new WatchedRecorder(database.url, 0)
  await recorder.until(() => recorder.through === flow.exchange.sequence)
})

afterEach(async () => {
  await recorder.stop()
  await lease.close()
  await journal.close()
  await pool.end()
  await database.drop()
})

/** A fail-over to a replica that was behind takes back what was recorded, too. */
async function loseRows(): Promise<void> {
  const last = lost[0]!.first - 1
  await pool.query('DELETE FROM journal_batch WHERE first_sequence > $1', [last])
  await pool.query('UPDATE journal_head SET last = $1', [last])
  // To the beginning: that is consistent, too.
  await pool.query(
    'TRUNCATE read_offset, definitions, orders, trades, balances, balance_changes, candles, prevented_matches',
  )
}

async function untilHalted(): Promise<string> {
  let { halted } = await lease.look()
  while (halted === undefined) ({ halted } = await lease.look())
  return halted
}

const seen = (): string => `recorder-1: ${batches.at(-1)!.last} was read under epoch 1, and the journal `

test('a journal that ends before what was recorded halts the shard; after the repair the recorder continues', async () => {
  await loseRows()
  await recorder.follower.looked(await journal.head())
  expect((await lease.look()).halted).toBe(`${seen()}ends at ${lost[0]!.first - 1}`)
  // The reason of the first one stays.
  await recorder.follower.looked(await journal.head())
  const { head } = await lease.look()
  expect(head.epoch).toBe(2)

  expect(await journal.restore(lost, head.epoch)).toBe(LOST)
  await lease.lift()
  const { epoch } = await journal.takeOver()
  const flow = new RandomFlow(7)
  for (let count = 0; count < BATCHES; count++) flow.batch(1)
  expect(await journal.append(flow.batch(epoch))).toBe('appended')
  await recorder.until(() => recorder.through === flow.exchange.sequence)
  expect(recorder.haltReason).toBeUndefined()
})

test('a journal that has continued with other batches halts it as well; after a release the recorder follows it', async () => {
  await loseRows()
  // The same history up to what was lost, and then another one, which is longer than that was: one command of it is nothing.
  const { first } = lost[0]!
  await pool.query("INSERT INTO journal_skip (shard, sequence, reason, operator) VALUES (0, $1, 'test', 'test')", [
    first,
  ])
  const flow = new RandomFlow(7)
  flow.skips.add(first)
  for (let count = 0; count < BATCHES - LOST; count++) flow.batch(1)
  const { epoch } = await journal.takeOver()
  while (flow.exchange.sequence <= batches.at(-1)!.last + 1) await journal.append(flow.batch(epoch))
  expect(await untilHalted()).toBe(`${seen()}holds another batch there`)
  expect(recorder.haltReason).toBeUndefined()

  await journal.release(1, 'accepted', 'test')
  const next = await journal.takeOver()
  await journal.append(flow.batch(next.epoch))
  await recorder.until(() => recorder.through === flow.exchange.sequence)
  expect(recorder.haltReason).toBeUndefined()
})

test('a server that is behind causes no halt', async () => {
  await recorder.follower.looked({ epoch: 1, last: 3 })
  await recorder.follower.looked({ epoch: 0, last: batches.at(-1)!.last })
  expect((await lease.look()).halted).toBeUndefined()
})

test('what has moved to the archive is not lost', async () => {
  const old = new SeenBatch(() => openJournal(database.url, { shard: 0 }), 'recorder-2')
  const { payload, ...batch } = batches[3]!
  old.read({ ...batch, payload: Buffer.from(payload) })
  expect(await old.standing()).toEqual({ is: 'there' })
  await pool.query('DELETE FROM journal_batch WHERE first_sequence <= $1', [batches[5]!.last])
  expect(await old.standing()).toEqual({ is: 'there' })
  expect((await lease.look()).halted).toBeUndefined()
})
