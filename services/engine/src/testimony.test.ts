import { CommandKind } from '@uptick/core'
import { FrameType, outcomeSum, type Seen } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { JournalStore } from '../testing/journal-store.ts'
import { commandsFrame, member, type Member } from '../testing/memory-cluster.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'

const SESSION = 77
const open = { kind: CommandKind.OPEN_SESSION }
const account = (number: number) => ({ kind: CommandKind.ADD_ACCOUNT, number, text: `account ${number}` })

/** A member that leads, whatever it has to replay first. */
async function started(store: JournalStore): Promise<Member> {
  const made = member(store)
  void made.engine.start()
  for (let turns = 0; turns < 20; turns++) await made.time.advance(10)
  expect(made.engine.role).toBe('leading')
  return made
}

/** Has each of the commands journaled in a batch of its own. */
async function trade(leader: Member, session: number, commands: readonly object[]): Promise<void> {
  const gateway = leader.link()
  gateway.hello(session, -1)
  for (const command of commands) {
    gateway.give(commandsFrame(session, [command]))
    await leader.time.turn()
  }
}

/** Like kill -9: it sends and receives nothing more. */
function gone(store: JournalStore, { journal }: Member): void {
  journal.down = new Error('it has ended')
  store.alive.clear()
  store.lease.expiresAt = -Infinity
}

/** What a gateway was shown last of three batches, of which its engine and all that it knew are gone. */
async function shown(store: JournalStore): Promise<Seen> {
  const leader = await started(store)
  await trade(leader, SESSION, [open, account(1), account(2)])
  const { words, at, epoch } = leader.engine.leader!.retained.outcome(3)!
  gone(store, leader)
  return { sequence: 3, epoch, sum: outcomeSum(words, at) }
}

/** What a gateway is told that comes back with what it was shown. */
async function comesBack(leader: Member, seen: Seen): Promise<unknown> {
  const gateway = leader.link()
  gateway.hello(SESSION, seen.sequence + 1, seen)
  await leader.time.advance(100)
  const [goodbye] = gateway.of(FrameType.GOODBYE)
  return goodbye ? goodbye.reason : gateway.of(FrameType.WELCOME).length
}

const AHEAD = { reason: 'ahead-of-journal' }
const ANOTHER = { reason: 'another-history' }

test('a gateway is the only one that knows what the journal has lost: the shard is halted', async () => {
  const store = new JournalStore()
  const seen = await shown(store)
  store.lose(2)
  const leader = await started(store)
  expect(await comesBack(leader, seen)).toEqual(AHEAD)
  expect(leader.engine.role).toBe('halted')
  expect(store.lease.halted).toMatch(/ was shown outcome 3 of epoch 1, and the journal ends at 1$/)
})

test('the same when the journal has continued with something else', async () => {
  const store = new JournalStore()
  const seen = await shown(store)
  store.lose(2)
  const leader = await started(store)
  await trade(leader, SESSION + 1, [open, account(1), account(2)])
  expect(store.last).toBe(4)
  expect(await comesBack(leader, seen)).toEqual(AHEAD)
  expect(store.lease.halted).toMatch(/ was shown outcome 3 of epoch 1, and the journal holds another one$/)
})

/** Another leader that retains nothing of what the one before it wrote: that is more than a minute old. */
async function later(store: JournalStore, before: Member): Promise<Member> {
  await before.time.advance(70_000)
  await trade(before, SESSION + 2, [open])
  const bytes = before.engine.leader!.exchange.snapshot()
  await before.journal.saveSnapshot({ sequence: store.last, bytes })
  await before.time.advance(70_000)
  await trade(before, SESSION + 3, [open])
  gone(store, before)
  const leader = await started(store)
  expect(leader.engine.leader!.retained.oldest).toBeGreaterThan(5)
  return leader
}

test('and when it has continued for longer than outcomes are retained', async () => {
  const store = new JournalStore()
  const seen = await shown(store)
  store.lose(2)
  const second = await started(store)
  await trade(second, SESSION + 1, [open, account(1), account(2), account(3)])
  const third = await later(store, second)
  expect(await comesBack(third, seen)).toEqual({ reason: 'halted' })
  expect(store.lease.halted).toMatch(/ was shown outcome 3 of epoch 1, and the journal has it from epoch 2$/)
})

test('what is in the journal, retained or not, causes no halt', async () => {
  const store = new JournalStore()
  const seen = await shown(store)
  const second = await started(store)
  expect(await comesBack(second, seen)).toBe(1)
  await trade(second, SESSION + 1, [open, account(1)])
  const third = await later(store, second)
  expect(await comesBack(third, seen)).toBe(1)
  expect([third.engine.role, store.lease.halted]).toEqual(['leading', ''])
})

test('a gateway that was fed by the unknown successor of a leader causes no halt', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  await trade(leader, SESSION, [open, account(1)])
  const successor = new MemoryJournal(store)
  const { epoch } = successor.raise()
  await successor.append({ epoch, first: 3, last: 3, payload: Buffer.from('x') })
  expect(await comesBack(leader, { sequence: 3, epoch, sum: 0 })).toEqual(AHEAD)
  expect(store.lease.halted).toBe('')
})

test('what an operator has given up is not missed any more, and the gateway begins anew', async () => {
  const store = new JournalStore()
  const seen = { ...(await shown(store)), epoch: 9 }
  store.lose(2)
  const first = await started(store)
  await comesBack(first, seen)
  expect(first.engine.role).toBe('halted')
  await new MemoryJournal(store).release(0)
  gone(store, first)
  const second = await started(store)
  expect(second.engine.role).toBe('leading')
  expect(await comesBack(second, seen)).toEqual(AHEAD)
  expect(await comesBack(second, seen)).toEqual(ANOTHER)
  expect([second.engine.role, store.lease.halted]).toEqual(['leading', ''])
  // Of what has come since, it may be the only one that knows.
  expect(await comesBack(second, { sequence: 3, epoch: store.epoch, sum: 0 })).toEqual(AHEAD)
  expect(second.engine.role).toBe('halted')
})

test('while the journal does not answer the gateway is to come again', async () => {
  const store = new JournalStore()
  const seen = await shown(store)
  store.lose(2)
  const leader = await started(store)
  leader.journal.down = new Error('no answer')
  expect(await comesBack(leader, seen)).toEqual(AHEAD)
  expect(leader.engine.role).toBe('leading')
  leader.journal.down = undefined
  expect(await comesBack(leader, seen)).toEqual(AHEAD)
  expect(leader.engine.role).toBe('halted')
})

test('a release that does not say what it was shown is refused, and no more', async () => {
  const store = new JournalStore()
  const leader = await started(store)
  const gateway = leader.link()
  gateway.hello(SESSION, 9)
  await leader.time.advance(100)
  expect(gateway.of(FrameType.GOODBYE)).toMatchObject([{ reason: AHEAD }])
  expect(leader.engine.role).toBe('leading')
})
