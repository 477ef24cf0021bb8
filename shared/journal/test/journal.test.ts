import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import {
  JournalError,
  JournalGapError,
  JournalPrunedError,
  JournalRolledBackError,
  openJournal,
  type PostgresJournal,
  type StoredBatch,
} from '../src/index.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

let database: TestDatabase
let pool: Pool
const opened: PostgresJournal[] = []
let shard = 0

beforeAll(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url, { max: 2 })
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((journal) => journal.close()))
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** Each test has a shard of its own. */
function open(of = ++shard): PostgresJournal {
  const journal = openJournal(database.url, { shard: of })
  opened.push(journal)
  return journal
}

function batch(epoch: number, first: number, last = first): StoredBatch {
  return { epoch, first, last, payload: Buffer.from(`${epoch}:${first}-${last}`) }
}

async function collect(batches: AsyncIterable<StoredBatch>): Promise<StoredBatch[]> {
  return Array.fromAsync(batches)
}

test('a new shard is at epoch 0; taking over raises the epoch; batches are read back as they were written', async () => {
  const journal = open()
  expect(await journal.head()).toEqual({ epoch: 0, last: 0 })
  expect(await journal.takeOver()).toEqual({ epoch: 1, last: 0 })
  expect(await journal.append(batch(1, 1, 3))).toBe('appended')
  expect(await journal.append(batch(1, 4))).toBe('appended')
  expect(await journal.takeOver()).toEqual({ epoch: 2, last: 4 })
  expect(await journal.append(batch(2, 5, 9))).toBe('appended')
  expect(await journal.head()).toEqual({ epoch: 2, last: 9 })
  expect(await collect(journal.read(1))).toEqual([batch(1, 1, 3), batch(1, 4), batch(2, 5, 9)])
  expect(await collect(journal.read(3))).toEqual([batch(1, 1, 3), batch(1, 4), batch(2, 5, 9)])
  expect(await collect(journal.read(4, { through: 4 }))).toEqual([batch(1, 4)])
  expect(await collect(journal.read(10))).toEqual([])
})

test('a stale epoch changes no row', async () => {
  const [old, successor] = [open(), open(shard)]
  await old.takeOver()
  await old.append(batch(1, 1, 2))
  await successor.takeOver()
  const before = await pool.query('SELECT * FROM journal_head')
  expect(await old.append(batch(1, 3, 4))).toBe('fenced')
  expect(await old.resolve(batch(1, 3, 4))).toBe('fenced')
  expect((await pool.query('SELECT * FROM journal_head')).rows).toEqual(before.rows)
  expect(await collect(old.read(1))).toEqual([batch(1, 1, 2)])
  expect(await successor.append(batch(2, 3, 4))).toBe('appended')
})

test('appends in flight together: when one is not written, none after it is', async () => {
  const [old, successor] = [open(), open(shard)]
  await old.takeOver()
  expect(await Promise.all([1, 2, 3, 4].map((n) => old.append(batch(1, n))))).toEqual(Array(4).fill('appended'))
  await successor.takeOver()
  expect(await Promise.all([5, 6, 7].map((n) => old.append(batch(1, n))))).toEqual(Array(3).fill('fenced'))
  const results = await Promise.allSettled([6, 7, 5].map((n) => successor.append(batch(2, n))))
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(results.map((r) => r.status === 'rejected' && r.reason instanceof JournalGapError)).toEqual([
    true,
    true,
    false,
  ])
  expect(await collect(successor.read(5))).toEqual([batch(2, 5)])
})

