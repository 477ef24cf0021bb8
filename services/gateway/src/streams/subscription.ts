import type { TimeUnit } from '@uptick/protocol'
import type { Collected } from './collected.ts'
import { BARE, type Envelope, type Message, type Page, type Wrapping } from './message.ts'

/** The connection that streams are told to. */
export interface Subscriber {
  readonly timeUnit: TimeUnit
  /** Wants `{"stream","data"}` around each payload of a plain market stream. */
  readonly combined?: boolean
  /** So much is unread that it should be given time. */
  readonly isCongested: boolean
  deliver(message: string | Buffer): void
  /** Events were missed, or it cannot go on here: reconnect. */
  restart(): void
}

/** One subscriber of one plain stream, who is told each message as it comes. */
export class PlainSubscription {
  readonly subscriber: Subscriber
  readonly #wrapping: Wrapping

  constructor(subscriber: Subscriber, wrapping: Wrapping) {
    this.subscriber = subscriber
    this.#wrapping = wrapping
  }

  /** `combined`: what stands around the bare messages of the stream for those who want its name with each. */
  tell(message: Message, combined: Wrapping): void {
    const { subscriber } = this
    const isCombined = this.#wrapping === BARE && subscriber.combined === true
    subscriber.deliver(message.bytes(isCombined ? combined : this.#wrapping, subscriber.timeUnit))
  }
}

/**
 * One subscriber of one numbered stream. Everything up to `position` was told; each message says what it goes on from
 * (`first`, the position plus one) and up to where nothing is missing (`last`).
 */
export class NumberedSubscription {
  readonly subscriber: Subscriber
  readonly envelope: Envelope
  position = 0
  /** Makes what is told to this subscriber alone, until it is where all others are. */
  own: Collected | undefined
  /** µs. */
  toldAt = 0
  since = 0
  isStarted = false
  isClosed = false

  constructor(subscriber: Subscriber, envelope: Envelope) {
    this.subscriber = subscriber
    this.envelope = envelope
  }

  /** Tell everything after the position up to `last`. */
  tell(last: number, page: Page, now: number): void {
    this.subscriber.deliver(page.bytes(this.envelope, this.position + 1, last, this.subscriber.timeUnit))
    this.position = last
    this.toldAt = now
    this.isStarted = true
  }
}
