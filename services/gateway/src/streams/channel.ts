import type { TimeUnit } from '../operations/operation.ts'
import type { StreamName } from './stream-name.ts'

/** One who listens to streams, as a channel sees it. */
export interface Subscriber {
  /** Wants `{"stream","data"}` around each payload. */
  readonly combined: boolean
  readonly timeUnit: TimeUnit
  deliver(message: Buffer): void
}

/** Writes a payload as JSON text with times in the unit. */
export type Render = (unit: TimeUnit) => string

/** One stream and everybody who listens to it. A payload becomes bytes once per form, not once per subscriber. */
export class Channel {
  readonly name: StreamName
  readonly #subscribers = new Set<Subscriber>()
  /** What the publisher remembers of its last message, to send only what changed; NaN before the first one. */
  mark = Number.NaN
  count = -1
  /** Somebody joined: tell the state, changed or not. */
  isUrgent = true
  /** Core sequence of the last event that was published: a resume continues after it. */
  sequence = 0

  constructor(name: StreamName) {
    this.name = name
  }

  get size(): number {
    return this.#subscribers.size
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
  }

  delete(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber)
  }

  subscribers(): Iterable<Subscriber> {
    return this.#subscribers
  }

  publish(sequence: number, render: Render): void {
    this.sequence = sequence
    const forms: (Buffer | undefined)[] = []
    const texts: (string | undefined)[] = []
    for (const subscriber of this.#subscribers) {
      const unit = subscriber.timeUnit === 'MICROSECOND' ? 1 : 0
      const form = unit * 2 + (subscriber.combined ? 1 : 0)
      let bytes = forms[form]
      if (!bytes) {
        const text = (texts[unit] ??= render(subscriber.timeUnit))
        bytes = Buffer.from(subscriber.combined ? this.#combined(text) : text)
        forms[form] = bytes
      }
      subscriber.deliver(bytes)
    }
  }

  #combined(text: string): string {
    return `{"stream":${JSON.stringify(this.name.text)},"data":${text}}`
  }
}
