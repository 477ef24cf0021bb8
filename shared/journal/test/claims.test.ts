import { afterAll, afterEach, expect, test } from 'vitest'
import { type Batch, JournalRolledBackError, openJournal, openLease, type PostgresJournal } from '../src/index.ts'
import { JOURNAL_END } from '../src/sql/journal-end.ts'
import { createDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

/*
 * After a fail-over to a replica that was behind, the head is an old one, with an old epoch. Later claims are
 * forgotten, and their numbers are given again.
 */
const database = await createDatabase()
const pool = openTestPool(database.url)
const opened: { close(): Promise<void> }[] = []
let shard = 0

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

function open(): PostgresJournal {
  const journal = openJournal(database.url, { shard })
  opened.push(journal)
  return journal
}

function batch(epoch: number, first: number, last: number, text: string): Batch {
  return { epoch, first, last, payload: Buffer.from(text) }
}

/** Returns a function that restores the present head and batches. */
async function replica(): Promise<() => Promise<void>> {
  const { rows } = await pool.query(
    `SELECT epoch, ${JOURNAL_END} AS last, claim FROM journal_head head WHERE shard = $1`,
    [shard],
  )
  const [{ epoch, last, claim } = { epoch: 0, last: 0, claim: null }] = rows
  return async () => {
    await pool.query('DELETE FROM journal_batch WHERE shard = $1 AND first_sequence > $2', [shard, last])
    await pool.query('UPDATE journal_head SET epoch = $2, last = $3, claim = $4 WHERE shard = $1', [
      shard,
      epoch,
      last,
      claim,
    ])
  }
}

/** Claims as a release without claim tokens does. */
const older = {
  claim: () =>
    pool.query(
      `INSERT INTO journal_head AS head (shard, epoch, last) VALUES ($1, 1, 0)
       ON CONFLICT (shard) DO UPDATE SET epoch = head.epoch + 1`,
      [shard],
    ),
  append: async ({ epoch, first, last, payload }: Batch): Promise<boolean> => {
    const { rowCount } = await pool.query(
      `WITH head AS (
         UPDATE journal_head SET last = $4::bigint
         WHERE shard = $1::integer AND epoch = $2::bigint AND last = $3::bigint - 1 RETURNING 1)
       INSERT INTO journal_batch (shard, epoch, first_sequence, last_sequence, payload)
       SELECT $1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bytea FROM head`,
      [shard, epoch, first, last, payload],
    )
    return rowCount === 1
  },
}

test('an epoch that is given twice belongs to the claim that the journal knows, and to no other', async () => {
  shard++
  const [a, b] = [open(), open()]
  await a.takeOver()
  expect(await a.append(batch(1, 1, 11, 'by a'))).toBe('appended')
  const failOver = await replica()
  expect(await b.takeOver()).toEqual({ epoch: 2, last: 11 })
  await failOver()
  expect(await a.takeOver()).toEqual({ epoch: 2, last: 11 })

  const pending = batch(2, 12, 13, 'by b')
  await expect(b.append(pending)).rejects.toBeInstanceOf(JournalRolledBackError)
  await expect(b.resolve(pending)).rejects.toBeInstanceOf(JournalRolledBackError)
  expect(await a.append(batch(2, 12, 13, 'by a'))).toBe('appended')
  await expect(b.append(pending)).rejects.toBeInstanceOf(JournalRolledBackError)
  const [last] = await Array.fromAsync(a.read(12))
  expect(String(last?.payload)).toBe('by a')
})

test('a batch of the same sequences with other bytes is not taken for ours', async () => {
  shard++
  const a = open()
  await a.takeOver()
  expect(await older.append(batch(1, 1, 2, 'by b'))).toBe(true)
  await expect(a.append(batch(1, 1, 2, 'by a'))).rejects.toBeInstanceOf(JournalRolledBackError)
  await expect(a.resolve(batch(1, 1, 2, 'by a'))).rejects.toBeInstanceOf(JournalRolledBackError)
  expect(await a.resolve(batch(1, 1, 2, 'by b'))).toBe('appended')
})

test('a process that is given an epoch which it had before detects that the journal lost rows', async () => {
  shard++
  const a = open()
  const failOver = await replica()
  await a.takeOver()
  await failOver()
  await expect(a.takeOver()).rejects.toThrow('the journal gives epoch 1, and gave 1 before')
})

test('a member that executed a batch that the journal lacks, or has with other bytes, does not claim', async () => {
  shard++
  const a = open()
  const lease = openLease(a, database.url, { shard, holder: 'a', url: 'ws://a/link', leaseMs: 60_000 })
  opened.push(lease)
  await lease.look()
  expect(await lease.claim()).toEqual({ epoch: 1, last: 0 })
  await a.append(batch(1, 1, 2, 'executed'))
  expect(await lease.claim(0, batch(1, 1, 2, 'executed'))).toEqual({ epoch: 2, last: 2 })
  await expect(lease.claim(0, batch(1, 1, 2, 'another'))).rejects.toBeInstanceOf(JournalRolledBackError)
  await expect(lease.claim(0, batch(1, 3, 3, 'lost'))).rejects.toThrow('lacks the batch up to 3')
})

test('a loss that an operator accepts lifts the halt, is recorded, and takes an epoch above all that were seen', async () => {
  shard++
  const a = open()
  await a.takeOver()
  await a.append(batch(1, 1, 2, 'kept'))
  const lease = openLease(a, database.url, { shard, holder: 'a', url: 'ws://a/link', leaseMs: 60_000 })
  opened.push(lease)
  await lease.look()
  await expect(a.release(7, 'lost', 'ines')).rejects.toThrow('the shard is not halted')
  expect(await a.confirm(undefined)).toMatchObject({ released: 0 })
  expect(await lease.halt('rows were lost', { epochSeen: 0, foundAt: 1 })).toBe(true)
  expect(await a.release(7, 'lost', 'ines')).toBe(2)
  expect((await lease.look()).halted).toBeUndefined()
  expect(await a.confirm(undefined)).toMatchObject({ head: { epoch: 8, last: 2 }, released: 8 })
  const { rows } = await pool.query('SELECT epoch, last, reason, operator FROM journal_release WHERE shard = $1', [
    shard,
  ])
  expect(rows).toEqual([{ epoch: '8', last: '2', reason: 'lost', operator: 'ines' }])
  expect(await lease.claim()).toEqual({ epoch: 9, last: 2 })
})

test('releases without claim tokens work beside this one, each fencing the other', async () => {
  shard++
  const ours = open()
  await older.claim()
  expect(await older.append(batch(1, 1, 1, 'older'))).toBe(true)
  expect(await ours.takeOver()).toEqual({ epoch: 2, last: 1 })
  expect(await older.append(batch(1, 2, 2, 'older'))).toBe(false)
  expect(await ours.append(batch(2, 2, 2, 'ours'))).toBe('appended')
  await older.claim()
  for (const movesHead of [false, true])
    expect(await ours.append({ ...batch(2, 3, 3, 'ours'), movesHead })).toBe('fenced')
  expect(await ours.resolve(batch(2, 3, 3, 'ours'))).toBe('fenced')
  expect(await older.append(batch(3, 3, 3, 'older'))).toBe(true)
  expect(await ours.takeOver()).toEqual({ epoch: 4, last: 3 })
})

test('batches that are appended again get an epoch above all that were seen', async () => {
  shard++
  const [a, b] = [open(), open()]
  await a.takeOver()
  await a.append(batch(1, 1, 2, 'kept'))
  const failOver = await replica()
  await b.takeOver()
  await b.takeOver()
  const lost = batch(3, 3, 4, 'lost')
  expect(await b.append(lost)).toBe('appended')
  await failOver()
  const lease = openLease(a, database.url, { shard, holder: 'a', url: 'ws://a/link', leaseMs: 60_000 })
  opened.push(lease)
  await lease.look()
  expect(await lease.halt('rows were lost', { epochSeen: 0, foundAt: 1 })).toBe(true)
  expect(await a.restore([batch(1, 1, 2, 'kept'), lost], 3)).toBe(1)
  expect(await a.head()).toEqual({ epoch: 4, last: 4 })
})
