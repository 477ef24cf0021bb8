import { expect, test } from 'vitest'
import { ResumedStream } from './resumed-stream.ts'

test('a stream begins anywhere, and each message follows on the one before', () => {
  const stream = new ResumedStream('trades')
  stream.connect(1)
  expect(stream.take(1, { first: 10, last: 9 })).toBeUndefined()
  expect(stream.take(1, { first: 10, last: 12 })).toBeUndefined()
  expect(stream.take(1, { first: 14, last: 15 })).toBe('trades: a message from 14 after 12')
  expect(stream.position).toBe(15)
})

test('another connection resumes after the last message, also while the old one still delivers', () => {
  const stream = new ResumedStream('trades')
  stream.connect(1)
  stream.take(1, { first: 1, last: 5 })
  stream.connect(2)
  expect(stream.take(1, { first: 6, last: 7 })).toBeUndefined()
  expect(stream.take(2, { first: 6, last: 6 })).toBeUndefined()
  expect(stream.take(2, { first: 7, last: 8 })).toBeUndefined()
  stream.lost(1)
  stream.connect(3)
  expect(stream.take(3, { first: 10, last: 11 })).toBe('trades: a message from 10 after 8')
})

test('a failed resumption is a violation', () => {
  const stream = new ResumedStream('trades')
  stream.connect(1)
  stream.take(1, { first: 1, last: 5 })
  stream.connect(2)
  expect(stream.take(2, { first: 900, last: 899, error: 'resume-too-old' })).toBe('trades: resume-too-old after 5')
})
