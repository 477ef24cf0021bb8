import { expect, test } from 'vitest'
import { RetainedBatches } from './retained-batches.ts'

const MINUTE = 60_000_000

function batch(first: number, last = first, bytes = 10) {
  return { epoch: 1, first, last, payload: new Uint8Array(bytes) }
}

test('each sequence is found in its batch, also in the middle of one', () => {
  const retained = new RetainedBatches(9)
  for (const [first, last] of [
    [10, 12],
    [13, 13],
    [14, 20],
  ] as const)
    retained.add(batch(first, last), 1)
  expect([retained.oldest, retained.last, retained.bytes]).toEqual([10, 20, 30])
  const found = [9, 10, 12, 13, 14, 20, 21].map((sequence) => retained.find(sequence)?.first)
  expect(found).toEqual([undefined, 10, 10, 13, 14, 14, undefined])
  expect([12, 13, 21].map((sequence) => retained.from(sequence).map(({ first }) => first))).toEqual([
    [10, 13, 14],
    [13, 14],
    [],
  ])
})

test('what is a minute old is kept, what is older is not', () => {
  const retained = new RetainedBatches(0)
  retained.add(batch(1), 0)
  retained.add(batch(2), MINUTE)
  expect(retained.oldest).toBe(1)
  retained.add(batch(3), MINUTE + 1)
  expect([retained.oldest, retained.bytes]).toEqual([2, 20])
})

test('past its bytes the oldest go, but never the newest', () => {
  const retained = new RetainedBatches(0, 25)
  for (const first of [1, 2, 3]) retained.add(batch(first), 1)
  expect([retained.oldest, retained.bytes]).toEqual([2, 20])
  retained.add(batch(4, 4, 100), 1)
  expect([retained.oldest, retained.last, retained.bytes]).toEqual([4, 4, 100])
})

test('batches have no gaps between them', () => {
  const retained = new RetainedBatches(0)
  retained.startAfter(4)
  expect([retained.oldest, retained.last]).toEqual([5, 4])
  // It may begin before the state did.
  retained.add(batch(3, 6), 1)
  expect(() => retained.add(batch(8), 1)).toThrow('without gaps')
  expect(() => retained.startAfter(9)).toThrow('nothing was kept')
})

test('of thousands that came and went, what is left is found', () => {
  const retained = new RetainedBatches(0, 1_000)
  for (let first = 1; first <= 5_000; first++) retained.add(batch(first), 1)
  expect([retained.oldest, retained.bytes]).toEqual([4_901, 1_000])
  expect([4_900, 4_901, 5_000].map((sequence) => retained.find(sequence)?.first)).toEqual([undefined, 4_901, 5_000])
})
