import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type BoundedPool,
  ListeningConnection,
  OneServer,
  openJournal,
  openLease,
  openPool,
  type PostgresJournal,
  type PostgresLease,
} from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { FaultyProxy } from '../testing/faulty-proxy.ts'
import { type ServerPair, startServerPair } from '../testing/server-pair.ts'

let pair: ServerPair
let proxy: FaultyProxy
let server: OneServer
const heard: (string | undefined)[] = []
const opened: { close(): Promise<void> }[] = []
let shard = 0

beforeAll(async () => {
  pair = await startServerPair()
})
beforeEach(async () => {
  proxy = await FaultyProxy.inFrontOf(pair.primary.url())
  server = new OneServer((reason) => heard.push(reason))
  shard++
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
  await proxy.close()
  heard.length = 0
})
afterAll(() => pair.stop())

function keep<T extends { close(): Promise<void> }>(each: T): T {
  opened.push(each)
  return each
}

/** From now on the standby takes writes, too. */
function promoted(): Promise<void> {
  return administer(pair.standby.url(), 'SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote() END')
}

/** The writing connection goes to `url`, and everything else through the proxy. */
function member(url: string): { journal: PostgresJournal; lease: PostgresLease; pool: BoundedPool } {
  const far = proxy.url(pair.primary.url())
  const pool = keep(openPool(far, { name: 'uptick-test', max: 1, server }))
  const journal = keep(openJournal(url, { shard, pool, server }))
  const lease = keep(openLease(journal, far, { shard, holder: 'a', url: 'ws://a', leaseMs: 60_000 }))
  return { journal, lease, pool }
}

test('a connection to a replica of the server of the writing connection is refused, until they agree', async () => {
  const { journal, lease, pool } = member(pair.primary.url())
  await journal.rehearse()
  proxy.redirect(pair.standby.url())
  await expect(lease.look()).rejects.toThrow('leads to a standby')
  await expect(pool.query('SELECT 1')).rejects.toThrow('uptick-test was led to the standby')
  expect(heard).toEqual([expect.stringContaining('uptick-test was led to the standby')])
  proxy.redirect(pair.primary.url())
  await lease.look()
  await pool.query('SELECT 1')
  expect(heard.at(-1)).toBeUndefined()
})

test('a connection to a replica is closed when the writing connection reaches its server', async () => {
  const { journal, pool } = member(pair.primary.url())
  proxy.redirect(pair.standby.url())
  await pool.query('SELECT 1')
  const listening = keep(new ListeningConnection(proxy.url(pair.primary.url()), 'uptick-listening', server))
  await listening.query({ text: 'SELECT 1' })
  await journal.rehearse()
  expect(listening.isOpen).toBe(false)
  await expect(journal.head()).rejects.toThrow('uptick-test was led to the standby')
  await expect(listening.query({ text: 'SELECT 1' })).rejects.toThrow('uptick-listening was led to the standby')
})

test('a connection to another server that takes writes replaces the writing connection: all follow the address', async () => {
  const { journal, lease, pool } = member(proxy.url(pair.primary.url()))
  await journal.rehearse()
  await pool.query('SELECT 1')
  await promoted()
  proxy.redirect(pair.standby.url())
  await expect(lease.look()).rejects.toThrow('the lease was led to the PostgreSQL')
  await journal.rehearse()
  await lease.look()
  expect(await lease.claim()).toEqual({ epoch: 1, last: 0 })
  // The old one knows nothing of it.
  expect(await journal.head()).toEqual({ epoch: 1, last: 0 })
})

test('the connection of a lease to the old server ends with the writing connection', async () => {
  const { journal, lease } = member(proxy.url(pair.primary.url()))
  await journal.rehearse()
  await lease.look()
  await promoted()
  proxy.redirect(pair.standby.url())
  const late = keep(openPool(proxy.url(pair.primary.url()), { name: 'uptick-late', max: 1, server }))
  await expect(late.query('SELECT 1')).rejects.toThrow('uptick-late was led to the PostgreSQL')
  await journal.rehearse()
  await expect.poll(() => lease.isAlive, { timeout: 5_000 }).toBe(false)
})
