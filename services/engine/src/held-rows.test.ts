import { CommandKind, OrderType, Side, TimeInForce, type Command } from '@uptick/core'
import { listing } from '@uptick/core/testing'
import { FrameType } from '@uptick/protocol'
import { JournalError } from '@uptick/journal'
import { expect, test } from 'vitest'
import { JournalStore } from '../testing/journal-store.ts'
import { commandsFrame, member as memberOf, started, type Member } from '../testing/memory-cluster.ts'
import { MemoryEvidence } from '../testing/memory-evidence.ts'
import type { MemoryLink } from '../testing/memory-link.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'

const SESSION = 77
const { OPEN_SESSION, ADD_ASSET, ADD_SYMBOL, ADD_ACCOUNT, DEPOSIT, PLACE } = CommandKind
const json = (value: object): string => JSON.stringify(value)
const limit = { kind: PLACE, symbol: 0, type: OrderType.LIMIT, timeInForce: TimeInForce.GTC, price: 100, quantity: 2 }

const opening: readonly Partial<Command>[] = [
  { kind: OPEN_SESSION },
  { kind: ADD_ASSET, text: json({ code: 'BTC', decimals: 0 }) },
  { kind: ADD_ASSET, text: json({ code: 'USD', decimals: 0 }) },
  { kind: ADD_SYMBOL, text: json(listing('BTCUSD', 'BTC', 'USD')) },
  { kind: ADD_ACCOUNT, text: 'alice' },
  { kind: ADD_ACCOUNT, text: 'bob' },
  { kind: DEPOSIT, account: 1, asset: 0, amount: 1000n },
  { kind: DEPOSIT, account: 2, asset: 1, amount: 100_000n },
]
/** Each in a batch of its own. */
const trades: readonly Partial<Command>[] = [
  { ...limit, account: 1, side: Side.SELL },
  { ...limit, account: 2, side: Side.BUY },
]
const END = opening.length + trades.length

async function give(member: Member, gateway: MemoryLink, commands: readonly Partial<Command>[], from: number) {
  gateway.give(
    commandsFrame(
      SESSION,
      commands.map((command, i) => ({ ...command, number: from + i })),
    ),
  )
  await member.time.turn()
}

/** A leader that has acknowledged the opening and the trades, and that was halted because the trades are lost. */
async function halted(store: JournalStore, evidence: MemoryEvidence, meanwhile = (): void => undefined) {
  const leader = await started(store, { evidence })
  const gateway = leader.link()
  gateway.hello(SESSION, 0)
  await give(leader, gateway, opening, 0)
  for (const [i, trade] of trades.entries()) await give(leader, gateway, [trade], opening.length + i)
  expect(store.last).toBe(END)
  store.lose(trades.length)
  meanwhile()
  await give(leader, gateway, [{ kind: ADD_ACCOUNT, text: 'carol' }], END)
  await leader.time.advance(500)
  expect(leader.engine.role).toBe('halted')
  return leader
}

async function ask(member: Member, question: object): Promise<unknown> {
  const operator = member.link()
  operator.hello(0)
  operator.ask(1, question)
  await member.time.advance(5)
  return operator.of(FrameType.ANSWER)[0]?.body
}

/** A member that does not know the trades leads for a moment, and journals something else. */
function goneOn(store: JournalStore): void {
  const other = new MemoryJournal(store)
  const { epoch, last } = other.raise()
  void other.append({ epoch, first: last + 1, last: last + 1, payload: Buffer.from('something else') })
}

test('the rows of a halted member survive its restart, and repair the journal', async () => {
  const store = new JournalStore()
  const evidence = new MemoryEvidence()
  const before = await halted(store, evidence)
  await before.engine.stop()
  const after = await started(store, { evidence })
  await after.time.advance(200)
  expect(await ask(after, { kind: 'status' })).toMatchObject({ role: 'standby', sequence: opening.length, held: END })
  expect(await ask(after, { kind: 'repair' })).toEqual({ appended: trades.length })
  expect([store.last, store.lease.halted]).toEqual([END, ''])
  await after.time.advance(3_000)
  expect(after.engine.leader?.exchange.sequence).toBe(END)
  expect(evidence.find('held-0')).toBeUndefined()
})

test('a repair that fails leaves the shard halted, and says why; the rows are kept for the next attempt', async () => {
  const store = new JournalStore()
  const evidence = new MemoryEvidence()
  const member = await halted(store, evidence)
  const restore = member.journal.restore.bind(member.journal)
  member.journal.restore = () => Promise.reject(new JournalError('no answer'))
  expect(await ask(member, { kind: 'repair' })).toEqual({ error: 'no answer' })
  expect(store.lease.halted).toMatch(/: not repaired: no answer$/)
  await member.time.advance(3_000)
  expect([member.engine.role, member.failures, store.last]).toEqual(['halted', [], opening.length])
  expect(evidence.find('held-0')).toBeDefined()
  member.journal.restore = restore
  expect(await ask(member, { kind: 'repair' })).toEqual({ appended: trades.length })
  expect([store.last, store.lease.halted]).toEqual([END, ''])
  await member.time.advance(3_000)
  expect(member.failures).toEqual(['no longer halted'])
  expect(evidence.find('held-0')).toBeUndefined()
})

