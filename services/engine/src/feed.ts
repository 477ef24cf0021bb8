import { outcomeSession, outcomeWords } from '@uptick/core'
import { encodeReplies } from '@uptick/protocol'
import type { Slab } from './frame-memory.ts'
import { LINK_BUFFERED_BYTES_MAX } from './limits.ts'
import { CloseCode } from './link-errors.ts'
import { chunkWords, frameFrom, type OutcomesChunk, type RetainedOutcomes } from './retained-outcomes.ts'
import type { LinkSocket } from './seams.ts'

export interface SubscriptionOptions {
  readonly socket: LinkSocket
  /** Every outcome, or only the replies to this session. */
  readonly mode: 'feed' | 'replies'
  readonly session: number
  /** Sequence that is sent first. */
  readonly next: number
}

/** What a link gets of the outcomes, and how far it is. */
export class Subscription {
  readonly socket: LinkSocket
  readonly mode: SubscriptionOptions['mode']
  readonly session: number
  /** Sequence that is sent next. */
  next: number
  /** Slabs of the frames that the socket has not finished sending, oldest first. */
  readonly sending: Slab[] = []
  /** Given to the socket with each frame out of a slab: called when the oldest of them has been sent. */
  readonly sent: () => void

  constructor(options: SubscriptionOptions, sent: (subscription: Subscription) => void) {
    this.socket = options.socket
    this.mode = options.mode
    this.session = options.session
    this.next = options.next
    this.sent = () => sent(this)
  }
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

  subscribe(options: SubscriptionOptions): Subscription {
    const subscription = new Subscription(options, (sender) => this.#sent(sender))
    this.#subscriptions.add(subscription)
    this.pump(subscription)
    return subscription
  }

  /** The connection is gone, and with it what its socket had not sent. */
  closed(subscription: Subscription): void {
    this.#subscriptions.delete(subscription)
    for (const slab of subscription.sending.splice(0)) this.#retained.memory.release(slab)
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
        this.#subscriptions.delete(subscription)
        socket.close(CloseCode.TRY_AGAIN_LATER, `fell behind: sequence ${subscription.next} is no longer retained`)
        return
      }
      if (subscription.mode === 'feed') this.#send(subscription, chunk)
      else sendReplies(subscription, chunk)
      subscription.next = chunk.last + 1
    }
  }

  #send(subscription: Subscription, chunk: OutcomesChunk): void {
    this.#retained.memory.hold(chunk.slab)
    subscription.sending.push(chunk.slab)
    subscription.socket.send(frameFrom(chunk, subscription.next), subscription.sent)
  }

  #sent(subscription: Subscription): void {
    const slab = subscription.sending.shift()
    if (slab) this.#retained.memory.release(slab)
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
    if (sequence >= subscription.next && outcomeSession(words, at) === subscription.session) {
      mine.set(words.subarray(at, at + size), length)
      length += size
      count++
    }
    at += size
  }
  if (count > 0) subscription.socket.send(encodeReplies(count, mine, 0, length))
}
