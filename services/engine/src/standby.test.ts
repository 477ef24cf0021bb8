import { Command, CommandKind, Exchange } from '@uptick/core'
import type { StoredBatch } from '@uptick/journal'
import { encodeBatch, encodeCommand, RecordWriter } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import { ClosedOrders } from './closed-orders.ts'
import { Replica } from './replica.ts'
import { RetainedBatches } from './retained-batches.ts'
import { RetainedOutcomes } from './retained-outcomes.ts'
import { SeenHead } from './seen-head.ts'
import { JournalStore } from '../testing/journal-store.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import { MemoryLease } from '../testing/memory-lease.ts'
import { VirtualTime } from '@uptick/runtime/testing'
import { Standby } from './standby.ts'

const LOOK_MS = 100

/** A journal whose rows come when the test says so. */
class SlowJournal extends MemoryJournal {
  #rows: StoredBatch[] = []
  #wake = (): void => undefined

  bring(row: StoredBatch): void {
    this.#rows.push(row)
    this.#wake()
  }

  override async *tail(_from: number, signal: AbortSignal): AsyncGenerator<StoredBatch> {
    signal.addEventListener('abort', () => this.#wake())
    while (!signal.aborted) {
      for (let row = this.#rows.shift(); row; row = this.#rows.shift()) yield row
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** `count` commands that do nothing, which come after `exchange` and are executed by it. */
function batchAfter(exchange: Exchange, count: number): StoredBatch {
  const [first, records, command] = [exchange.sequence + 1, new RecordWriter(), new Command()]
  const hashBefore = BigInt.asUintN(64, exchange.runningHash())
  command.kind = CommandKind.CONTINUE
  for (let index = 0; index < count; index++) {
    encodeCommand(command, records)
    exchange.output.clear()
    exchange.execute(command, exchange.sequence + 1, 1)
  }
  const times = Array.from({ length: count }, () => 1)
  const payload = Buffer.from(encodeBatch({ firstSequence: first, epoch: 1, hashBefore, records, times, count }))
  return { epoch: 1, first, last: first + count - 1, payload }
}

const unheard = (): void => undefined

/** A standby with an empty state beside a leader, before its first look. */
function following() {
  const [store, time, told] = [new JournalStore(), new VirtualTime(), [] as string[]]
  store.epoch = 1
  Object.assign(store.lease, { epoch: 1, holder: 'leader', url: '', expiresAt: Infinity })
  store.alive.add('leader')
  const [journal, exchange] = [new SlowJournal(store), new Exchange()]
  const [retained, closedOrders, batches] = [new RetainedOutcomes(0), new ClosedOrders(), new RetainedBatches(0)]
  const parts = { exchange, retained, closedOrders, batches }
  const replica = new Replica({ ...parts, skipped: new Set(), retainFrom: 0, head: 0 })
  const seams = {
    journal,
    lease: new MemoryLease(store, { holder: 'me', url: '', leaseMs: LEASE_MS_DEFAULT, time, journal }),
    dialMember: () => ({ send: () => undefined, close: () => undefined }),
    clock: time,
    timers: time,
    observer: { batch: unheard, committed: unheard, handedOff: unheard, snapshot: unheard },
    log: { info: unheard, warn: unheard, error: unheard },
  }
  const settings = { url: '', behaviours: [], snapshots: { commands: 1_000_000, seconds: 3_600, kept: 3 } }
  const followed = { recovered: { ...parts, replica }, seen: new SeenHead(), recordedThrough: () => 0 }
  const standby = new Standby(seams, settings, followed, {
    caughtUp: (met, reason) => told.push(`${met} ${reason}`.trim()),
    looked: () => undefined,
    writable: () => undefined,
    handed: () => undefined,
    trouble: () => undefined,
  })
  const claimed = standby.claimed()
  claimed.catch(() => undefined)
  /** What the standby reported of itself at its next look. */
  const look = async (): Promise<string | undefined> => {
    await time.advance(LOOK_MS)
    return told.splice(0).at(-1)
  }
  return { store, time, journal, standby, told, claimed, look }
}

test('a standby behind by a thousand commands is not caught up at its first look', async () => {
  const { store, time, standby, told } = following()
  store.last = 1_000
  await time.turn()
  expect(told).toEqual(['false 1000 commands behind'])
  expect([standby.isCaughtUp, standby.isFollowing, standby.lag]).toEqual([false, false, 1_000])
  await standby.stop()
})

test('one that has everything is caught up at its first look', async () => {
  const { time, standby, told } = following()
  await time.turn()
  expect([told, standby.isCaughtUp, standby.lag]).toEqual([['true'], true, 0])
  await standby.stop()
})

test('under load it is caught up when it is where the journal ended one look ago, and not before', async () => {
  const { store, journal, standby, look } = following()
  const leader = new Exchange()
  store.last = 1_000
  expect(await look()).toBe('false 1000 commands behind')
  journal.bring(batchAfter(leader, 999))
  store.last = 2_000
  expect(await look()).toBe('false 1001 commands behind')
  journal.bring(batchAfter(leader, 1_001))
  store.last = 3_000
  expect(await look()).toBe('true')
  expect(standby.lag).toBe(1_000)
  await standby.stop()
})

test('once caught up it may be late for two looks, not for three', async () => {
  const { store, standby, look } = following()
  expect(await look()).toBe('true')
  store.last = 10
  // Where the journal ended one look ago.
  expect(await look()).toBe('true')
  expect(await look()).toBe('true')
  expect(await look()).toBe('true')
  expect(await look()).toBe('false 10 commands behind')
  await standby.stop()
})

test('a journal that ends before its state has lost rows: it cannot follow', async () => {
  const { store, time, journal, standby, claimed, look } = following()
  journal.bring(batchAfter(new Exchange(), 5))
  store.last = 5
  await look()
  expect(standby.sequence).toBe(5)
  store.last = 4
  const failure = claimed.catch((error: unknown) => String(error))
  await time.advance(LOOK_MS)
  expect(await failure).toContain('the journal ends at 4, our state at 5')
  await standby.stop()
})
