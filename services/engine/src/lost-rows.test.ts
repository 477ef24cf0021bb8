import { CommandKind } from '@uptick/core'
import { describe, expect, test } from 'vitest'
import { FrameType, outcomeSum } from '@uptick/protocol'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import { commandsFrame, member, started, type Member } from '../testing/memory-cluster.ts'
import { JournalStore } from '../testing/journal-store.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import { MemoryLease } from '../testing/memory-lease.ts'
import type { MemoryLink } from '../testing/memory-link.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

/** A leader that has told a gateway of three commands, each in a batch of its own. */
async function trading(store: JournalStore): Promise<{ leader: Member; gateway: MemoryLink }> {
  const leader = await started(store)
  const gateway = leader.link()
  gateway.hello(SESSION, 0)
  for (const command of [open, account(1), account(2)]) {
    gateway.give(commandsFrame(SESSION, [command]))
    await leader.time.turn()
  }
  expect(store.batches).toHaveLength(3)
  return { leader, gateway }
}

/** A standby that has executed the whole journal. */
async function following(store: JournalStore): Promise<Member> {
  const standby = member(store)
  void standby.engine.start()
  for (let turns = 0; turns < 20; turns++) await standby.time.advance(10)
  expect(standby.engine.role).toBe('standby')
  return standby
}

/** A member that does not know of the loss leads, and writes `texts` as other accounts. */
async function elsewhere(store: JournalStore, texts: readonly string[]): Promise<void> {
  store.lease.expiresAt = -Infinity
  const other = await started(store)
  expect(other.engine.role).toBe('leading')
  const gateway = other.link()
  gateway.hello(SESSION + 1, -1)
  for (const [number, text] of ['', ...texts].entries()) {
    const command = number === 0 ? open : { ...account(number), text }
    gateway.give(commandsFrame(SESSION + 1, [command]))
    await other.time.turn()
  }
  // Like kill -9: its knowledge is lost with it.
  store.alive.clear()
}

/** Everything in the journal is of another history, of `count` batches, when the standby looks at it next. */
async function rewritten(store: JournalStore, count: number): Promise<void> {
  const other = new JournalStore()
  const leader = await started(other)
  const gateway = leader.link()
  gateway.hello(SESSION, -1)
  for (let number = 0; number < count; number++) {
    const command = number === 0 ? open : { ...account(number), text: `other ${number}` }
    gateway.give(commandsFrame(SESSION, [command]))
    await leader.time.turn()
  }
  store.batches.splice(0, store.batches.length, ...other.batches)
  store.last = other.last
  store.epoch = 2
  store.claim = ++store.claims
}

/** Another member halts the shard for a loss that it has found just now. */
async function haltedElsewhere(store: JournalStore): Promise<void> {
  const lease = new MemoryLease(store, { holder: 'x', url: '', leaseMs: LEASE_MS_DEFAULT, ...member(store) })
  await lease.halt('x: rows were lost', { epochSeen: 0, foundAt: store.epoch })
}

/** Looks at a server that is one batch behind. */
class LateLease extends MemoryLease {
  override async look(): ReturnType<MemoryLease['look']> {
    const view = await super.look()
    return { ...view, head: { ...view.head, last: Math.max(0, view.head.last - 1) } }
  }
}

