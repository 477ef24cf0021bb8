import type { Pool } from 'pg'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal, openLease, type PostgresJournal, type PostgresLease } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { createDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

const database = await createDatabase()
const pool: Pool = openTestPool(database.url)
let shard = 0
let journal: PostgresJournal
let lease: PostgresLease

beforeEach(async () => {
  shard++
  journal = openJournal(database.url, { shard })
  lease = openLease(journal, database.url, { shard, holder: 'a', url: 'ws://a/link', leaseMs: 60_000 })
  await lease.look()
})

afterEach(async () => {
  await lease.close()
  await journal.close()
})

afterAll(async () => {
  await pool.end()
  await database.drop()
})

const halted = async (): Promise<string | undefined> => (await lease.look()).halted

test('a loss halts the shard only while the epoch is the one at which it was found', async () => {
  await lease.claim()
  const { epoch } = await journal.takeOver()
  expect(epoch).toBe(2)
  expect(await lease.halt('found too early', { epochSeen: 1, foundAt: 1 })).toBe(false)
  expect(await journal.halt('found too early', { epochSeen: 1, foundAt: 1 })).toBe(false)
  expect(await halted()).toBeUndefined()
  expect(await journal.head()).toEqual({ epoch: 2, last: 0 })
  expect(await lease.halt('found now', { epochSeen: 6, foundAt: 2 })).toBe(true)
  expect(await halted()).toBe('found now')
  expect(await journal.head()).toEqual({ epoch: 7, last: 0 })
})

test('a decision that is made while the halt waits goes first', async () => {
  await lease.claim()
  expect(await lease.halt('one', { epochSeen: 0, foundAt: 1 })).toBe(true)
  const decision = await pool.connect()
  try {
    await decision.query('BEGIN')
    await decision.query('UPDATE journal_lease SET halted = NULL WHERE shard = $1', [shard])
    await decision.query('UPDATE journal_head SET epoch = epoch + 1 WHERE shard = $1', [shard])
    const late = lease.halt('another, found before', { epochSeen: 0, foundAt: 2 })
    const waiting = 'SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))'
    while ((await decision.query(waiting)).rowCount === 0);
    await decision.query('COMMIT')
    expect(await late).toBe(false)
  } finally {
    decision.release()
  }
  expect(await halted()).toBeUndefined()
})

test('a journal that has lost its head as well is halted, above all epochs that were seen', async () => {
  await administer(database.url, `DELETE FROM journal_head WHERE shard = ${shard}`)
  expect(await lease.halt('all is lost', { epochSeen: 4, foundAt: 0 })).toBe(true)
  expect(await halted()).toBe('all is lost')
  await lease.lift()
  expect(await lease.claim()).toEqual({ epoch: 6, last: 0 })
})
