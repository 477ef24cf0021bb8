import { expect, test } from 'vitest'
import { NumberedStream } from './numbered-stream.ts'

const [old, next] = [{}, {}]

function gapsOf(stream: NumberedStream<object>): string[] {
  return stream.gaps.map(({ text }) => text)
}

test('what follows is taken, a hole on the only connection is a gap', () => {
  const stream = new NumberedStream('updates', () => 0)
  stream.received(old, { first: 5, last: 7 }, false)
  stream.received(old, { first: 8, last: 8 }, false)
  expect(stream.last).toBe(8)
  expect(gapsOf(stream)).toEqual([])
  stream.received(old, { first: 10, last: 12 }, false)
  expect(gapsOf(stream)).toEqual(['updates 9 … 9 are missing'])
})

test('a connection that is ahead waits for the one before it', () => {
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

test('what the connection before did not bring until it closed is a gap', () => {
  const stream = new NumberedStream('updates', () => 0)
  stream.received(old, { first: 1, last: 3 }, false)
  stream.received(next, { first: 6, last: 7 }, true)
  stream.lost(old)
  expect(gapsOf(stream)).toEqual(['updates 4 … 5 are missing'])
})
