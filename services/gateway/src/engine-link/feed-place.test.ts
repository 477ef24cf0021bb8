import { CommandKind, Output, Reject, type RejectCode } from '@uptick/core'
import { FrameType, outcomeSum, type OutcomesFrame } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { addAccount, connected } from '../../testing/linked-engine.ts'
import { FeedPlace } from './feed-place.ts'

function outcome(sequence: number, reject: RejectCode = Reject.NONE): Int32Array {
  const output = new Output()
  output.begin(CommandKind.TICK, 0, sequence, 0, 0, 0)
  output.end(reject)
  return output.words.slice(0, output.length)
}

function frame(words: Int32Array): OutcomesFrame {
  return { type: FrameType.OUTCOMES, epoch: 3, first: 6, last: 6, words, start: 0, end: words.length }
}

function place(): { place: FeedPlace; clock: { at: number } } {
  const clock = { at: 0, elapsed: () => clock.at, now: () => 0 }
  return { place: new FeedPlace(clock, true), clock }
}

test('HELLO names the last outcome followed, and nothing after a gap', () => {
  const { place: feed } = place()
  feed.begin(5)
  expect([feed.next, feed.wanted.seen, feed.isNew]).toEqual([5, undefined, true])
  expect(feed.goOn(5)).toBe(true)
  expect(feed.wanted.seen).toBeUndefined()
  const words = outcome(6)
  feed.fed(frame(words), 0)
  expect([feed.next, feed.wanted.seen]).toEqual([7, { sequence: 6, epoch: 3, sum: outcomeSum(words, 0) }])
  expect(feed.goOn(7)).toBe(false)
  expect(feed.wanted.seen?.sequence).toBe(6)
  expect(feed.goOn(9)).toBe(true)
  expect(feed.wanted.seen).toBeUndefined()
})

test('the last outcome of a frame is the one seen, also when only part of the frame was new', () => {
  const { place: feed } = place()
  const [first, last] = [outcome(5), outcome(6)]
  const both = { ...frame(Int32Array.of(...first, ...last)), first: 5 }
  for (const from of [0, first.length]) {
    feed.fed(both, from)
    expect(feed.wanted.seen).toEqual({ sequence: 6, epoch: 3, sum: outcomeSum(last, 0) })
  }
})

test('outcomes that differ have different sums', () => {
  expect(outcomeSum(outcome(6), 0)).not.toBe(outcomeSum(outcome(6, Reject.UNKNOWN_COMMAND), 0))
})

test('a different history restarts the feed at once; being ahead of the leader only after a while', () => {
  const { place: feed, clock } = place()
  feed.fed(frame(outcome(6)), 0)
  expect(feed.refused('halted')).toBe(false)
  expect(feed.refused('ahead-of-journal')).toBe(false)
  clock.at = 9_999
  expect(feed.refused('ahead-of-journal')).toBe(false)
  expect(feed.next).toBe(7)
  clock.at = 10_000
  expect(feed.refused('ahead-of-journal')).toBe(true)
  expect([feed.next, feed.wanted.seen]).toEqual([1, undefined])
  feed.fed(frame(outcome(6)), 0)
  expect(feed.refused('another-history')).toBe(true)
  expect(feed.next).toBe(1)
})

test('a link tells the last outcome it followed, and restarts when the leader has another history', async () => {
  const { engine, time, link } = connected()
  const reply = link.submit(addAccount)
  time.turnNow()
  await reply
  const resets: number[] = []
  link.onFeedReset((next) => resets.push(next))
  engine.goodbye({ reason: 'another-history' })
  time.advanceNow(1_000)
  engine.open()
  expect(engine.hellos.map(({ feedFrom, seen }) => [feedFrom, seen?.sequence])).toEqual([
    [1, undefined],
    [1, undefined],
  ])
  expect(resets).toEqual([1])
  const { sequence } = link
  engine.goodbye({ reason: 'stopping' })
  time.advanceNow(1_000)
  engine.open()
  expect(engine.hellos.at(-1)).toMatchObject({ feedFrom: sequence + 1, seen: { sequence } })
  expect(resets).toEqual([1])
})
