import { expect, test } from 'vitest'
import { NumberedStream } from './numbered-stream.ts'

const [old, next] = [{}, {}]

function gapsOf(stream: NumberedStream<object>): string[] {
  return stream.gaps.map(({ text }) => text)
}

test('the next number is accepted, a hole on the only connection is a gap', () => {
  const stream = new NumberedStream('updates', () => 0)
  stream.received(old, { first: 5, last: 7 }, false)
  stream.received(old, { first: 8, last: 8 }, false)
  expect(stream.last).toBe(8)
  expect(gapsOf(stream)).toEqual([])
  stream.received(old, { first: 10, last: 12 }, false)
  expect(gapsOf(stream)).toEqual(['updates 9 … 9 are missing'])
})

test('messages of a newer connection wait for those of the older one', () => {
  const stream = new NumberedStream('updates', () => 0)
  stream.received(old, { first: 1, last: 3 }, false)
  stream.received(next, { first: 6, last: 7 }, true)
  expect(stream.last).toBe(3)
  stream.received(old, { first: 4, last: 6 }, true)
  expect(stream.last).toBe(7)
  stream.lost(old)
  stream.received(next, { first: 8, last: 9 }, false)
  expect(stream.last).toBe(9)
  expect(gapsOf(stream)).toEqual([])
})

test('what the older connection did not bring before it closed is a gap', () => {
  const stream = new NumberedStream('updates', () => 0)
  stream.received(old, { first: 1, last: 3 }, false)
  stream.received(next, { first: 6, last: 7 }, true)
  stream.lost(old)
  expect(gapsOf(stream)).toEqual(['updates 4 … 5 are missing'])
})
