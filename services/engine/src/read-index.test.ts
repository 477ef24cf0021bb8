import { JournalHaltedError, JournalRolledBackError } from '@uptick/journal'
import { expect, test } from 'vitest'
import { ReadIndex } from './read-index.ts'
import { VirtualTime } from '@uptick/runtime/testing'

/** A journal that is asked for the newest epoch and answers when told. */
function setUp() {
  const time = new VirtualTime()
  const looks: PromiseWithResolvers<boolean>[] = []
  const passed: string[] = []
  const lost: unknown[] = []
  let fencings = 0
  const readIndex = new ReadIndex({
    look: () => {
      looks.push(Promise.withResolvers())
      return looks.at(-1)!.promise
    },
    timers: time,
    events: {
      fenced: () => void fencings++,
      rolledBack: (error) => void lost.push(error),
      halted: (error) => void lost.push(error),
    },
  })
  const ask = (question: string): void => readIndex.before(() => void passed.push(question))
  return { time, looks, passed, lost, readIndex, ask, fencings: () => fencings }
}

test('a question passes after a look that began when it had come', async () => {
  const { time, looks, passed, ask } = setUp()
  ask('first')
  ask('second')
  await time.advance(0)
  expect(looks).toHaveLength(1)
  ask('too late for the first look')
  expect(passed).toEqual([])
  looks[0]!.resolve(true)
  await time.advance(0)
  expect(passed).toEqual(['first', 'second'])
  expect(looks).toHaveLength(2)
  looks[1]!.resolve(true)
  await time.advance(0)
  expect(passed).toEqual(['first', 'second', 'too late for the first look'])
  expect(looks).toHaveLength(2)
})

test('nothing passes once another member leads, and the leader is told', async () => {
  const { time, looks, passed, ask, fencings } = setUp()
  ask('first')
  await time.advance(0)
  ask('second')
  looks[0]!.resolve(false)
  await time.advance(1_000)
  ask('third')
  await time.advance(1_000)
  expect(passed).toEqual([])
  expect(fencings()).toBe(1)
  expect(looks).toHaveLength(1)
})

test('while the journal does not answer all wait, and pass in the order in which they came', async () => {
  const { time, looks, passed, ask, fencings } = setUp()
  ask('first')
  await time.advance(0)
  ask('second')
  looks[0]!.reject(new Error('out of reach'))
  await time.advance(1_000)
  expect(passed).toEqual([])
  expect(looks).toHaveLength(2)
  looks[1]!.resolve(true)
  await time.advance(0)
  expect(passed).toEqual(['first', 'second'])
  expect(fencings()).toBe(0)
})

test('a stopped leader lets nothing pass, and is not told that another member leads', async () => {
  const { time, looks, passed, ask, readIndex, fencings } = setUp()
  ask('first')
  await time.advance(0)
  readIndex.stop()
  looks[0]!.resolve(false)
  await time.advance(1_000)
  expect([passed, fencings(), looks.length]).toEqual([[], 0, 1])
})

test.each([
  new JournalRolledBackError('the journal is at epoch 1, older than ours, 2'),
  new JournalHaltedError('rows were lost'),
])('%s: lets nothing pass, and the leader is told', async (error) => {
  const { time, looks, passed, lost, ask, fencings } = setUp()
  ask('first')
  await time.advance(0)
  looks[0]!.reject(error)
  await time.advance(1_000)
  expect([passed, lost, fencings(), looks.length]).toEqual([[], [error], 0, 1])
})
