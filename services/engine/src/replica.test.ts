import { Command, CommandKind, Exchange, type Command as Fields } from '@uptick/core'
import { JournalRolledBackError, type StoredBatch } from '@uptick/journal'
import { encodeBatch, encodeCommand, RecordWriter } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { ClosedOrders } from './closed-orders.ts'
import { DivergedError, PoisonError, Replica, UnfitError, type ReplicaOptions } from './replica.ts'
import { RetainedBatches } from './retained-batches.ts'
import { RetainedOutcomes } from './retained-outcomes.ts'

const asset = (code: string): Partial<Fields> => ({
  kind: CommandKind.ADD_ASSET,
  text: JSON.stringify({ code, decimals: 0 }),
})

/** A leader's batches: each command is executed here, unless it is one to skip. */
function leader() {
  const exchange = new Exchange()
  const hash = (): bigint => BigInt.asUintN(64, exchange.runningHash())
  const batch = (
    commands: readonly Partial<Fields>[],
    changes: { hashBefore?: bigint; time?: number } = {},
  ): StoredBatch => {
    const { hashBefore = hash(), time = exchange.sequence + 1 } = changes
    const [first, records, command] = [exchange.sequence + 1, new RecordWriter(), new Command()]
    for (const fields of commands) {
      command.reset()
      Object.assign(command, fields)
      encodeCommand(command, records)
      exchange.output.clear()
      exchange.execute(command, exchange.sequence + 1, Math.max(time, exchange.time))
    }
    const [count, times] = [commands.length, commands.map(() => time)]
    const payload = Buffer.from(encodeBatch({ firstSequence: first, epoch: 3, hashBefore, records, times, count }))
    return { epoch: 3, first, last: first + count - 1, payload }
  }
  return { exchange, batch }
}

function follower(changes: Partial<ReplicaOptions> = {}) {
  const exchange = changes.exchange ?? new Exchange()
  const { sequence } = exchange
  const [retained, batches] = [new RetainedOutcomes(sequence), new RetainedBatches(sequence)]
  const parts = { exchange, retained, batches, closedOrders: new ClosedOrders() }
  const replica = new Replica({ ...parts, skipped: new Set(), retainFrom: 0, head: 0, ...changes })
  return { ...parts, replica }
}

test('the batches that it executes lead to the same state, and are kept', () => {
  const { exchange, batch } = leader()
  const { replica, retained, batches } = follower()
  for (const codes of [['A', 'B'], ['C']]) replica.apply(batch(codes.map((code) => asset(code))))
  expect(replica.exchange.runningHash()).toBe(exchange.runningHash())
  expect([retained.oldest, retained.last, batches.oldest, batches.last]).toEqual([1, 3, 1, 3])
})

test('a batch whose leader had another hash is not executed', () => {
  const { batch } = leader()
  const { replica } = follower()
  replica.apply(batch([asset('A')]))
  expect(() => replica.apply(batch([asset('B')], { hashBefore: 1n }))).toThrow(DivergedError)
  expect(replica.exchange.sequence).toBe(1)
})

test('and neither is the first one after a snapshot', () => {
  const { exchange, batch } = leader()
  batch([asset('A'), asset('B')])
  const { replica } = follower({ exchange: Exchange.restore(exchange.snapshot()) })
  expect(() => replica.apply(batch([asset('C')], { hashBefore: 1n }))).toThrow(DivergedError)
  expect(replica.exchange.sequence).toBe(2)
})

test.each([
  ['of the same length', ['X', 'Y']],
  ['that is longer', ['A', 'B', 'C']],
])('another batch in the place of one that was executed, %s, is that of a journal that lost rows', (_, codes) => {
  const { replica } = follower()
  const executed = leader().batch(['A', 'B'].map((code) => asset(code)))
  const other = leader().batch(codes.map((code) => asset(code)))
  replica.apply(executed)
  expect(() => replica.apply(other)).toThrow(JournalRolledBackError)
  // From the feed and from the journal comes the same one.
  replica.apply(executed)
  expect(replica.exchange.sequence).toBe(2)
})

