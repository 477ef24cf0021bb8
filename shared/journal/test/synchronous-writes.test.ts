import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Batch,
  JournalError,
  NotReplicatedError,
  openJournal,
  openLease,
  type PostgresJournal,
  retryWithBackoff,
} from '../src/index.ts'
import { administer } from '../testing/administer.ts'
import { type ServerPair, startServerPair, waitForStandbys } from '../testing/server-pair.ts'
import { waitingAppend } from '../testing/waiting-append.ts'

let pair: ServerPair
let journal: PostgresJournal
let shard = 0
const opened: { close(): Promise<void> }[] = []

beforeAll(async () => {
  pair = await startServerPair()
})
beforeEach(async () => {
  await waitForStandbys(pair.primary, 'second')
  journal = openJournal(pair.primary.url(), { shard: ++shard, isSynchronous: true, appendTimeoutMs: 30_000 })
  opened.push(journal)
})
afterEach(async () => {
  for (const each of opened.splice(0).toReversed()) await each.close()
})
afterAll(() => pair.stop())

function batch(epoch: number, sequence: number): Batch {
  return { epoch, first: sequence, last: sequence, payload: Buffer.from('x') }
}

/** The result of `ask` once PostgreSQL is known to wait again, which takes a second. */
function onceReplicated<T>(ask: () => Promise<T>): Promise<T> {
  return retryWithBackoff(ask, AbortSignal.timeout(30_000))
}

test('an append after the setting was emptied is in doubt, and resolved when a standby is waited for again', async () => {
  const { epoch } = await journal.takeOver()
  expect(await journal.append(batch(epoch, 1))).toBe('appended')
  await waitForStandbys(pair.primary, '')
  await expect(journal.append(batch(epoch, 2))).rejects.toThrow(NotReplicatedError)
  // The row may be visible on one machine only, and is not durable.
  for (const ask of ['append', 'resolve', 'confirm'] as const)
    await expect(journal[ask](batch(epoch, 2))).rejects.toThrow('synchronous_standby_names is empty')
  await waitForStandbys(pair.primary, 'second')
  expect(await onceReplicated(() => journal.resolve(batch(epoch, 2)))).toBe('appended')
  expect(await journal.append(batch(epoch, 3))).toBe('appended')
})

test('an append that waits, and is released because the setting is emptied, is in doubt', async () => {
  const { epoch } = await journal.takeOver()
  // No standby of that name exists.
  await waitForStandbys(pair.primary, 'nobody')
  const { ended } = await waitingAppend(pair.primary.url(), journal, epoch)
  // An append no slower than a slow commit is not asked about.
  await delay(150)
  await waitForStandbys(pair.primary, '')
  expect(await ended).toBeInstanceOf(NotReplicatedError)
})

test('no shard is claimed where commits wait for no standby', async () => {
  const lease = openLease(journal, pair.primary.url(), { shard, holder: 'a', url: 'ws://a', leaseMs: 60_000 })
  opened.push(lease)
  await lease.look()
  await waitForStandbys(pair.primary, '')
  await expect(journal.rehearse()).rejects.toThrow('synchronous_standby_names is empty')
  await expect(lease.claim()).rejects.toThrow(JournalError)
  expect((await lease.look()).head.epoch).toBe(0)
  await waitForStandbys(pair.primary, 'second')
  expect(await onceReplicated(() => lease.claim())).toEqual({ epoch: 1, last: 0 })
  expect(await journal.append(batch(1, 1))).toBe('appended')
})

test('commits wait whatever is configured after the connection was opened', async () => {
  const { epoch } = await journal.takeOver()
  await administer(pair.primary.url(), 'ALTER SYSTEM SET synchronous_commit = off')
  try {
    await waitForStandbys(pair.primary, 'nobody')
    const { ended } = await waitingAppend(pair.primary.url(), journal, epoch)
    await waitForStandbys(pair.primary, 'second')
    expect(await ended).toBe('appended')
  } finally {
    await administer(pair.primary.url(), 'ALTER SYSTEM RESET synchronous_commit')
  }
})