describe('a journal that lost rows', () => {
  test('a fenced leader reports what it knows, and keeps it', async () => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    store.lose(2)
    new MemoryJournal(store).raise()
    const fed = gateway.fed()
    gateway.give(commandsFrame(SESSION, [account(3)]))
    await leader.time.advance(100)
    expect(leader.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('the journal ends at 1, our state at 3')
    expect(leader.failures).toEqual([])
    expect(gateway.fed()).toEqual(fed)
  })

  test('a leader finds the loss without any orders', async () => {
    const store = new JournalStore()
    const { leader } = await trading(store)
    store.lose(2)
    await leader.time.advance(1_500)
    expect(leader.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('the journal ends at 1, our state at 3')
  })

  test('a fenced leader is not deceived by a journal that is longer again, with something else in it', async () => {
    const store = new JournalStore()
    const { leader } = await trading(store)
    store.lose(2)
    await elsewhere(store, ['x', 'y', 'z'])
    expect(store.last).toBe(5)
    await leader.time.advance(2_000)
    expect(leader.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('the journal holds another batch than the one that was executed at 3')
  })

  test('and neither is a standby, which has not diverged', async () => {
    const store = new JournalStore()
    await trading(store)
    const standby = await following(store)
    expect(standby.engine.standby?.sequence).toBe(3)
    await rewritten(store, 5)
    store.changed()
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
    expect(standby.evidence).toEqual(['held-0'])
    expect(store.lease.halted).toContain('the journal holds another batch than the one that was executed at 3')
  })

  test('the leader of a halted shard acknowledges nothing more, says so and keeps its state', async () => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    await haltedElsewhere(store)
    const fed = gateway.fed()
    gateway.give(commandsFrame(SESSION, [account(3)]))
    await leader.time.advance(100)
    expect(leader.engine.role).toBe('halted')
    expect(gateway.fed()).toEqual(fed)
    expect(gateway.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'halted' } }])
    expect(store.last).toBe(3)
    expect(leader.failures).toEqual([])
  })

  test('a quiet leader learns of the halt with the next renewal', async () => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    await haltedElsewhere(store)
    await leader.time.advance(1_000)
    expect(leader.engine.role).toBe('halted')
    expect(gateway.closedWith).toBeDefined()
    expect(leader.failures).toEqual([])
  })

  test('a standby does not lead from a state of the same length with something else in it', async () => {
    const store = new JournalStore()
    await trading(store)
    const standby = await following(store)
    await rewritten(store, 3)
    expect([store.last, standby.engine.standby?.sequence]).toEqual([3, 3])
    store.lease.expiresAt = -Infinity
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
  })

  test.each([
    ['sum', { sum: 1 }],
    ['epoch', { epoch: 2 }],
  ])('a gateway that was fed an outcome of another %s is not fed on', async (_, other) => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    const { words, at, epoch } = leader.engine.leader!.retained.outcome(3)!
    const seen = { sequence: 3, epoch, sum: outcomeSum(words, at) }
    expect(gateway.fed()).toEqual([1, 2, 3])
    const again = leader.link()
    again.hello(SESSION, 4, seen)
    expect(again.of(FrameType.WELCOME)).toHaveLength(1)
    // A gateway that does not say it is of an older release.
    const older = leader.link()
    older.hello(SESSION + 2, 4)
    expect(older.of(FrameType.WELCOME)).toHaveLength(1)
    const stranger = leader.link()
    stranger.hello(SESSION + 1, 4, { ...seen, ...other })
    expect(stranger.of(FrameType.GOODBYE)).toMatchObject([{ reason: { reason: 'ahead-of-journal' } }])
    expect(stranger.of(FrameType.WELCOME)).toEqual([])
  })

  test('a server that is behind causes no halt: the loss is confirmed by the server that takes appends', async () => {
    const store = new JournalStore()
    await trading(store)
    const time = { now: () => 0, elapsed: () => 0 }
    const journal = new MemoryJournal(store)
    const lease = new LateLease(store, {
      holder: 'late',
      url: 'memory://late',
      leaseMs: LEASE_MS_DEFAULT,
      time,
      journal,
    })
    const late = member(store, { lease, journal })
    void late.engine.start()
    await late.time.advance(1_000)
    expect(['standby', 'recovering']).toContain(late.engine.role)
    expect(store.lease.halted).toBe('')
  })

  test('and neither does a quiet leader that reads from a server that is behind', async () => {
    const store = new JournalStore()
    const { leader } = await trading(store)
    leader.journal.head = () => Promise.resolve({ epoch: 1, last: 1 })
    await leader.time.advance(3_000)
    expect([leader.engine.role, store.lease.halted]).toEqual(['leading', ''])
  })

  test('a member that reads less than its claim saw reads again, and else gives the lease up and says why', async () => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    const warnings: string[] = []
    const warn = (facts: object): void => void warnings.push('err' in facts ? String(facts.err) : '')
    const log = { info: () => undefined, error: () => undefined, warn }
    const late = member(store, { log })
    void late.engine.start()
    await late.time.advance(500)
    late.journal.behind = 1
    gateway.give(commandsFrame(SESSION, [account(3)]))
    await leader.time.turn()
    store.lease.expiresAt = -Infinity
    await late.time.advance(3_000)
    expect(late.engine.leader).toBeUndefined()
    expect(warnings.join()).toContain('reading ends at 3, though the journal was seen to end at 4')
    late.journal.behind = 0
    store.lease.expiresAt = -Infinity
    await late.time.advance(3_000)
    expect(late.engine.leader?.durable).toBe(4)
    expect(late.engine.leader?.exchange.runningHash()).toBe(leader.engine.leader?.exchange.runningHash())
  })

  test('a read that ends before the end that its claim saw is repeated for a second: the same claim leads', async () => {
    const store = new JournalStore()
    const { leader, gateway } = await trading(store)
    const late = await following(store)
    late.journal.behind = 1
    gateway.give(commandsFrame(SESSION, [account(3)]))
    await leader.time.turn()
    store.lease.expiresAt = -Infinity
    for (let turns = 0; turns < 100 && late.engine.role !== 'taking-over'; turns++) await late.time.advance(10)
    const { epoch } = store
    await late.time.advance(500)
    expect(late.engine.role).toBe('taking-over')
    late.journal.behind = 0
    await late.time.advance(100)
    expect(late.engine.leader).toMatchObject({ epoch, durable: 4 })
  })

  test('a standby that has seen a later epoch halts the shard, and does not claim the number again', async () => {
    const store = new JournalStore()
    await started(store)
    const standby = await started(store)
    expect(store.epoch).toBe(1)
    // The claim is lost, and with it the lease: the shard looks free.
    store.epoch = 0
    store.claim = 0
    Object.assign(store.lease, { epoch: 0, holder: '', expiresAt: -Infinity })
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('the journal is at epoch 0, and was at 1')
    // No member has claimed: the halt took an epoch above all that were seen.
    expect([store.epoch, store.lease.holder]).toEqual([2, ''])
  })

  test('the number of an epoch that is given again halts the shard', async () => {
    const store = new JournalStore()
    await started(store)
    const standby = await started(store)
    store.claim = ++store.claims
    await standby.time.advance(1_000)
    expect(standby.engine.role).toBe('halted')
    expect(store.lease.halted).toContain('epoch 1 was given twice')
  })

  test('a leader whose epoch was claimed again acknowledges nothing more', async () => {
    const store = new JournalStore()
    const leader = await started(store)
    const gateway = leader.link()
    gateway.hello(SESSION, 0)
    gateway.give(commandsFrame(SESSION, [open]))
    await leader.time.turn()
    const fed = gateway.fed()
    store.claim = ++store.claims
    gateway.give(commandsFrame(SESSION, [account(1)]))
    await leader.time.advance(100)
    expect(leader.engine.role).toBe('halted')
    expect(gateway.fed()).toEqual(fed)
    expect(store.last).toBe(1)
  })
})
