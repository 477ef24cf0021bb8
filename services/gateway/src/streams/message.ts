import type { TimeUnit } from '@uptick/protocol'

/** Writes a payload as JSON text with times in the unit. */
export type Render = (unit: TimeUnit) => string

/** Receives the messages of a stream, oldest first. */
export type Tell = (message: Message) => void

/**
 * Wrappings whose bytes many subscribers share: none, and `{"stream","data"}`. Others belong to one subscriber each.
 */
const SHARED_MAX = 2

/** The text around a message that is sent on its own. */
export class Wrapping {
  readonly head: string
  readonly tail: string
  /** Index among the shared wrappings of a stream; −1 when it is not shared. */
  readonly shared: number

  constructor(head: string, tail: string, shared = -1) {
    this.head = head
    this.tail = tail
    this.shared = shared
  }
}

/** The payload and nothing else. */
export const BARE = new Wrapping('', '', 0)

/** `{"stream","data"}` around the payload. */
export function combinedOf(stream: string): Wrapping {
  return new Wrapping(`{"stream":${JSON.stringify(stream)},"data":`, '}', 1)
}

/** One message of a stream. Its text is written once for each time unit, and its bytes once for all who share them. */
export class Message {
  readonly #render: Render
  readonly #texts: (string | undefined)[] = []
  readonly #bytes: (Buffer | undefined)[] = []

  constructor(render: Render) {
    this.#render = render
  }

  text(unit: TimeUnit): string {
    return (this.#texts[unitIndex(unit)] ??= this.#render(unit))
  }

  bytes({ head, tail, shared }: Wrapping, unit: TimeUnit): Buffer {
    if (shared < 0) return Buffer.from(`${head}${this.text(unit)}${tail}`)
    return (this.#bytes[unitIndex(unit) * SHARED_MAX + shared] ??= Buffer.from(`${head}${this.text(unit)}${tail}`))
  }
}

/** How the numbered messages of a subscriber are written. */
export interface Envelope {
  /** JSON text up to where the numbers follow: `{"stream":"btcusdt@trade"`. */
  readonly head: string
  /** Name of the list of payloads. */
  readonly list: string
}

/** Messages that are sent as one numbered message. The bytes are made once for all who get the same. */
export class Page {
  readonly #messages: readonly Message[]
  readonly #bytes = new Map<string, Buffer>()
  /** The bytes of the last call: the next call nearly always asks for the same. */
  #last: { readonly head: string; readonly first: number; readonly unit: TimeUnit; readonly bytes: Buffer } | undefined

  constructor(messages: readonly Message[]) {
    this.#messages = messages
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0
  }

  /** The numbered message for sequences `first` to `last`; `last` is the same for all subscribers. */
  bytes(envelope: Envelope, first: number, last: number, unit: TimeUnit): Buffer {
    const known = this.#last
    const { head, list } = envelope
    if (known?.head === head && known.first === first && known.unit === unit) return known.bytes
    const start = `${head},"first":${first},"last":${last},"${list}":[`
    const key = `${unit}${start}`
    let bytes = this.#bytes.get(key)
    if (!bytes) {
      bytes = Buffer.from(`${start}${this.#messages.map((message) => message.text(unit)).join(',')}]}`)
      this.#bytes.set(key, bytes)
    }
    this.#last = { head, first, unit, bytes }
    return bytes
  }
}

function unitIndex(unit: TimeUnit): number {
  return unit === 'MICROSECOND' ? 1 : 0
}
