import { Command, CommandKind, Exchange, type Command as Fields } from '@uptick/core'
import type { StoredBatch } from '@uptick/journal'
import { encodeBatch, encodeCommand, RecordWriter } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { DivergedError, PoisonError, Replica } from './replica.ts'

const asset = (code: string): Partial<Fields> => ({
  kind: CommandKind.ADD_ASSET,
  text: JSON.stringify({ code, decimals: 0 }),
})

/** A leader's batches, executed by it. */
function leader() {
  const exchange = new Exchange()
  return (codes: readonly string[], changes: { hashBefore?: bigint; time?: number } = {}): StoredBatch => {
    const { hashBefore = BigInt.asUintN(64, exchange.runningHash()), time = exchange.sequence + 1 } = changes
    const [first, records, command] = [exchange.sequence + 1, new RecordWriter(), new Command()]
    for (const code of codes) {
      command.reset()
      Object.assign(command, asset(code))
      encodeCommand(command, records)
      exchange.output.clear()
      exchange.execute(command, exchange.sequence + 1, Math.max(exchange.time, time))
    }
    const [count, times] = [codes.length, codes.map(() => time)]
    const payload = Buffer.from(encodeBatch({ firstSequence: first, epoch: 3, hashBefore, records, times, count }))
    return { epoch: 3, first, last: first + count - 1, payload }
  }
}

const codesOf = ({ exchange }: Replica): string[] => exchange.catalogue().assets.map(({ code }) => code)

test('it executes batch after batch, and the rest of a batch that it has executed in part', () => {
  const [batch, again] = [leader(), leader()]
  const replica = new Replica(new Exchange(), new Set())
  replica.apply(batch(['A']))
  replica.apply(batch(['B', 'C']))
  replica.apply(again(['A', 'B', 'C', 'D'], { time: 4 }))
  expect(codesOf(replica)).toEqual(['A', 'B', 'C', 'D'])
})

test('a batch with another hash of its leader is not executed', () => {
  const batch = leader()
  const replica = new Replica(new Exchange(), new Set())
  replica.apply(batch(['A']))
  expect(() => replica.apply(batch(['B'], { hashBefore: 1n }))).toThrow(DivergedError)
  expect(codesOf(replica)).toEqual(['A'])
})

test.each([
  ['epoch', { epoch: 4 }],
  ['first sequence', { first: 2 }],
  ['last sequence', { last: 7 }],
])('a row that says another %s than its batch is not executed', (_what, changes) => {
  const replica = new Replica(new Exchange(), new Set())
  expect(() => replica.apply({ ...leader()(['A']), ...changes })).toThrow('holds another batch than it says')
  expect(replica.exchange.sequence).toBe(0)
})

test('a batch after a gap is not executed', () => {
  const batch = leader()
  batch(['A'])
  const replica = new Replica(new Exchange(), new Set())
  expect(() => replica.apply(batch(['B']))).toThrow('a batch does not follow the state')
})

test('a skipped command is not executed, and a command that breaks the state machine is named', () => {
  const batch = leader()
  const replica = new Replica(new Exchange(), new Set([2]))
  replica.apply(batch(['A', 'B', 'C'], { time: 100 }))
  expect(codesOf(replica)).toEqual(['A', 'C'])
  const other = new Replica(new Exchange(), new Set())
  const next = leader()
  other.apply(next(['A'], { time: 100 }))
  // Journaled time never runs backwards; the state machine asserts it.
  expect(() => other.apply(next(['B'], { time: 1 }))).toThrow(PoisonError)
})
