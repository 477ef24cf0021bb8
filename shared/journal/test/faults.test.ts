import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { AppendFailedError, openJournal, type PostgresJournal, retryWithBackoff } from '../src/index.ts'
import { JOURNAL_END } from '../src/sql/journal-end.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { FaultyProxy } from '../testing/faulty-proxy.ts'
import { seededRandom } from '@uptick/runtime/testing'
import { openTestPool } from '../testing/test-pool.ts'

/** Other chances: `FAULTS_SEED=7 npx vitest run shared/journal/test/faults.test.ts`. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1)
/** In the names of the tests that it decides: a failure tells it. */
const seeded = `(seed ${SEED})`
const random = seededRandom(SEED)

let database: TestDatabase
let pool: Pool
let shard = 0
beforeAll(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url, { max: 2 })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

interface Row {
  epoch: number
  first: number
  last: number
}

async function rowsOf(of: number): Promise<Row[]> {
  const { rows } = await pool.query<Record<keyof Row, string>>(
    'SELECT epoch, first_sequence AS first, last_sequence AS last FROM journal_batch WHERE shard = $1 ORDER BY 2',
    [of],
  )
  return rows.map((row) => ({ epoch: Number(row.epoch), first: Number(row.first), last: Number(row.last) }))
}

/** Sequences without gaps, epochs that never fall, and the head where the rows end. */
async function checkJournal(of: number): Promise<Row[]> {
  const rows = await rowsOf(of)
  for (const [i, row] of rows.entries()) {
    expect(row.first).toBe((rows[i - 1]?.last ?? 0) + 1)
    expect(row.epoch).toBeGreaterThanOrEqual(rows[i - 1]?.epoch ?? 0)
  }
  const { rows: heads } = await pool.query(`SELECT ${JOURNAL_END} AS last FROM journal_head head WHERE shard = $1`, [
    of,
  ])
  expect(heads).toEqual([{ last: String(rows.at(-1)?.last ?? 0) }])
  return rows
}

/** Append batches of 1 … 5 commands, two in flight, until fenced. Returns those acknowledged. */
async function lead(journal: PostgresJournal, most: number): Promise<Row[]> {
  const acknowledged: Row[] = []
  const { epoch, last } = await journal.takeOver()
  let next = last + 1
  const append = async (): Promise<boolean> => {
    const row = { epoch, first: next, last: next + Math.floor(random() * 5) }
    next = row.last + 1
    const outcome = await journal.append({ ...row, payload: Buffer.from('x') })
    if (outcome === 'appended') acknowledged.push(row)
    return outcome === 'appended'
  }
  for (let i = 0; i < most; i++) {
    if ((await Promise.all([append(), append()])).includes(false)) break
  }
  return acknowledged
}

test(`writers race for epochs: only one gets in, and what was acknowledged is there once ${seeded}`, async () => {
  const of = ++shard
  const journals = Array.from({ length: 4 }, () => openJournal(database.url, { shard: of }))
  const acknowledged: Row[] = []
  // Twelve rounds each, and on a machine where most of them are fenced at once, until there is enough to compare.
  const races = journals.map(async (journal) => {
    for (let round = 0; round < 12 || acknowledged.length <= 48; round++)
      acknowledged.push(...(await lead(journal, 10)))
  })
  await Promise.all(races)
  await Promise.all(journals.map((journal) => journal.close()))
  const rows = await checkJournal(of)
  expect(acknowledged.length).toBeGreaterThan(48)
  expect(acknowledged.toSorted((a, b) => a.first - b.first)).toEqual(rows)
})

