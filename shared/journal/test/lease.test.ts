import { afterAll, afterEach, expect, test } from 'vitest'
import { JournalHaltedError, openJournal, openLease, type PostgresJournal, type PostgresLease } from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { createDatabase } from '../testing/database.ts'
import { FaultyProxy } from '../testing/faulty-proxy.ts'
import { openTestPool } from '../testing/test-pool.ts'

const database = await createDatabase()
const opened: { close(): Promise<void> }[] = []
let shards = 0

afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(() => database.drop())

interface Candidate {
  readonly journal: PostgresJournal
  readonly lease: PostgresLease
}

function candidate(shard: number, holder: string, leaseMs = 60_000, url = database.url): Candidate {
  const journal = openJournal(database.url, { shard })
  const lease = openLease(journal, url, { shard, holder, url: `ws://${holder}/link`, leaseMs })
  opened.push(journal, lease)
  return { journal, lease }
}

test('the first claim opens epoch 1; while the lease runs no other member gets it, and the holder renews it', async () => {
  const shard = ++shards
  const a = candidate(shard, 'a')
  const b = candidate(shard, 'b')
  expect(await a.lease.look()).toMatchObject({ epoch: 0, expired: true, head: { epoch: 0, last: 0 } })
  const looked = a.lease.reading!
  expect(looked.heardAt).toBeGreaterThanOrEqual(looked.askedAt)
  expect(await a.lease.claim()).toEqual({ epoch: 1, last: 0 })
  expect(await b.lease.claim()).toBeUndefined()
  expect(await b.lease.look()).toMatchObject({
    epoch: 1,
    holder: 'a',
    url: 'ws://a/link',
    expired: false,
    abandoned: false,
  })
  expect(await a.lease.renew(1)).toBe(true)
  // Both know what PostgreSQL's clock shows: by the difference of their own, as the monotonic clock does.
  const renewed = a.lease.reading!
  expect(renewed.time).toBeGreaterThan(looked.time)
  const [least, most] = [renewed.askedAt - looked.heardAt, renewed.heardAt - looked.askedAt]
  expect((renewed.time - looked.time) / 1_000).toBeGreaterThan(least - 5)
  expect((renewed.time - looked.time) / 1_000).toBeLessThan(most + 5)
  expect(await b.lease.renew(1)).toBe(false)
  expect(await a.journal.append({ epoch: 1, first: 1, last: 1, payload: Buffer.from('x') })).toBe('appended')
  expect((await b.lease.look()).head).toEqual({ epoch: 1, last: 1 })
})

test('of many claims on an expired lease, one succeeds', async () => {
  const shard = ++shards
  const old = candidate(shard, 'old', 500)
  await old.lease.look()
  await old.lease.claim()
  const many = Array.from({ length: 6 }, (_, i) => candidate(shard, `candidate ${i}`))
  for (const { lease } of many) await lease.look()
  while (!(await many[0]!.lease.look()).expired);
  const heads = await Promise.all(many.map(({ lease }) => lease.claim()))
  expect(heads.filter((head) => head !== undefined)).toEqual([{ epoch: 2, last: 0 }])
  expect(await old.lease.renew(1)).toBe(false)
  expect(await old.journal.append({ epoch: 1, first: 1, last: 1, payload: Buffer.from('x') })).toBe('fenced')
})

test('a holder whose connection ends counts as gone, and its epoch can be claimed before the lease expires', async () => {
  const shard = ++shards
  const a = candidate(shard, 'a')
  const b = candidate(shard, 'b')
  const c = candidate(shard, 'c')
  await a.lease.look()
  await a.lease.claim()
  let heard = 0
  a.lease.onChange(() => heard++)
  expect((await b.lease.look()).abandoned).toBe(false)
  await administer(
    database.url,
    `SELECT pg_terminate_backend(l.pid) FROM journal_lease r JOIN pg_locks l
     ON l.locktype = 'advisory' AND l.objid = r.life::oid WHERE r.shard = ${shard} AND l.granted`,
  )
  while (!(await b.lease.look()).abandoned);
  const heads = await Promise.all([b.lease.claim(1), c.lease.claim(1)])
  expect(heads.filter((head) => head !== undefined)).toEqual([{ epoch: 2, last: 0 }])
  expect(heard).toBeGreaterThan(0)
  expect(await a.lease.renew(1)).toBe(false)
})

