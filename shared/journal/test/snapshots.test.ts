import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { openJournal, type PostgresJournal } from '../src/index.ts'
import { SNAPSHOT_CHUNK_BYTES } from '../src/snapshots.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

let database: TestDatabase
let journal: PostgresJournal
let pool: Pool

beforeAll(async () => {
  database = await createDatabase()
  journal = openJournal(database.url, { shard: 7 })
  pool = openTestPool(database.url)
})
beforeEach(async () => {
  await pool.query('DELETE FROM journal_snapshot')
})
afterAll(async () => {
  await journal.close()
  await pool.end()
  await database.drop()
})

test('snapshots of several chunks are read back whole; the newest not after a sequence is chosen', async () => {
  const bytes = randomBytes(2 * SNAPSHOT_CHUNK_BYTES + 17)
  expect(await journal.latestSnapshot()).toBeUndefined()
  await journal.saveSnapshot({ sequence: 10, bytes })
  await journal.saveSnapshot({ sequence: 20, bytes: new Uint8Array(0) })
  expect(await journal.latestSnapshot()).toEqual({ sequence: 20, bytes: Buffer.alloc(0), damaged: [] })
  expect(await journal.latestSnapshot(20)).toMatchObject({ sequence: 20 })
  const older = await journal.latestSnapshot(19)
  expect(older?.sequence).toBe(10)
  expect(older?.bytes.equals(bytes)).toBe(true)
  expect(await journal.latestSnapshot(9)).toBeUndefined()
})

test('the newest is that of the highest sequence, whichever was saved last', async () => {
  for (const sequence of [20, 30, 10]) await journal.saveSnapshot({ sequence, bytes: Buffer.from(String(sequence)) })
  expect(await journal.latestSnapshot()).toMatchObject({ sequence: 30, bytes: Buffer.from('30') })
  expect(await journal.latestSnapshot(29)).toMatchObject({ sequence: 20 })
  expect(await journal.newestSnapshot()).toMatchObject({ sequence: 30 })
  await journal.pruneSnapshots(2)
  expect(await journal.latestSnapshot(19)).toBeUndefined()
  expect(await journal.latestSnapshot()).toMatchObject({ sequence: 30 })
})

test('an incomplete snapshot is invisible', async () => {
  await journal.saveSnapshot({ sequence: 10, bytes: Buffer.from('old') })
  await journal.saveSnapshot({ sequence: 20, bytes: Buffer.from('new') })
  await pool.query('UPDATE journal_snapshot SET complete = false WHERE sequence = 20')
  expect(await journal.latestSnapshot()).toMatchObject({ sequence: 10, damaged: [] })
})

test('a damaged snapshot is skipped and named; only damaged ones are an error', async () => {
  await journal.saveSnapshot({ sequence: 10, bytes: Buffer.from('old') })
  await journal.saveSnapshot({ sequence: 20, bytes: Buffer.from('new') })
  await pool.query(
    `UPDATE journal_snapshot_chunk SET bytes = '\\x6e6578'
     WHERE snapshot = (SELECT id FROM journal_snapshot WHERE sequence = 20)`,
  )
  expect(await journal.latestSnapshot()).toEqual({ sequence: 10, bytes: Buffer.from('old'), damaged: [20] })
  await pool.query('DELETE FROM journal_snapshot_chunk')
  await expect(journal.latestSnapshot()).rejects.toThrow('every snapshot is damaged: 20, 10')
})

test('pruning keeps the newest, and attempts that may still be under way', async () => {
  for (const sequence of [10, 20, 30, 40]) await journal.saveSnapshot({ sequence, bytes: Buffer.from('x') })
  await pool.query('UPDATE journal_snapshot SET complete = false WHERE sequence IN (10, 20)')
  await pool.query(`UPDATE journal_snapshot SET created_at = now() - interval '2 hours' WHERE sequence = 20`)
  await journal.pruneSnapshots(1)
  const { rows } = await pool.query('SELECT sequence FROM journal_snapshot ORDER BY sequence')
  expect(rows.map((row) => row.sequence)).toEqual(['10', '40'])
  const chunks = await pool.query('SELECT count(*) FROM journal_snapshot_chunk')
  expect(chunks.rows).toEqual([{ count: '2' }])
})