test('a batch refused by PostgreSQL is absent, and so are those behind it', async () => {
  const journal = open()
  await journal.takeOver()
  const results = await Promise.allSettled([
    journal.append(batch(1, 1)),
    // No sequence is a fraction.
    journal.append(batch(1, 2, 2.5)),
    journal.append(batch(1, 3)),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
  expect(results[1]).toMatchObject({ reason: { outcome: 'absent', cause: { code: '22P02' } } })
  expect(results[2]).toMatchObject({ reason: { name: 'JournalGapError' } })
  expect(await journal.append(batch(1, 2))).toBe('appended')
})

test('appending a batch again, or resolving it, finds it', async () => {
  const journal = open()
  await journal.takeOver()
  await journal.append(batch(1, 1, 5))
  await journal.append(batch(1, 6))
  expect(await journal.append(batch(1, 1, 5))).toBe('appended')
  expect(await journal.resolve(batch(1, 1, 5))).toBe('appended')
  expect(await journal.resolve(batch(1, 7))).toBe('absent')
  await expect(journal.append(batch(1, 4, 6))).rejects.toBeInstanceOf(JournalError)
  expect(await journal.head()).toEqual({ epoch: 1, last: 6 })
})

test('a writer that is ahead of the journal gets an error', async () => {
  const journal = open()
  await journal.takeOver()
  await journal.append(batch(1, 1, 5))
  await expect(journal.append(batch(2, 6))).rejects.toBeInstanceOf(JournalRolledBackError)
  const ahead = journal.tail(9, new AbortController().signal)
  await expect(collect(ahead)).rejects.toBeInstanceOf(JournalRolledBackError)
})

test('skips are decided once, only for journaled commands, and fence a leader that does not know them', async () => {
  const journal = open()
  const { epoch } = await journal.takeOver()
  await journal.append(batch(epoch, 1, 5))
  expect(await journal.skipped()).toEqual(new Set())
  await journal.skip(3, 'poison', 'ann')
  await journal.skip(3, 'again', 'bob')
  await expect(journal.skip(6, 'not there', 'ann')).rejects.toThrow('sequence 6 is not in the journal')
  expect(await journal.skipped()).toEqual(new Set([3]))
  expect(await journal.append(batch(epoch, 6))).toBe('fenced')
  const { rows } = await pool.query('SELECT reason, operator FROM journal_skip WHERE shard = $1', [shard])
  expect(rows).toEqual([{ reason: 'poison', operator: 'ann' }])
})

test('reading crosses partitions, which are made ahead; a removed batch is an error', async () => {
  const own = await createDatabase()
  const journal = openJournal(own.url, { shard: 0 })
  const inspect = openTestPool(own.url)
  try {
    await inspect.query('INSERT INTO journal_head VALUES (0, 0, 9999990)')
    const { epoch, last } = await journal.takeOver()
    const firsts = Array.from({ length: 20 }, (_, i) => last + 1 + i)
    for (const first of firsts) expect(await journal.append(batch(epoch, first))).toBe('appended')
    expect((await collect(journal.read(last + 1))).map((b) => b.first)).toEqual(firsts)
    const { rows } = await inspect.query(
      'SELECT tableoid::regclass::text AS name, count(*) FROM journal_batch GROUP BY 1 ORDER BY 1',
    )
    expect(rows).toEqual([
      { name: 'journal_batch_p0', count: '9' },
      { name: 'journal_batch_p10000000', count: '11' },
    ])
    await inspect.query('ALTER TABLE journal_batch DETACH PARTITION journal_batch_p0')
    await expect(collect(journal.read(last + 1))).rejects.toBeInstanceOf(JournalPrunedError)
    expect((await collect(journal.read(10_000_003))).map((b) => b.first)).toEqual(firsts.slice(12))
  } finally {
    await journal.close()
    await inspect.end()
    await own.drop()
  }
})

test('a tail reads existing batches and then each batch as it is written, in order', async () => {
  const journal = open()
  const { epoch } = await journal.takeOver()
  const stop = new AbortController()
  for (let n = 1; n <= 300; n++) await journal.append(batch(epoch, n))
  const seen: number[] = []
  const half = Promise.withResolvers<void>()
  const following = (async () => {
    for await (const { first } of journal.tail(101, stop.signal)) {
      seen.push(first)
      if (first === 300) half.resolve()
      if (first === 400) stop.abort()
    }
  })()
  await half.promise
  for (let n = 301; n <= 400; n++) await journal.append(batch(epoch, n))
  await following
  expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => 101 + i))
})
