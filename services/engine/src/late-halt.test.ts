import { CommandKind } from '@uptick/core'
import type { Loss, StoredBatch } from '@uptick/journal'
import { expect, test } from 'vitest'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import { JournalStore } from '../testing/journal-store.ts'
import { commandsFrame, member, type Member } from '../testing/memory-cluster.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import { MemoryLease } from '../testing/memory-lease.ts'
import { VirtualTime } from '@uptick/runtime/testing'

const SESSION = 77
const ROWS = 3

/** Its halts are on their way until `arrive` is called. */
class SlowLease extends MemoryLease {
  arrive: () => void = () => undefined
  readonly #arrived = new Promise<void>((resolve) => (this.arrive = resolve))

  override async halt(reason: string, loss: Loss): Promise<boolean> {
    await this.#arrived
    return super.halt(reason, loss)
  }
}

/** A leader that has acknowledged three rows, found two of them lost, and whose halt is on its way. */
async function halting(
  store: JournalStore,
): Promise<{ leader: Member; lease: SlowLease; lost: readonly StoredBatch[] }> {
  const journal = new MemoryJournal(store)
  const time = new VirtualTime()
  const lease = new SlowLease(store, { holder: 'slow', url: 'memory://slow', leaseMs: LEASE_MS_DEFAULT, time, journal })
  const leader = member(store, { lease, journal, clock: time, timers: time })
  const starting = leader.engine.start()
  await time.advance(100)
  await starting
  const gateway = leader.link()
  gateway.hello(SESSION, 0)
  for (let row = 0; row < ROWS; row++) {
    const command =
      row === 0 ? { kind: CommandKind.OPEN_SESSION } : { kind: CommandKind.ADD_ACCOUNT, number: row, text: `${row}` }
    gateway.give(commandsFrame(SESSION, [command]))
    await time.turn()
  }
  const lost = store.batches.slice()
  expect(lost).toHaveLength(ROWS)
  store.lose(ROWS - 1)
  expect(store.last).toBe(1)
  await time.advance(1_500)
  expect(leader.engine.role).toBe('halted')
  expect(store.lease.halted).toBe('')
  return { leader: { ...leader, time }, lease, lost }
}

/** Another member has found the same, and its operator decides. */
async function decided(store: JournalStore, decide: (operator: MemoryJournal) => Promise<unknown>): Promise<void> {
  store.lease.halted = 'another: rows are lost'
  await decide(new MemoryJournal(store))
  store.lease.halted = ''
}

test('a halt that arrives after the loss was given up changes nothing, and its member starts anew', async () => {
  const store = new JournalStore()
  const { leader, lease } = await halting(store)
  await decided(store, (operator) => operator.release(store.epoch))
  const { epoch } = store
  lease.arrive()
  await leader.time.advance(2_500)
  expect([store.lease.halted, store.epoch]).toEqual(['', epoch])
  expect(leader.failures).toEqual(['no longer halted'])
})

test('nor does one that arrives after the rows were appended again', async () => {
  const store = new JournalStore()
  const { leader, lease, lost } = await halting(store)
  await decided(store, (operator) => operator.restore(lost, store.epoch))
  expect(store.last).toBe(ROWS)
  const { epoch } = store
  lease.arrive()
  await leader.time.advance(2_500)
  expect([store.lease.halted, store.epoch]).toEqual(['', epoch])
  expect(leader.failures).toEqual(['no longer halted'])
})

test('one that arrives after a claim by a member that knows of nothing is told again, and halts the shard', async () => {
  const store = new JournalStore()
  const { leader, lease } = await halting(store)
  new MemoryJournal(store).raise()
  lease.arrive()
  await leader.time.advance(1_500)
  expect(store.lease.halted).toBe('slow: the journal ends at 1, our state at 3')
  expect(leader.failures).toEqual([])
})
