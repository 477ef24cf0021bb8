import type { TimeUnit } from '@uptick/protocol'
import type { Collected } from './collected.ts'
import { BARE, type Envelope, type Message, type Page, type Wrapping } from './message.ts'

/** The connection that gets the messages of streams. */
export interface Subscriber {
  readonly timeUnit: TimeUnit
  /** Wants `{"stream","data"}` around each payload of a plain market stream. */
  readonly combined?: boolean
  /** So much is unread that sending should wait. */
  readonly isCongested: boolean
  deliver(message: string | Buffer): void
  /** Events were missed, or the streams cannot continue here: the client should reconnect. */
  restart(): void
}

/** One subscriber of one plain stream. It gets each message at once. */
export class PlainSubscription {
  readonly subscriber: Subscriber
  readonly #wrapping: Wrapping

  constructor(subscriber: Subscriber, wrapping: Wrapping) {
    this.subscriber = subscriber
    this.#wrapping = wrapping
  }

  /** `combined`: the wrapping of the stream for subscribers that want its name with each message. */
  tell(message: Message, combined: Wrapping): void {
    const { subscriber } = this
    const isCombined = this.#wrapping === BARE && subscriber.combined === true
    subscriber.deliver(message.bytes(isCombined ? combined : this.#wrapping, subscriber.timeUnit))
  }
}

/**
 * One subscriber of one numbered stream. It got everything up to `position`. Each message covers the sequences from
 * `first` (the position plus one) to `last` without a gap.
 */
export class NumberedSubscription {
  readonly subscriber: Subscriber
  readonly envelope: Envelope
  position = 0
  /** Makes this subscriber's own messages until it has the same position as all others. */
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

  /** Send everything after the position up to `last`. */
  tell(last: number, page: Page, now: number): void {
    this.subscriber.deliver(page.bytes(this.envelope, this.position + 1, last, this.subscriber.timeUnit))
    this.position = last
    this.toldAt = now
    this.isStarted = true
  }
}
