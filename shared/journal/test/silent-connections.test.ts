import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ListeningConnection, openClient, openPool, waitForSchema } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { FaultyProxy } from '../testing/faulty-proxy.ts'

let database: TestDatabase
let proxy: FaultyProxy
let url: string
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  database = await createDatabase()
})
beforeEach(async () => {
  proxy = await FaultyProxy.inFrontOf(database.url)
  url = proxy.url(database.url)
})
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close()
  await proxy.close()
})
afterAll(() => database.drop())

function keep<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each)
  return each
}

const isDone = ({ status }: PromiseSettledResult<unknown>): boolean => status === 'fulfilled'
const ask = { text: 'SELECT 1' }

test('when a pool falls silent one statement fails, and no other waits for an idle connection', async () => {
  const pool = keep(openPool(url, { name: 'uptick-test', max: 4, statementMs: 500 }))
  // Four connections stand.
  await Promise.all(Array.from({ length: 4 }, () => pool.query('SELECT pg_sleep(0.1)')))
  expect(pool.idleCount).toBe(4)
  proxy.silence()
  await expect(pool.query(ask)).rejects.toThrow('timeout')
  const began = performance.now()
  const later = await Promise.allSettled(Array.from({ length: 4 }, () => pool.query(ask)))
  expect(later.every(isDone)).toBe(true)
  // None of them met another silent one.
  expect(performance.now() - began).toBeLessThan(1500)
})

test('PostgreSQL itself ends a long statement', async () => {
  const pool = keep(openPool(url, { name: 'uptick-test', max: 1, statementMs: 200 }))
  await expect(pool.query('SELECT pg_sleep(10)')).rejects.toMatchObject({ code: '57014' })
  await expect(pool.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' })
  expect((await pool.query(ask)).rowCount).toBe(1)
})

test('a pool closes although no connection answers', async () => {
  const pool = openPool(url, { name: 'uptick-test', max: 2 })
  await Promise.all([pool.query(ask), pool.query(ask)])
  proxy.silence()
  const hanging = Promise.allSettled([pool.query(ask)])
  // It is sent in the next turn.
  await new Promise(setImmediate)
  await pool.close()
  expect(await hanging).toMatchObject([
    { status: 'rejected', reason: { message: expect.stringContaining('terminated') } },
  ])
})

test('a listening connection notices its silence, is made anew, and reports that it may have missed notifications', async () => {
  const heard: (string | undefined)[] = []
  const seen = { lost: 0 }
  const listening = keep(new ListeningConnection(url, 'uptick-test'))
  listening.onLost(() => seen.lost++)
  listening.listen('one', (payload) => heard.push(payload))
  listening.listen('two', () => undefined)
  while (!listening.isOpen) await delay(5)
  await administer(database.url, `NOTIFY one, 'before'`)
  while (heard.length < 2) await delay(5)
  expect(heard).toEqual([undefined, 'before'])
  proxy.silence()
  await administer(database.url, `NOTIFY one, 'meanwhile'`)
  while (seen.lost === 0 || !listening.isOpen) await delay(5)
  expect(heard.at(-1)).toBeUndefined()
  await administer(database.url, `NOTIFY one, 'after'`)
  while (heard.at(-1) !== 'after') await delay(5)
  expect(heard).not.toContain('meanwhile')
  expect(seen.lost).toBe(1)
})

test('a statement on it fails within seconds, and the next one takes another connection', async () => {
  const listening = keep(new ListeningConnection(url, 'uptick-test'))
  await listening.query(ask)
  proxy.silence()
  await expect(listening.query(ask)).rejects.toThrow('timeout')
  expect((await listening.query(ask)).rowCount).toBe(1)
})

test('PostgreSQL ends a transaction whose client says nothing more, and drops a client that is gone', async () => {
  const client = openClient(url, 'uptick-test', { idle_in_transaction_session_timeout: 100 })
  await client.connect()
  const { rows } = await client.query<{ idle: string; keepalive: string }>(
    `SELECT current_setting('idle_in_transaction_session_timeout') AS idle, current_setting('tcp_keepalives_idle') AS keepalive`,
  )
  expect(rows[0]).toEqual({ idle: '100ms', keepalive: '5' })
  const ended = new Promise((resolve) => client.once('end', resolve))
  await client.query('BEGIN')
  await ended
})

test('a wait for the schema survives a server that accepts and says nothing', async () => {
  proxy.mode = 'hold'
  const reasons: string[] = []
  const waiting = waitForSchema(url, {
    signal: AbortSignal.timeout(60_000),
    onWait: (reason) => {
      reasons.push(reason)
      proxy.release()
    },
  })
  expect(await waiting).toBe(true)
  expect(reasons[0]).toContain('PostgreSQL does not answer')
})
