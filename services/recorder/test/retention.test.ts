import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { Command, CommandKind, Exchange } from '@uptick/core'
import { FolderStore, JournalArchive, openJournal, type PostgresJournal, Retention } from '@uptick/journal'
import { createDatabase, makeSmallPartitions, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { readOffsets } from '@uptick/readmodel'
import { confirmSnapshot } from '../src/confirm-snapshot.ts'
import { RandomFlow } from './random-flow.ts'
import { readTables } from './tables.ts'
import { WatchedRecorder } from './watched-recorder.ts'

const SEQUENCES = 250
const snapshots = { commands: 200, seconds: 3600, kept: 3 }

let database: TestDatabase
let pool: Pool
let journal: PostgresJournal
let folder: string
let archive: JournalArchive
let retention: Retention
const recorders: WatchedRecorder[] = []

beforeEach(async () => {
  database = await createDatabase()
  await makeSmallPartitions(database.url, SEQUENCES, 5_000)
  pool = openTestPool(database.url, { max: 2 })
  journal = openJournal(database.url, { shard: 0, partitionSequences: SEQUENCES })
  folder = mkdtempSync(join(tmpdir(), 'uptick-retention-'))
  archive = new JournalArchive(new FolderStore(folder))
  retention = new Retention(database.url, {
    shard: 0,
    archive,
    keptSeconds: 0,
    recorded: readOffsets,
    confirm: (through, atMost) => confirmSnapshot(journal, through, atMost),
  })
})
afterEach(async () => {
  await Promise.all(recorders.splice(0).map((recorder) => recorder.stop()))
  await Promise.all([journal.close(), retention.close(), pool.end()])
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})

/** Record `batches` of the flow, with snapshots on the way, and have what they confirm removed. */
async function recordAndRetain(flow: RandomFlow, batches: number): Promise<readonly string[]> {
  const recorder = new WatchedRecorder(database.url, 0, { transactionCommandsMax: 50, snapshots })
  recorders.push(recorder)
  const { epoch } = await journal.takeOver()
  for (let i = 0; i < batches; i++) await journal.append(flow.batch(epoch))
  await recorder.until(() => recorder.through === flow.exchange.sequence && recorder.snapshots.length >= 3)
  await recorder.stop()
  recorders.pop()
  return (await retention.pass()).removed
}

test('the read model is built anew from archive and journal, and is what it was', async () => {
  const flow = new RandomFlow(31)
  expect((await recordAndRetain(flow, 120)).length).toBeGreaterThan(1)
  const { first } = await retention.measure()
  expect(first).toBeGreaterThan(SEQUENCES)
  const before = await readTables(pool)
  for (const table of Object.keys(before)) await pool.query(`TRUNCATE ${table}`)
  // Nothing to start from but the first sequence: the recorder has no snapshot that is not newer than its offset.
  const recorder = new WatchedRecorder(database.url, 0, { archive })
  recorders.push(recorder)
  await recorder.until(() => recorder.through === flow.exchange.sequence || recorder.haltReason !== undefined)
  expect(recorder.haltReason).toBeUndefined()
  expect(recorder.restoredAt).toEqual([0])
  expect(await readTables(pool)).toEqual(before)
  // It continues with what is journaled now.
  const { epoch } = await journal.takeOver()
  await journal.append(flow.batch(epoch))
  await recorder.until(() => recorder.through === flow.exchange.sequence)
})

test('while a read model is being built anew nothing is removed', async () => {
  const flow = new RandomFlow(33)
  await recordAndRetain(flow, 60)
  const { first } = await retention.measure()
  await pool.query('TRUNCATE read_offset')
  const { epoch } = await journal.takeOver()
  for (let i = 0; i < 60; i++) await journal.append(flow.batch(epoch))
  expect(await retention.pass()).toEqual({ archived: [], removed: [] })
  expect((await retention.measure()).first).toBe(first)
})

test('a snapshot that is not the state of the journal keeps the journal', async () => {
  const flow = new RandomFlow(35)
  const { epoch } = await journal.takeOver()
  while (flow.exchange.sequence <= 2 * SEQUENCES) await journal.append(flow.batch(epoch))
  const { sequence, time } = flow.exchange
  const good = flow.exchange.snapshot()
  await journal.append(flow.batch(epoch))
  // As many commands, but others.
  const other = new Exchange({ shard: 0 })
  for (let n = 1; n <= sequence; n++) other.execute(Object.assign(new Command(), { kind: CommandKind.TICK }), n, time)
  for (let n = 0; n < 2; n++) await journal.saveSnapshot({ sequence, bytes: other.snapshot() })
  await pool.query('INSERT INTO read_offset (shard, sequence, journal_time) VALUES (0, $1, 0)', [sequence])
  await expect(retention.pass()).rejects.toThrow('a snapshot differs from the state that the journal continues from')
  expect((await retention.measure()).first).toBe(1)
  await pool.query('DELETE FROM journal_snapshot')
  for (let n = 0; n < 2; n++) await journal.saveSnapshot({ sequence, bytes: good })
  expect((await retention.pass()).removed).toHaveLength(2)
})
