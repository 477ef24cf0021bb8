import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { migrate, openJournal, openLease } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { type Server, startServer } from '../testing/server.ts'
import { waitingAppend } from '../testing/waiting-append.ts'

const opened: { close(): Promise<void> }[] = []
let database: TestDatabase
/** A server of its own: synchronous standbys are a setting of the server. */
let server: Server

beforeAll(async () => {
  database = await createDatabase()
  server = await startServer()
  await migrate(server.url)
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(async () => {
  await database.drop()
  await server.stop()
})

function keep<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each)
  return each
}

/** Each statement that changes `table` warns as one does whose transaction takes one of the last numbers. */
async function warnOn(table: string): Promise<void> {
  const text = 'database "exchange" must be vacuumed within 20000000 transactions'
  await administer(
    database.url,
    `CREATE FUNCTION warn_on_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE WARNING '${text}'; RETURN NULL; END $$;
     CREATE TRIGGER warn AFTER INSERT OR UPDATE ON ${table} EXECUTE FUNCTION warn_on_${table}()`,
  )
}

test('a warning about something else hinders neither claim nor append, and is passed on once', async () => {
  for (const table of ['journal_lease', 'journal_head', 'journal_batch']) await warnOn(table)
  const warnings: (string | undefined)[] = []
  const journal = keep(openJournal(database.url, { shard: 1, onWarning: ({ message }) => warnings.push(message) }))
  const lease = keep(openLease(journal, database.url, { shard: 1, holder: 'a', url: 'ws://a', leaseMs: 60_000 }))
  await lease.look()
  expect(await lease.claim()).toEqual({ epoch: 1, last: 0 })
  for (const sequence of [1, 2, 3]) {
    const batch = { epoch: 1, first: sequence, last: sequence, payload: Buffer.from('x') }
    expect(await journal.append(batch)).toBe('appended')
  }
  expect(warnings).toEqual([expect.stringContaining('must be vacuumed')])
})

test.each([
  [1, 'pg_cancel_backend'],
  [2, 'pg_terminate_backend'],
])('an append whose wait for a standby is cut short is in doubt (shard %i, %s)', async (shard, end) => {
  const journal = keep(openJournal(server.url, { shard, appendTimeoutMs: 30_000 }))
  const { epoch } = await journal.takeOver()
  await administer(server.url, `ALTER SYSTEM SET synchronous_standby_names = 'nobody'`)
  await administer(server.url, 'SELECT pg_reload_conf()')
  try {
    const { pid, ended } = await waitingAppend(server.url, journal, epoch)
    await administer(server.url, `SELECT ${end}(${pid})`)
    expect(await ended).toMatchObject({ outcome: 'unknown' })
  } finally {
    await administer(server.url, 'ALTER SYSTEM RESET synchronous_standby_names')
    await administer(server.url, 'SELECT pg_reload_conf()')
  }
})
