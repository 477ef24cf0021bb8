import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openJournal, openLease, openPool, type PostgresJournal, type PostgresLease } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { FaultyProxy } from '../testing/faulty-proxy.ts'
import { type ServerPair, startServerPair } from '../testing/server-pair.ts'

let pair: ServerPair
const opened: { close(): Promise<void> }[] = []
let shards = 0

beforeAll(async () => {
  pair = await startServerPair()
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(() => pair.stop())

function candidate(url: string): { journal: PostgresJournal; lease: PostgresLease } {
  const shard = ++shards
  const journal = openJournal(url, { shard })
  const lease = openLease(journal, url, { shard, holder: 'a', url: 'ws://a', leaseMs: 60_000 })
  opened.push(journal, lease)
  return { journal, lease }
}

async function expectToLead({ journal, lease }: ReturnType<typeof candidate>): Promise<void> {
  await journal.rehearse()
  await lease.look()
  expect(await lease.claim()).toEqual({ epoch: 1, last: 0 })
  expect(await journal.append({ epoch: 1, first: 1, last: 1, payload: Buffer.from('x') })).toBe('appended')
  expect(await lease.renew(1)).toBe(true)
}

test('nothing is written while PostgreSQL is read-only, and writing resumes as soon as it is not', async () => {
  const readOnly = (change: string): Promise<void> =>
    administer(pair.primary.url('template1'), `ALTER DATABASE postgres ${change}`)
  const it = candidate(pair.primary.url())
  await readOnly('SET default_transaction_read_only = on')
  await expect(it.journal.rehearse()).rejects.toThrow('read-only')
  await expect(it.lease.look()).rejects.toThrow('read-only')
  await readOnly('RESET default_transaction_read_only')
  await expectToLead(it)
})

test('nothing is written to a standby, and writing resumes as soon as the address leads to the primary', async () => {
  const proxy = await FaultyProxy.inFrontOf(pair.standby.url())
  opened.push(proxy)
  const it = candidate(proxy.url(pair.primary.url()))
  await expect(it.journal.rehearse()).rejects.toThrow('leads to a standby')
  await expect(it.lease.look()).rejects.toThrow('leads to a standby')
  proxy.redirect(pair.primary.url())
  await expectToLead(it)
})

test('a session that has become read-only is not kept', async () => {
  const it = candidate(pair.primary.url())
  await expectToLead(it)
  const turn = async (change: string): Promise<void> => {
    await administer(pair.primary.url(), `ALTER SYSTEM ${change}`)
    await administer(pair.primary.url(), 'SELECT pg_reload_conf()')
  }
  const batch = { epoch: 1, first: 2, last: 2, payload: Buffer.from('x') }
  let failure: unknown
  await turn('SET default_transaction_read_only = on')
  for (
    let attempt = batch;
    failure === undefined;
    attempt = { ...batch, first: attempt.first + 1, last: attempt.last + 1 }
  ) {
    failure = await it.journal.append(attempt).then(
      () => undefined,
      (error: unknown) => error,
    )
  }
  expect(failure).toMatchObject({ outcome: 'absent' })
  // Refused when it is opened, not by one statement after another.
  await expect(it.journal.rehearse()).rejects.toThrow('default_transaction_read_only')
  await turn('RESET default_transaction_read_only')
  for (let written = false; !written;)
    written = await it.journal.rehearse().then(
      () => true,
      () => false,
    )
  expect(await it.lease.renew(1)).toBe(true)
})

test('a pool for current data refuses a standby, which would answer, too', async () => {
  const proxy = await FaultyProxy.inFrontOf(pair.standby.url())
  opened.push(proxy)
  const url = proxy.url(pair.primary.url())
  const [any, upToDate] = [
    openPool(url, { name: 'uptick-any', max: 1 }),
    openPool(url, { name: 'uptick-up-to-date', max: 1, refusesStandbys: true }),
  ]
  opened.push(any, upToDate)
  const question = 'SELECT pg_is_in_recovery() AS standby'
  expect((await any.query(question)).rows).toEqual([{ standby: true }])
  await expect(upToDate.query(question)).rejects.toThrow('leads to a standby')
  proxy.redirect(pair.primary.url())
  expect((await upToDate.query(question)).rows).toEqual([{ standby: false }])
})
