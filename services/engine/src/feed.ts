import { strict as assert } from 'node:assert'
import { outcomeSession, outcomeWords } from '@uptick/core'
import { encodeReplies } from '@uptick/protocol'
import { LINK_BUFFERED_BYTES_MAX } from './limits.ts'
import { chunkWords, frameFrom, type OutcomesChunk, type RetainedOutcomes } from './retained-outcomes.ts'
import type { LinkSocket } from './seams.ts'

/** What a link gets of the outcomes. */
export interface Subscription {
  readonly socket: LinkSocket
  /** Every outcome, or only the replies to this session. */
  readonly mode: 'feed' | 'replies'
  readonly session: number
  /** Sequence that is sent next. */
  next: number
}

/**
 * Sends durable outcomes to links, each at its own place in the retained outcomes: a link that resumes starts further
 * back, a slow one falls behind without a queue of its own. Only what the reply gate released is retained, so nothing
 * can leave earlier. A link that fell out of the retained outcomes is closed: it must come back and be told.
 */
export class Feed {
  readonly #retained: RetainedOutcomes
  readonly #subscriptions = new Set<Subscription>()

  constructor(retained: RetainedOutcomes) {
    this.#retained = retained
  }

  get oldest(): number {
    return this.#retained.oldest
  }

  subscribe(subscription: Subscription): void {
    this.#subscriptions.add(subscription)
    this.pump(subscription)
  }

  unsubscribe(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
  }

  /** Durable outcomes, released by the gate. */
  publish(chunk: OutcomesChunk): void {
    this.#retained.add(chunk)
    for (const subscription of this.#subscriptions) this.pump(subscription)
  }

  /** Send what the link's socket has room for. Called again when the socket has drained. */
  pump(subscription: Subscription): void {
    const { socket } = subscription
    while (subscription.next <= this.#retained.last && socket.bufferedBytes < LINK_BUFFERED_BYTES_MAX) {
      const chunk = this.#retained.find(subscription.next)
      if (!chunk) {
        this.unsubscribe(subscription)
        socket.close(1013, `fell behind: sequence ${subscription.next} is no longer retained`)
        return
      }
      if (subscription.mode === 'feed') socket.send(frameFrom(chunk, subscription.next))
      else sendReplies(subscription, chunk)
      subscription.next = chunk.last + 1
    }
  }
}

/** Send the outcomes of the subscription's session, if the chunk has any from `next` on. */
function sendReplies(subscription: Subscription, chunk: OutcomesChunk): void {
  const words = chunkWords(chunk)
  const mine = new Int32Array(words.length)
  let length = 0
  let count = 0
  let sequence = chunk.first
  for (let at = 0; at < words.length; sequence++) {
    const size = outcomeWords(words, at)
    assert.ok(size > 0, 'an outcome has a length')
    if (sequence >= subscription.next && outcomeSession(words, at) === subscription.session) {
      mine.set(words.subarray(at, at + size), length)
      length += size
      count++
    }
    at += size
  }
  if (count > 0) subscription.socket.send(encodeReplies(count, mine, 0, length))
}
