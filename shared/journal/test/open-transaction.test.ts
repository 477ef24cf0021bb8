import { Client } from 'pg'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type Batch, JournalGapError, JournalRolledBackError, openJournal, type PostgresJournal } from '../src/index.ts'
import { appendBatch } from '../src/sql/append-batch.ts'
import { createDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

/*
 * A transaction that stays open – a dump, a forgotten session – keeps every dead row version of the database. An append
 * that made one in the head row would read all that were made before it.
 */
const database = await createDatabase()
const pool = openTestPool(database.url, { max: 2 })
const opened: PostgresJournal[] = []
let shard = 0

beforeEach(() => {
  shard++
})
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close()
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

function batch(epoch: number, first: number, last = first, text = `${first}`): Batch {
  return { epoch, first, last, payload: Buffer.from(text) }
}

/** Statements of a release that moves the head row on with each append, and finds the journal's end there. */
const older = {
  claim: async () => {
    const { rows } = await pool.query<{ epoch: string; last: string; claim: string }>(
      `INSERT INTO journal_head AS head (shard, epoch, last, claim) VALUES ($1, 1, 0, gen_random_uuid())
       ON CONFLICT (shard) DO UPDATE SET epoch = head.epoch + 1, claim = gen_random_uuid()
       RETURNING epoch, last, claim`,
      [shard],
    )
    return { epoch: Number(rows[0]!.epoch), last: Number(rows[0]!.last), claim: rows[0]!.claim }
  },
}

/** Bytes of all head rows, dead ones included. */
async function headBytes(): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(`SELECT pg_relation_size('journal_head') AS bytes`)
  return Number(rows[0]!.bytes)
}

test('appends beside an open transaction leave no dead row versions for the next ones to read', async () => {
  const journal = open()
  const { epoch } = await journal.takeOver()
  const held = new Client({ connectionString: database.url })
  await held.connect()
  try {
    await held.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await held.query('SELECT 1 FROM journal_head')
    const before = await headBytes()
    for (let sequence = 1; sequence <= 500; sequence++) await journal.append(batch(epoch, sequence))
    expect(await headBytes()).toBe(before)
    // What an older release reads is one version more each time: the same number fills pages.
    for (let sequence = 501; sequence <= 1_000; sequence++) {
      if (sequence === 501) await journal.takeOver()
      await journal.append({ ...batch(epoch + 1, sequence), movesHead: true })
    }
    expect(await headBytes()).toBeGreaterThan(before)
    expect(await journal.head()).toEqual({ epoch: epoch + 1, last: 1_000 })
  } finally {
    await held.end()
  }
})

test('the end is the last batch for looks, claims, resolutions of an append and skips', async () => {
  const journal = open()
  await journal.takeOver()
  await journal.append(batch(1, 1, 4))
  await journal.append(batch(1, 5, 9))
  expect(await journal.head()).toEqual({ epoch: 1, last: 9 })
  expect(await open().head()).toEqual({ epoch: 1, last: 9 })
  expect(await journal.resolve(batch(1, 10))).toBe('absent')
  expect(await journal.resolve(batch(1, 5, 9))).toBe('appended')
  expect((await journal.confirm(batch(1, 5, 9))).head).toEqual({ epoch: 1, last: 9 })
  await expect(journal.skip(10, 'poison', 'op')).rejects.toThrow('is not in the journal')
  await journal.skip(9, 'poison', 'op')
  expect(await open().takeOver()).toEqual({ epoch: 3, last: 9 })
})

test('a release that updates the head row claims at the true end, and a later one continues behind it', async () => {
  const journal = open()
  await journal.takeOver()
  await journal.append(batch(1, 1, 4))
  await journal.append(batch(1, 5, 9))
  const claimed = await older.claim()
  expect(claimed).toMatchObject({ epoch: 2, last: 9 })
  expect(await journal.append(batch(1, 10))).toBe('fenced')
  const moved = await pool.query(
    `UPDATE journal_head SET last = 11 WHERE shard = $1 AND epoch = 2 AND last = 9 AND claim = $2`,
    [shard, claimed.claim],
  )
  expect(moved.rowCount).toBe(1)
  await pool.query(
    `INSERT INTO journal_batch (shard, epoch, first_sequence, last_sequence, payload) VALUES ($1, 2, 10, 11, 'x')`,
    [shard],
  )
  expect(await journal.takeOver()).toEqual({ epoch: 3, last: 11 })
  expect(await journal.append(batch(3, 12))).toBe('appended')
})

test('a claim waits for an append under way, and its end is behind it', async () => {
  const journal = open()
  await journal.takeOver()
  await journal.append(batch(1, 1))
  const { rows } = await pool.query<{ claim: string }>('SELECT claim FROM journal_head WHERE shard = $1', [shard])
  const writer = await pool.connect()
  try {
    await writer.query('BEGIN')
    expect(await appendBatch(writer, shard, batch(1, 2), { claim: rows[0]!.claim, before: 1, tells: false })).toBe('')
    const raised = open().takeOver()
    const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    await expect.poll(async () => (await pool.query(waits)).rowCount, { interval: 5, timeout: 10_000 }).toBe(1)
    await writer.query('COMMIT')
    expect(await raised).toEqual({ epoch: 2, last: 2 })
  } finally {
    writer.release()
  }
})

test.each([false, true])(
  'what does not follow, or is not of the claim, is not written; moves the head: %s',
  async (movesHead) => {
    const [journal, other] = [open(), open()]
    const form = (made: Batch): Batch => ({ ...made, movesHead })
    await journal.takeOver()
    await journal.append(form(batch(1, 1, 4)))
    await expect(journal.append(form(batch(1, 6)))).rejects.toThrow(JournalGapError)
    expect(await journal.append(form(batch(1, 5, 8)))).toBe('appended')
    expect(await journal.append(form(batch(1, 5, 8)))).toBe('appended')
    await expect(journal.append(form(batch(1, 5, 8, 'others')))).rejects.toThrow(JournalRolledBackError)
    await expect(journal.append(form(batch(1, 3, 6)))).rejects.toThrow(JournalRolledBackError)
    // Behind one of ours that was not taken, whose place another one has.
    await expect(journal.append(form(batch(1, 5, 6)))).rejects.toThrow(JournalRolledBackError)
    await expect(journal.append(form(batch(1, 7)))).rejects.toThrow(JournalRolledBackError)
    await other.takeOver()
    expect(await journal.append(form(batch(1, 9)))).toBe('fenced')
    // A number that was given twice, and a claim that was made anew.
    await pool.query('UPDATE journal_head SET epoch = 1 WHERE shard = $1', [shard])
    await expect(journal.append(form(batch(1, 9)))).rejects.toThrow(JournalRolledBackError)
    const { rows } = await pool.query('SELECT first_sequence::int AS first FROM journal_batch WHERE shard = $1', [
      shard,
    ])
    expect(rows).toEqual([{ first: 1 }, { first: 5 }])
  },
)