test('of a batch that a snapshot has in part, the rest is executed, and the hash says nothing', () => {
  const [{ exchange, batch }, part] = [leader(), leader()]
  const whole = batch([asset('A'), asset('B')], { time: 1 })
  part.batch([asset('A')], { time: 1 })
  const { replica, batches } = follower({ exchange: Exchange.restore(part.exchange.snapshot()) })
  replica.apply(whole)
  expect(replica.exchange.stateHash()).toBe(exchange.stateHash())
  expect([batches.oldest, batches.last]).toEqual([1, 2])
})

test.each([
  ['epoch', { epoch: 4 }],
  ['first sequence', { first: 2 }],
  ['last sequence', { last: 7 }],
])('a row that says another %s than its batch is not executed', (_what, changes) => {
  const { batch } = leader()
  const { replica } = follower()
  const row = batch([asset('A')])
  expect(() => replica.apply({ ...row, ...changes })).toThrow('holds another batch')
  expect(replica.exchange.sequence).toBe(0)
})

test('a batch after a gap is not executed', () => {
  const { batch } = leader()
  batch([asset('A')])
  const { replica } = follower()
  expect(() => replica.apply(batch([asset('B')]))).toThrow('does not follow sequence 0')
})

test('what an operator decided to skip is executed as nothing', () => {
  const { batch } = leader()
  const { replica } = follower({ skipped: new Set([2]) })
  replica.apply(batch([asset('A'), asset('B'), asset('C')]))
  expect(replica.exchange.catalogue().assets.map(({ code }) => code)).toEqual(['A', 'C'])
})

test('a command that breaks the state machine is named, with its batch', () => {
  const { batch } = leader()
  const { replica } = follower()
  replica.apply(batch([asset('A')], { time: 100 }))
  // Journaled time never runs backwards; the state machine asserts it.
  const poison = batch([asset('B')], { time: 1 })
  const thrown = (): unknown => {
    try {
      return replica.apply(poison)
    } catch (error) {
      return error
    }
  }
  const error = thrown()
  expect(error).toBeInstanceOf(PoisonError)
  expect(error).toMatchObject({ poison: { sequence: 2, time: 1, epoch: 3, payload: poison.payload } })
})

test('an activation of what this build does not know makes it unfit; of 0, which no leader knew, does not', () => {
  const { batch } = leader()
  const { replica } = follower()
  replica.apply(batch([{ kind: CommandKind.ACTIVATE_BEHAVIOUR, value: 0 }]))
  expect(replica.exchange.sequence).toBe(1)
  expect(() => replica.apply(batch([{ kind: CommandKind.ACTIVATE_BEHAVIOUR, value: 999 }]))).toThrow(UnfitError)
})

test('an activation that was refused, and is sent again to a leader that knows it, is the same refusal on all members', () => {
  const { exchange, batch } = leader()
  const open = { kind: CommandKind.OPEN_SESSION, session: 77 }
  const activate = { kind: CommandKind.ACTIVATE_BEHAVIOUR, session: 77, number: 1 }
  const batches = [batch([open, { ...activate, value: 0 }]), batch([{ ...activate, value: 99 }])]
  const { replica } = follower()
  for (const each of batches) replica.apply(each)
  expect([replica.exchange.sequence, replica.exchange.runningHash()]).toEqual([3, exchange.runningHash()])
})

test('what was journaled before the time to retain from is not retained, what came at it is', () => {
  const { batch } = leader()
  const { replica, retained, batches } = follower({ retainFrom: 50 })
  replica.apply(batch([asset('A')], { time: 49 }))
  expect([retained.oldest, batches.oldest]).toEqual([2, 2])
  replica.apply(batch([asset('B')], { time: 50 }))
  expect([retained.oldest, retained.last, batches.oldest, batches.last]).toEqual([2, 2, 2, 2])
})
