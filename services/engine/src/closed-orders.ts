import {
  EventKind,
  ExecutionAt,
  IMAGE_WORDS,
  ImageAt,
  OrderStatus,
  STATUS_SHIFT,
  clientIdText,
  copyImage,
  doubleAt,
  outcomeEvents,
  outcomeRepeated,
  outcomeSequence,
  outcomeWords,
  OUTCOME_HEADER_WORDS,
  readImage,
  type OrderImage,
} from '@uptick/core'
import { CLOSED_ORDERS_MAX } from './limits.ts'

const SEGMENT_ORDERS = 4_096

/**
 * Some closed orders, in the order of closing. Images stay words, and the index is made when somebody asks: orders
 * close a hundred thousand times a second, and nearly all are gone before anybody does.
 */
class Segment {
  readonly words = new Int32Array(SEGMENT_ORDERS * IMAGE_WORDS)
  count = 0
  /** Sequence of the newest one. */
  last = 0
  #indexed = 0
  readonly #byId = new Map<number, number>()
  /** By account and client order id; the newest wins. */
  readonly #byClient = new Map<string, number>()

  get isFull(): boolean {
    return this.count === SEGMENT_ORDERS
  }

  /** `event` is where the execution begins. */
  add(words: Int32Array, event: number, sequence: number): void {
    copyImage(words, event, this.words, this.count++ * IMAGE_WORDS)
    this.last = sequence
  }

  clear(): void {
    this.count = this.last = this.#indexed = 0
    this.#byId.clear()
    this.#byClient.clear()
  }

  byId(orderId: number): OrderImage | undefined {
    this.#index()
    return this.#image(this.#byId.get(orderId))
  }

  byClient(account: number, clientId: string): OrderImage | undefined {
    this.#index()
    return this.#image(this.#byClient.get(clientKey(account, clientId)))
  }

  #image(place: number | undefined): OrderImage | undefined {
    return place === undefined ? undefined : readImage(this.words, place)
  }

  #index(): void {
    const { words } = this
    for (; this.#indexed < this.count; this.#indexed++) {
      const place = this.#indexed * IMAGE_WORDS
      this.#byId.set(doubleAt(words, place + ImageAt.ORDER), place)
      const clientId = clientIdText(words, place + ImageAt.CLIENT, words[place + ImageAt.PACKED]! >>> 24)
      this.#byClient.set(clientKey(words[place + ImageAt.ACCOUNT]!, clientId), place)
    }
  }
}

/**
 * The last image of every order that closed, until the recorder has passed it and can answer instead. Bounded: the
 * oldest go first.
 */
export class ClosedOrders {
  readonly #max: number
  readonly #segments: Segment[] = []
  #spare: Segment | undefined
  #recorded = 0

  constructor(max: number = CLOSED_ORDERS_MAX) {
    this.#max = max
  }

  get count(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.count, 0)
  }

  /** Take the orders that closed in the outcomes `words[0 … length)`. */
  collect(words: Int32Array, length: number): void {
    for (let at = 0; at < length; at += outcomeWords(words, at)) {
      if (outcomeEvents(words, at) === 0 || outcomeRepeated(words, at)) continue
      const end = at + outcomeWords(words, at)
      for (let event = at + OUTCOME_HEADER_WORDS; event < end; event += words[event]! >>> 8) {
        if ((words[event]! & 0xff) !== EventKind.EXECUTION) continue
        if (isClosed(words, event + ExecutionAt.IMAGE)) this.#add(words, event, outcomeSequence(words, at))
      }
    }
  }

  /** The recorder's read model holds everything up to `sequence`. */
  recordedThrough(sequence: number): void {
    this.#recorded = Math.max(this.#recorded, sequence)
    while (this.#segments.length > 0 && this.#segments[0]!.last <= this.#recorded) this.#dropOldest()
  }

  byId(account: number, orderId: number): OrderImage | undefined {
    const image = this.#newest((segment) => segment.byId(orderId))
    return image?.account === account ? image : undefined
  }

  /** The order that closed last among those of the account that had this client order id, if it is of the symbol. */
  byClientId(account: number, symbol: number, clientId: string): OrderImage | undefined {
    const image = this.#newest((segment) => segment.byClient(account, clientId))
    return image?.symbol === symbol ? image : undefined
  }

  #newest(find: (segment: Segment) => OrderImage | undefined): OrderImage | undefined {
    for (let i = this.#segments.length - 1; i >= 0; i--) {
      const image = find(this.#segments[i]!)
      if (image) return image
    }
    return undefined
  }

  #add(words: Int32Array, event: number, sequence: number): void {
    if (sequence <= this.#recorded) return
    let segment = this.#segments.at(-1)
    if (!segment || segment.isFull) {
      segment = this.#spare ?? new Segment()
      this.#spare = undefined
      this.#segments.push(segment)
      if (this.#segments.length * SEGMENT_ORDERS > this.#max) this.#dropOldest()
    }
    segment.add(words, event, sequence)
  }

  #dropOldest(): void {
    this.#spare = this.#segments.shift()!
    this.#spare.clear()
  }
}

function isClosed(words: Int32Array, image: number): boolean {
  const status = (words[image + ImageAt.PACKED]! >>> STATUS_SHIFT) & 0xf
  return status !== OrderStatus.NEW && status !== OrderStatus.PARTIALLY_FILLED
}

function clientKey(account: number, clientId: string): string {
  return `${account} ${clientId}`
}