test('a repair that fails after an operator has given the loss up elsewhere does not halt the shard again', async () => {
  const store = new JournalStore()
  const member = await halted(store, new MemoryEvidence())
  member.journal.restore = async () => {
    await new MemoryJournal(store).release(store.epoch)
    throw new JournalError('no answer')
  }
  expect(await ask(member, { kind: 'repair' })).toEqual({ error: 'no answer' })
  expect(store.lease.halted).toBe('')
})

test('a halt that a fail-over has lost is made again for what is kept and still lost, as soon as that is known', async () => {
  const store = new JournalStore()
  const evidence = new MemoryEvidence()
  const before = await halted(store, evidence)
  await before.engine.stop()
  store.lease.halted = ''
  // Another one leads, and this one cannot ask yet.
  const other = await started(store)
  const after = memberOf(store, { evidence })
  after.journal.readOnly = new Error('read-only')
  void after.engine.start()
  for (let turns = 0; turns < 100 && after.engine.role !== 'standby'; turns++) await after.time.advance(10)
  expect(after.engine.role).toBe('standby')
  await after.time.advance(500)
  expect([other.engine.role, store.lease.halted]).toEqual(['leading', ''])
  after.journal.readOnly = undefined
  await after.time.advance(500)
  expect(store.lease.halted).toMatch(new RegExp(`: the journal still lacks what was kept up to ${END}$`))
})

test('rows that were given up do not halt the shard after a restart', async () => {
  const store = new JournalStore()
  const evidence = new MemoryEvidence()
  const before = await halted(store, evidence)
  const kept = evidence.find('held-0')!
  await ask(before, { kind: 'release', reason: 'the replica is destroyed', operator: 'ines' })
  await before.engine.stop()
  evidence.keep('held-0', kept)
  const after = await started(store, { evidence })
  await after.time.advance(3_000)
  expect([after.engine.role, store.lease.halted]).toEqual(['leading', ''])
  expect(evidence.find('held-0')).toBeUndefined()
})

test('evidence that was cut short is used up to its last complete batch', async () => {
  const store = new JournalStore()
  const evidence = new MemoryEvidence()
  const before = await halted(store, evidence)
  await before.engine.stop()
  const whole = evidence.find('held-0')!
  for (const [bytes, held] of [
    [whole.subarray(0, whole.length - 4), END - 1],
    [whole.subarray(0, 10), 0],
    [Buffer.alloc(100, 7), 0],
  ] as const) {
    evidence.keep('held-0', bytes)
    const after = await started(store, { evidence })
    expect(after.engine.heldThrough).toBe(held)
    store.alive.clear()
  }
})

test('what cannot be appended again changes nothing, and is given up by name, with all that is taken back', async () => {
  const store = new JournalStore()
  const member = await halted(store, new MemoryEvidence(), () => goneOn(store))
  const { epoch } = store
  expect(await ask(member, { kind: 'repair' })).toMatchObject({
    error: expect.stringContaining('continued with other batches'),
  })
  expect(store.epoch).toBe(epoch)

  const released = await ask(member, { kind: 'release', reason: 'the replica is destroyed', operator: 'ines' })
  expect(released).toMatchObject({
    after: opening.length + 1,
    through: END,
    counts: { commands: 2, orders: 2, trades: 1 },
    commands: [
      { sequence: END - 1, kind: 'PLACE', account: 1 },
      { sequence: END, kind: 'PLACE', account: 2 },
    ],
    orders: [
      { sequence: END - 1, account: 1, side: Side.SELL, price: 100, quantity: 2 },
      { sequence: END, account: 2, side: Side.BUY, price: 100, quantity: 2 },
    ],
    trades: [{ sequence: END, price: 100, quantity: 2, makerAccount: 1, takerAccount: 2 }],
  })
  expect(store.lease.halted).toBe('')
  await member.time.advance(3_000)
  expect(member.failures).toEqual(['no longer halted'])
})

test('a member that held it too and was away does not halt the shard for what was given up', async () => {
  const store = new JournalStore()
  const away = await started(store)
  const gateway = away.link()
  gateway.hello(SESSION, 0)
  await give(away, gateway, opening, 0)
  for (const [i, trade] of trades.entries()) await give(away, gateway, [trade], opening.length + i)
  store.lose(1)
  const operator = new MemoryJournal(store)
  store.lease.halted = 'another: rows are lost'
  await operator.release(store.epoch)
  await away.time.advance(1_000)
  expect(away.engine.role).toBe('fenced')
  expect(away.failures).toEqual(['another engine leads the shard'])
  expect(store.lease.halted).toBe('')
})

test('only a halted shard is released', async () => {
  const store = new JournalStore()
  await started(store)
  const standby = await started(store)
  const { epoch } = store
  const answer = await ask(standby, { kind: 'release', reason: 'why not', operator: 'ines' })
  expect(answer).toEqual({ error: 'the shard is not halted' })
  expect(standby.evidence).toEqual([])
  expect(await ask(standby, { kind: 'repair' })).toEqual({ error: 'nothing is lost here' })
  expect(store.epoch).toBe(epoch)
})