test('a silent connection is given up after a lease, and another one renews', async () => {
  const shard = ++shards
  const proxy = await FaultyProxy.inFrontOf(database.url)
  const a = candidate(shard, 'a', 300, proxy.url(database.url))
  const b = candidate(shard, 'b')
  await a.lease.look()
  await a.lease.claim()
  proxy.silence()
  const both = await Promise.allSettled([a.lease.renew(1), a.lease.look()])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await a.lease.renew(1)).toBe(true)
  expect(await b.lease.look()).toMatchObject({ epoch: 1, holder: 'a', abandoned: false })
  await a.lease.close()
  await proxy.close()
})

test('a lost sign of life returns with the next renewal', async () => {
  const shard = ++shards
  const a = candidate(shard, 'a')
  const b = candidate(shard, 'b')
  await a.lease.look()
  await a.lease.claim()
  await administer(
    database.url,
    `SELECT pg_terminate_backend(l.pid) FROM journal_lease r JOIN pg_locks l
     ON l.locktype = 'advisory' AND l.objid = r.life::oid WHERE r.shard = ${shard} AND l.granted`,
  )
  // Its own claim is notified to it, too, and perhaps only now.
  while (a.lease.isAlive) await new Promise<void>((resolve) => a.lease.onChange(resolve))
  expect((await b.lease.look()).abandoned).toBe(true)
  expect(await a.lease.renew(1)).toBe(true)
  expect(await b.lease.look()).toMatchObject({ abandoned: false, expired: false })
})

test('after a hand-off only the successor may claim, after giving up any member may; both are notified at once', async () => {
  const shard = ++shards
  const a = candidate(shard, 'a')
  const b = candidate(shard, 'b')
  const c = candidate(shard, 'c')
  await a.lease.look()
  await a.lease.claim()
  await b.lease.look()
  const told = new Promise<void>((resolve) => b.lease.onChange(resolve))
  expect(await b.lease.hand(1, 'b')).toBe(false)
  expect(await a.lease.hand(1, 'b')).toBe(true)
  await told
  expect(await a.lease.renew(1)).toBe(false)
  expect(await c.lease.claim()).toBeUndefined()
  expect(await b.lease.claim()).toEqual({ epoch: 2, last: 0 })
  expect(await a.lease.hand(1)).toBe(false)
  expect(await b.lease.hand(2)).toBe(true)
  expect(await c.lease.claim()).toEqual({ epoch: 3, last: 0 })
})

test('a halted shard has no leader, and one whose epoch was raised by other means loses its lease', async () => {
  const shard = ++shards
  const a = candidate(shard, 'a')
  await a.lease.look()
  await a.lease.claim()
  await a.journal.takeOver()
  expect(await a.lease.renew(1)).toBe(false)
  expect(await a.lease.halt('rows were lost', { epochSeen: 0, foundAt: 2 })).toBe(true)
  expect(await a.lease.claim()).toBeUndefined()
  expect((await a.lease.look()).halted).toBe('rows were lost')
  await a.lease.lift()
  // Epoch 3 was taken by the halt.
  expect(await a.lease.claim()).toEqual({ epoch: 4, last: 0 })
})

