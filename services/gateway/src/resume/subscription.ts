import type { TimeUnit } from '../operations/operation.ts'
import type { Digest, Render } from './digest.ts'

/** The connection that a numbered stream is told to. */
export interface NumberedSubscriber {
  readonly timeUnit: TimeUnit
  /** So much is unread that it should be given time. */
  readonly isCongested: boolean
  deliver(message: string | Buffer): void
  /** It cannot go on here: reconnect. */
  restart(): void
}

/** How messages to a subscriber are written. */
export interface Envelope {
  /** JSON text up to where the numbers follow: `{"stream":"btcusdt@trade"`. */
  readonly head: string
  /** Name of the list of payloads. */
  readonly list: string
}

/**
 * One subscriber of one stream. Everything up to `position` was told; each message says what it goes on from (`first`,
 * the position plus one) and up to where nothing is missing (`last`).
 */
export class Subscription {
  readonly subscriber: NumberedSubscriber
  readonly envelope: Envelope
  position = 0
  /** Makes what is told to this subscriber alone, until it is where all others are. */
  own: Digest | undefined
  /** µs. */
  toldAt = 0
  since = 0
  isStarted = false
  isClosed = false

  constructor(subscriber: NumberedSubscriber, envelope: Envelope) {
    this.subscriber = subscriber
    this.envelope = envelope
  }

  /** Tell everything after the position up to `last`. */
  tell(last: number, page: Page, now: number): void {
    this.subscriber.deliver(page.message(this.envelope, this.position + 1, last, this.subscriber.timeUnit))
    this.position = last
    this.toldAt = now
    this.isStarted = true
  }
}

/** Payloads of one message, as text and as bytes once for all who are told the same. */
export class Page {
  readonly #lines: readonly Render[]
  readonly #texts = new Map<TimeUnit, string>()
  readonly #messages = new Map<string, Buffer>()

  constructor(lines: readonly Render[]) {
    this.#lines = lines
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0
  }

  message({ head, list }: Envelope, first: number, last: number, unit: TimeUnit): Buffer {
    const start = `${head},"first":${first},"last":${last},"${list}":[`
    const key = `${unit}${start}`
    let message = this.#messages.get(key)
    if (!message) {
      message = Buffer.from(`${start}${this.#text(unit)}]}`)
      this.#messages.set(key, message)
    }
    return message
  }

  #text(unit: TimeUnit): string {
    let text = this.#texts.get(unit)
    if (text === undefined) {
      text = this.#lines.map((render) => render(unit)).join(',')
      this.#texts.set(unit, text)
    }
    return text
  }
}

export const EMPTY_PAGE = new Page([])
