import { Output, outcomeSequence, CommandKind } from '@uptick/core'
import { decodeFrame, FrameType } from '@uptick/protocol'
import { describe, expect, test } from 'vitest'
import { Feed, type SubscriptionOptions } from './feed.ts'
import { LINK_BUFFERED_BYTES_MAX } from './limits.ts'
import { RetainedOutcomes, type OutcomesChunk } from './retained-outcomes.ts'
import type { LinkSocket } from './seams.ts'

const SECOND = 1_000_000

/** Outcomes without events, of session `sequence % 2 + 1`. */
function outcomes(retained: RetainedOutcomes, first: number, last: number, time: number): OutcomesChunk[] {
  const output = new Output()
  for (let sequence = first; sequence <= last; sequence++) {
    output.begin(CommandKind.TICK, 0, sequence, time, (sequence % 2) + 1, sequence)
    output.end(0)
  }
  return retained.cut(1, time, output.words, output.length)
}

class Socket implements LinkSocket {
  readonly peer = 'test'
  bufferedBytes = 0
  readonly got: number[] = []
  closed: number | undefined

  send(frame: Uint8Array, sent?: () => void): void {
    const decoded = decodeFrame(frame.slice())
    sent?.()
    if (decoded.type !== FrameType.OUTCOMES && decoded.type !== FrameType.REPLIES) throw new Error('not outcomes')
    for (let at = decoded.start; at < decoded.end; at += decoded.words[at]!) {
      this.got.push(outcomeSequence(decoded.words, at))
    }
  }

  close(code: number): void {
    this.closed = code
  }
}

type Options = SubscriptionOptions & { readonly socket: Socket }

function subscription(next: number, mode: Options['mode'] = 'feed'): Options {
  return { socket: new Socket(), mode, session: 2, next }
}

function setup() {
  const retained = new RetainedOutcomes(0)
  const feed = new Feed(retained)
  const publish = (first: number, last: number, time: number): void => {
    for (const chunk of outcomes(retained, first, last, time)) feed.publish(chunk)
  }
  return { feed, retained, publish }
}

describe('RetainedOutcomes', () => {
  test('keeps sixty seconds of journaled time, in whole chunks', () => {
    const retained = new RetainedOutcomes(0)
    for (let second = 0; second < 100; second++) {
      for (const chunk of outcomes(retained, second * 10 + 1, second * 10 + 10, second * SECOND)) retained.add(chunk)
    }
    expect(retained.last).toBe(1000)
    expect(retained.oldest).toBe(391)
    expect(retained.find(390)).toBeUndefined()
    expect(retained.find(400)).toMatchObject({ first: 391, last: 400 })
    expect(retained.find(1001)).toBeUndefined()
  })

  test('keeps fewer when they are too many bytes, but always the newest', () => {
    const retained = new RetainedOutcomes(0, { bytes: 500 })
    for (let i = 1; i <= 20; i++) for (const chunk of outcomes(retained, i, i, 0)) retained.add(chunk)
    expect(retained.bytes).toBeLessThanOrEqual(500)
    expect(retained.oldest).toBeGreaterThan(10)
    for (const chunk of outcomes(retained, 21, 60, 0)) retained.add(chunk)
    expect(retained.oldest).toBe(21)
  })

  test('refuses a gap', () => {
    const retained = new RetainedOutcomes(4)
    expect(() => retained.add(outcomes(retained, 6, 6, 0)[0]!)).toThrow('without gaps')
  })
})

describe('Feed', () => {
  test('a link that resumes gets exactly the missing suffix, then what follows', () => {
    const { feed, publish } = setup()
    publish(1, 10, 0)
    publish(11, 20, 0)
    const link = subscription(7)
    feed.subscribe(link)
    publish(21, 22, 0)
    expect(link.socket.got).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22])
  })

  test('a slow link waits at its place while others go on', () => {
    const { feed, publish } = setup()
    const slow = subscription(1)
    const quick = subscription(1)
    slow.socket.bufferedBytes = LINK_BUFFERED_BYTES_MAX
    const waiting = feed.subscribe(slow)
    feed.subscribe(quick)
    publish(1, 5, 0)
    expect(slow.socket.got).toEqual([])
    expect(quick.socket.got).toEqual([1, 2, 3, 4, 5])
    slow.socket.bufferedBytes = 0
    feed.pump(waiting)
    expect(slow.socket.got).toEqual([1, 2, 3, 4, 5])
  })

  test('a link that fell out of what is retained is closed', () => {
    const { feed, publish } = setup()
    const slow = subscription(1)
    slow.socket.bufferedBytes = LINK_BUFFERED_BYTES_MAX
    const waiting = feed.subscribe(slow)
    publish(1, 5, 0)
    publish(6, 7, 61 * SECOND)
    slow.socket.bufferedBytes = 0
    feed.pump(waiting)
    expect(slow.socket.got).toEqual([])
    expect(slow.socket.closed).toBe(1013)
  })

  test('without a feed, a link gets the replies to its session only', () => {
    const { feed, publish } = setup()
    publish(1, 4, 0)
    const link = subscription(4, 'replies')
    feed.subscribe(link)
    publish(5, 9, 0)
    expect(link.socket.got).toEqual([5, 7, 9])
  })
})
