import { CommandKind } from '@uptick/core'
import { expect, test } from 'vitest'
import { POWERLESS_MS_MAX } from './limits.ts'
import { commandsFrame, started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/memory-journal.ts'

const SESSION = 77
/** Renewals, after which it is looked at, come three times a lease of 1.5 s; retries of appends every 2 s at most. */
const NOTICED_MS = 1_000

/** A command that changes something, sent to a leader. */
function give({ link }: Member): void {
  const gateway = link()
  gateway.hello(SESSION, 0)
  gateway.give(commandsFrame(SESSION, [{ kind: CommandKind.OPEN_SESSION }]))
}

/** Each has a clock of its own. */
async function advance(ms: number, ...members: readonly Member[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) for (const { time } of members) await time.advance(100)
}

test('a leader that keeps its lease and cannot write gives it up: any member may lead', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  leader.journal.readOnly = new Error('a standby was reached')
  give(leader)
  await leader.time.advance(POWERLESS_MS_MAX - NOTICED_MS)
  expect([leader.engine.role, store.lease.expiresAt]).toEqual(['leading', expect.any(Number)])
  await leader.time.advance(2 * NOTICED_MS)
  expect([leader.engine.role, store.lease.expiresAt]).toEqual(['fenced', -Infinity])
  // Its knowledge would be lost with it, and only the server that it cannot reach can confirm that all of it is there.
  expect(leader.failures).toEqual([])
  leader.journal.readOnly = undefined
  await leader.time.advance(NOTICED_MS)
  expect(leader.failures).toEqual([expect.stringContaining('cannot write')])
  expect(store.last).toBe(0)
})

test('after a short failure, or one of the whole store, it continues to lead', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  leader.journal.readOnly = new Error('a standby was reached')
  give(leader)
  await leader.time.advance(NOTICED_MS)
  leader.journal.readOnly = undefined
  await leader.time.advance(POWERLESS_MS_MAX)
  expect(store.last).toBe(1)
  // Renewals fail now, too. When they go well again, appends have their time as well.
  leader.journal.down = new Error('away')
  give(leader)
  await leader.time.advance(4 * POWERLESS_MS_MAX)
  leader.journal.down = undefined
  await leader.time.advance(POWERLESS_MS_MAX)
  expect([leader.engine.role, leader.failures]).toEqual(['leading', []])
  expect(store.last).toBe(2)
})

test('a standby that could not write is not ready, and its leader hands nothing over to it', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  const surroundings = { isReadOnly: true }
  const rehearse = (): Promise<void> =>
    surroundings.isReadOnly ? Promise.reject(new Error('a standby was reached')) : Promise.resolve()
  const standby = await started(store, { rehearse })
  await advance(6_000, leader, standby)
  expect([standby.conditions.get('caught-up'), standby.conditions.get('writable')]).toEqual([true, false])
  surroundings.isReadOnly = false
  await advance(2_000, leader, standby)
  expect(standby.conditions.get('writable')).toBe(true)
})