const KILL_WRITER = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'uptick-journal-writer'`

/** The writer's backend is killed after up to 4 ms: before, amid or after an append, as it comes. */
async function killedSometime<T>(append: () => Promise<T>): Promise<T> {
  const killing = (): Promise<unknown> => pool.query(`${KILL_WRITER} AND pg_sleep($1) IS NOT NULL`, [random() * 0.004])
  const [answer] = await Promise.all([append(), killing()])
  return answer
}

/** The writer's backend is killed while its append waits for the head, which is held until then: amid it for sure. */
async function killedAmid<T>(of: number, append: () => Promise<T>): Promise<T> {
  const holder = await pool.connect()
  await holder.query('BEGIN')
  await holder.query('SELECT FROM journal_head WHERE shard = $1 FOR UPDATE', [of])
  const appending = append()
  while ((await pool.query(`${KILL_WRITER} AND wait_event_type = 'Lock'`)).rowCount === 0);
  await holder.query('ROLLBACK')
  holder.release()
  return appending
}

test(`a backend killed in the middle of appends: each resolves to all or nothing ${seeded}`, async () => {
  const of = ++shard
  const journal = openJournal(database.url, { shard: of })
  const { epoch } = await journal.takeOver()
  const outcomes = new Set<string>()
  let next = 1
  for (let round = 0; round < 40; round++) {
    const payload = Buffer.alloc(1 + Math.floor(random() * 300_000), 'x')
    const batch = { epoch, first: next, last: next + 2, payload }
    const append = (): Promise<unknown> => journal.append(batch).catch((error: unknown) => error)
    const answer = await (round % 8 === 0 ? killedAmid(of, append) : killedSometime(append))
    const never = new AbortController().signal
    // The kill may come late, and hit the connection that asks.
    const outcome = await retryWithBackoff(() => journal.resolve(batch), never)
    const there = (await rowsOf(of)).some(({ first }) => first === next)
    expect(outcome).toBe(there ? 'appended' : 'absent')
    expect({ answer, there }).not.toEqual({ answer: 'appended', there: false })
    outcomes.add(answer === 'appended' ? 'answered' : outcome)
    if (there) next += 3
  }
  await journal.close()
  await checkJournal(of)
  expect(outcomes).toContain('absent')
})

test(`a connection cut after any number of bytes: all or nothing, permanently ${seeded}`, async () => {
  const of = ++shard
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const journal = openJournal(proxy.url(database.url), { shard: of })
  const { epoch } = await journal.takeOver()
  let next = 1
  for (let round = 0; round < 40; round++) {
    const batch = { epoch, first: next, last: next, payload: Buffer.alloc(600, 'x') }
    proxy.cutAfter = Math.floor(random() * 1000)
    const answer = await journal.append(batch).catch((error: unknown) => error)
    proxy.cutAfter = Number.POSITIVE_INFINITY
    // On a busy machine the backend of the connection that was cut may take longer to end than an attempt waits for it.
    const never = new AbortController().signal
    const outcome = await retryWithBackoff(() => journal.resolve(batch), never)
    expect((await rowsOf(of)).some(({ first }) => first === next)).toBe(outcome === 'appended')
    expect(answer instanceof AppendFailedError || outcome === 'appended').toBe(true)
    const again = outcome === 'absent' ? await retryWithBackoff(() => journal.append(batch), never) : 'appended'
    expect(again).toBe('appended')
    next++
  }
  await journal.close()
  await proxy.close()
  expect(await checkJournal(of)).toHaveLength(40)
})

test('a lost answer: the batch is there, and appending it again reports that', async () => {
  const of = ++shard
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const journal = openJournal(proxy.url(database.url), { shard: of, appendTimeoutMs: 200 })
  const { epoch } = await journal.takeOver()
  const batch = { epoch, first: 1, last: 5, payload: Buffer.from('x') }
  proxy.loseAnswers = true
  await expect(journal.append(batch)).rejects.toMatchObject({ outcome: 'unknown' })
  proxy.loseAnswers = false
  expect(await journal.append(batch)).toBe('appended')
  expect(await journal.resolve(batch)).toBe('appended')
  await journal.close()
  await proxy.close()
  expect(await checkJournal(of)).toEqual([{ epoch, first: 1, last: 5 }])
})

test('a statement that arrives after its outcome was resolved is not executed', async () => {
  const of = ++shard
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const journal = openJournal(proxy.url(database.url), { shard: of, appendTimeoutMs: 200 })
  const { epoch } = await journal.takeOver()
  const batch = { epoch, first: 1, last: 1, payload: Buffer.from('late') }
  proxy.mode = 'hold'
  await expect(journal.append(batch)).rejects.toMatchObject({ outcome: 'unknown' })
  expect(proxy.heldBytes).toBeGreaterThan(0)
  proxy.mode = 'pass'
  expect(await journal.resolve(batch)).toBe('absent')
  proxy.release()
  expect(await journal.append({ ...batch, payload: Buffer.from('again') })).toBe('appended')
  const { rows } = await pool.query('SELECT payload FROM journal_batch WHERE shard = $1', [of])
  expect(rows).toEqual([{ payload: Buffer.from('again') }])
  await journal.close()
  await proxy.close()
})

test('a tail survives lost connections without a gap', async () => {
  const of = ++shard
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const writer = openJournal(database.url, { shard: of })
  const follower = openJournal(proxy.url(database.url), { shard: of })
  const { epoch } = await writer.takeOver()
  const stop = new AbortController()
  const seen: number[] = []
  const troubles: boolean[] = []
  const onTrouble = (error: unknown): void => void troubles.push(error !== undefined)
  const following = (async () => {
    for await (const { first } of follower.tail(1, stop.signal, { onTrouble })) {
      seen.push(first)
      if (first % 10 === 0) proxy.cut()
      if (first === 50) stop.abort()
    }
  })()
  for (let n = 1; n <= 50; n++) {
    await writer.append({ epoch, first: n, last: n, payload: Buffer.from('x') })
    await new Promise(setImmediate)
  }
  await following
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  expect(troubles.at(-1) ?? false).toBe(false)
  await Promise.all([writer.close(), follower.close()])
  await proxy.close()
})