test('a halt stops the leader at once, appends and renewals, and gives the reason', async () => {
  const shard = ++shards
  const [leader, other] = [candidate(shard, 'leader'), candidate(shard, 'other')]
  await leader.lease.look()
  await leader.lease.claim()
  const batch = { epoch: 1, first: 1, last: 1, payload: Buffer.from('x') }
  expect(await leader.journal.append(batch)).toBe('appended')
  expect(await other.lease.halt('other: rows were lost', { epochSeen: 0, foundAt: 1 })).toBe(true)
  const next = { ...batch, first: 2, last: 2 }
  await expect(leader.journal.append(next)).rejects.toThrow(new JournalHaltedError('other: rows were lost'))
  await expect(leader.journal.resolve(next)).rejects.toBeInstanceOf(JournalHaltedError)
  expect(await leader.journal.resolve(batch)).toBe('appended')
  expect(await leader.lease.renew(1)).toBe(false)
  expect((await leader.lease.look()).head).toEqual({ epoch: 2, last: 1 })
})

test('a halt takes an epoch above all that were seen, and an existing reason stays', async () => {
  const shard = ++shards
  const { journal, lease } = candidate(shard, 'a')
  await lease.look()
  await lease.claim()
  await lease.halt('rows were lost', { epochSeen: 7, foundAt: 1 })
  expect(await lease.look()).toMatchObject({ halted: 'rows were lost', head: { epoch: 8, last: 0 } })
  await journal.halt('the same from another', { epochSeen: 7, foundAt: 1 })
  expect(await lease.look()).toMatchObject({ halted: 'rows were lost', head: { epoch: 8 } })
  await journal.halt('more from another', { epochSeen: 8, foundAt: 8 })
  expect(await lease.look()).toMatchObject({ halted: 'rows were lost', head: { epoch: 9 } })
})

test('a release that only writes the reason leaves the epoch; the leader learns of it when it renews', async () => {
  const shard = ++shards
  const leader = candidate(shard, 'leader')
  await leader.lease.look()
  await leader.lease.claim()
  await administer(database.url, `UPDATE journal_lease SET halted = 'rows were lost' WHERE shard = ${shard}`)
  expect(await leader.lease.renew(1)).toBe(false)
})

test('a batch in the journal is confirmed by its bytes', async () => {
  const shard = ++shards
  const { journal, lease } = candidate(shard, 'leader')
  await lease.look()
  await lease.claim()
  const batch = { epoch: 1, first: 1, last: 3, payload: Buffer.from('x') }
  await journal.append(batch)
  expect(await journal.confirm(batch)).toMatchObject({ head: { epoch: 1, last: 3 }, holds: true })
  expect(await journal.confirm({ ...batch, payload: Buffer.from('y') })).toMatchObject({ holds: false })
  expect(await journal.confirm({ ...batch, first: 4, last: 4 })).toMatchObject({ holds: false })
  expect(await journal.confirm(undefined)).toMatchObject({ head: { epoch: 1, last: 3 }, holds: true })
})

test('a rehearsal plans the statements of a take-over on the connection that writes, and changes nothing', async () => {
  const shard = ++shards
  const leader = candidate(shard, 'leader')
  const standby = candidate(shard, 'standby')
  await leader.lease.look()
  await leader.lease.claim()
  const pool = openTestPool(database.url)
  opened.push({ close: () => pool.end() })
  const content = async (): Promise<unknown[]> => {
    const tables = ['journal_head', 'journal_lease', 'journal_batch'].map(async (table) => {
      const { rows } = await pool.query(`SELECT * FROM ${table} ORDER BY shard`)
      return rows
    })
    return Promise.all(tables)
  }
  const writers = async (): Promise<number | null> => {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE application_name = 'uptick-journal-writer' AND datname = current_database()`,
    )
    return rowCount
  }
  const [before, connected] = [await content(), await writers()]
  await standby.journal.rehearse()
  expect(await content()).toEqual(before)
  expect(await writers()).toBe((connected ?? 0) + 1)
  expect(await standby.lease.claim(1)).toEqual({ epoch: 2, last: 0 })
  expect(await leader.journal.append({ epoch: 1, first: 1, last: 1, payload: Buffer.from('x') })).toBe('fenced')
})
