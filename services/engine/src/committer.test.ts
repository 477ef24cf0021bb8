import { describe, expect, test } from 'vitest'
import type { Batch } from '@uptick/journal'
import { Committer } from './committer.ts'
import { MemoryJournal } from '../testing/memory-journal.ts'
import { VirtualTime } from '@uptick/runtime/testing'

function setup() {
  const journal = new MemoryJournal()
  journal.raise()
  const time = new VirtualTime()
  const heard: string[] = []
  const committer = new Committer<Batch>(journal, time, {
    durable: ({ first, last }) => heard.push(`durable ${first}-${last}`),
    fenced: () => {
      heard.push('fenced')
      committer.stop()
    },
    rolledBack: () => {
      heard.push('rolled back')
      committer.stop()
    },
    halted: () => {
      heard.push('halted')
      committer.stop()
    },
    trouble: (error) => heard.push(error === undefined ? 'works again' : 'trouble'),
  })
  const submit = (first: number, last: number, epoch = 1): void =>
    committer.submit({ epoch, first, last, payload: Buffer.from(`${first}`) })
  const rows = (): number[][] => journal.store.batches.map(({ first, last }) => [first, last])
  return { journal, time, heard, committer, submit, rows }
}

describe('Committer', () => {
  test('reports batches durable in order, several in flight', async () => {
    const { journal, time, heard, committer, submit } = setup()
    journal.holding = true
    submit(1, 2)
    submit(3, 3)
    expect(committer.inFlight).toBe(2)
    journal.settle(1)
    await time.turn()
    expect(heard).toEqual(['durable 1-2'])
    journal.settle()
    await time.turn()
    expect(heard).toEqual(['durable 1-2', 'durable 3-3'])
  })

  test('an append that was executed although its answer was lost is not repeated', async () => {
    const { journal, time, heard, submit, rows } = setup()
    journal.faults.push('lost after')
    submit(1, 2)
    submit(3, 4)
    await time.advance(10_000)
    expect(rows()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(heard).toEqual(['trouble', 'durable 1-2', 'durable 3-4', 'works again'])
  })

  test.each(['lost before', 'refused'] as const)('the same batch is appended again when it was %s', async (fault) => {
    const { journal, time, heard, committer, submit, rows } = setup()
    journal.faults.push(fault)
    submit(1, 2)
    submit(3, 4)
    await time.advance(10_000)
    expect(rows()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(heard.filter((line) => line.startsWith('durable'))).toEqual(['durable 1-2', 'durable 3-4'])
    expect(heard.at(-1)).toBe('works again')
    expect(committer.isRepairing).toBe(false)
  })

  test('nothing is durable while the journal is unreachable; it resumes by itself when the journal is back', async () => {
    const { journal, time, heard, submit, rows } = setup()
    journal.down = new Error('away')
    submit(1, 2)
    submit(3, 4)
    await time.advance(60_000)
    expect(heard.some((line) => line.startsWith('durable'))).toBe(false)
    journal.down = undefined
    await time.advance(2_000)
    expect(rows()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(heard.slice(-3)).toEqual(['durable 1-2', 'durable 3-4', 'works again'])
  })

  test('a lost answer that turns out to be of another member’s epoch is a fence', async () => {
    const { journal, time, heard, submit, rows } = setup()
    journal.faults.push('lost before')
    submit(1, 2)
    journal.store.epoch = 2
    await time.advance(1_000)
    expect(heard).toEqual(['trouble', 'fenced'])
    expect(rows()).toEqual([])
  })

  test('an append that is refused because another leads is a fence', async () => {
    const { journal, time, heard, submit, rows } = setup()
    journal.store.epoch = 2
    submit(1, 2)
    await time.turn()
    expect([heard, rows()]).toEqual([['fenced'], []])
  })

  test.each([
    ['refused', undefined, ['halted']],
    ['unanswered', 'lost before', ['trouble', 'halted']],
  ] as const)('an append that is %s because the shard was halted reports that', async (_, fault, said) => {
    const { journal, time, heard, submit, rows } = setup()
    journal.store.epoch = 2
    journal.store.lease.halted = 'rows were lost'
    journal.faults.push(fault)
    submit(1, 2)
    await time.advance(1_000)
    expect([heard, rows()]).toEqual([said, []])
  })

  test('batches that are passed on during a repair wait for those before', async () => {
    const { journal, time, heard, committer, submit, rows } = setup()
    journal.faults.push('lost before')
    submit(1, 2)
    await time.turn()
    expect(committer.isRepairing).toBe(true)
    submit(3, 4)
    await time.advance(10_000)
    expect(heard).toEqual(['trouble', 'durable 1-2', 'durable 3-4', 'works again'])
    expect(rows()).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  test('a journal of an older epoch than ours has lost rows', async () => {
    const { time, heard, submit } = setup()
    submit(1, 1, 2)
    await time.turn()
    expect(heard).toEqual(['rolled back'])
  })
})
