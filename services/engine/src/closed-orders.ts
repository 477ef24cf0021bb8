import {
  EventKind,
  ExecutionAt,
  IMAGE_WORDS,
  ImageAt,
  OrderStatus,
  STATUS_SHIFT,
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

interface Segment {
  /** Images of orders, one after another. */
  readonly words: Int32Array
  count: number
  /** Sequence of the newest one. */
  last: number
}

/**
 * The last image of every order that closed, until the recorder has passed it and can answer instead. Bounded: the
 * oldest go first. Images stay words until somebody asks.
 */
export class ClosedOrders {
  readonly #max: number
  readonly #segments: Segment[] = []
  /** Number of the oldest segment; an order's place is segment number × SEGMENT_ORDERS + index. */
  #firstSegment = 0
  readonly #byId = new Map<number, number>()
  /** By a hash of account and client order id; the newest wins, and a clash is found by comparing. */
  readonly #byClient = new Map<number, number>()
  #recorded = 0

  constructor(max: number = CLOSED_ORDERS_MAX) {
    this.#max = max
  }

  get count(): number {
    return this.#byId.size
  }

  /** Take the orders that closed in the outcomes `words[0 … length)`. */
  collect(words: Int32Array, length: number): void {
    for (let at = 0; at < length; at += outcomeWords(words, at)) {
      if (outcomeEvents(words, at) === 0 || outcomeRepeated(words, at)) continue
      const end = at + outcomeWords(words, at)
      for (let event = at + OUTCOME_HEADER_WORDS; event < end; event += words[event]! >>> 8) {
        if ((words[event]! & 0xff) !== EventKind.EXECUTION) continue
        const image = event + ExecutionAt.IMAGE
        if (isClosed(words, image)) this.#add(words, image, outcomeSequence(words, at))
      }
    }
  }

  /** The recorder's read model holds everything up to `sequence`. */
  recordedThrough(sequence: number): void {
    this.#recorded = Math.max(this.#recorded, sequence)
    while (this.#segments.length > 0 && this.#segments[0]!.last <= this.#recorded) this.#dropOldest()
  }

  byId(account: number, orderId: number): OrderImage | undefined {
    const place = this.#byId.get(orderId)
    if (place === undefined) return undefined
    const image = this.#image(place)
    return image?.account === account ? image : undefined
  }

  /** The order that closed last among those of the account and symbol that had this client order id. */
  byClientId(account: number, symbol: number, clientId: string): OrderImage | undefined {
    const place = this.#byClient.get(textKey(account, clientId))
    if (place === undefined) return undefined
    const image = this.#image(place)
    return image?.account === account && image.symbol === symbol && image.clientId === clientId ? image : undefined
  }

  #add(words: Int32Array, image: number, sequence: number): void {
    if (sequence <= this.#recorded) return
    let segment = this.#segments.at(-1)
    if (!segment || segment.count === SEGMENT_ORDERS) {
      segment = { words: new Int32Array(SEGMENT_ORDERS * IMAGE_WORDS), count: 0, last: sequence }
      this.#segments.push(segment)
      if (this.#segments.length * SEGMENT_ORDERS > this.#max) this.#dropOldest()
    }
    const index = segment.count++
    segment.words.set(words.subarray(image, image + IMAGE_WORDS), index * IMAGE_WORDS)
    segment.last = sequence
    const place = (this.#firstSegment + this.#segments.length - 1) * SEGMENT_ORDERS + index
    this.#byId.set(doubleAt(words, image + ImageAt.ORDER), place)
    this.#byClient.set(imageKey(words, image), place)
  }

  #dropOldest(): void {
    const segment = this.#segments.shift()!
    const base = this.#firstSegment++ * SEGMENT_ORDERS
    for (let index = 0; index < segment.count; index++) {
      const image = index * IMAGE_WORDS
      const id = doubleAt(segment.words, image + ImageAt.ORDER)
      if (this.#byId.get(id) === base + index) this.#byId.delete(id)
      const key = imageKey(segment.words, image)
      if (this.#byClient.get(key) === base + index) this.#byClient.delete(key)
    }
  }

  #image(place: number): OrderImage | undefined {
    const segment = this.#segments[Math.floor(place / SEGMENT_ORDERS) - this.#firstSegment]
    return segment && readImage(segment.words, (place % SEGMENT_ORDERS) * IMAGE_WORDS)
  }
}

function isClosed(words: Int32Array, image: number): boolean {
  const status = (words[image + ImageAt.PACKED]! >>> STATUS_SHIFT) & 0xf
  return status !== OrderStatus.NEW && status !== OrderStatus.PARTIALLY_FILLED
}

/** FNV-1a over bytes, two lanes of 26 bits put together: an integer that a Map keeps well. */
function keyOf(account: number, length: number, byteAt: (index: number) => number): number {
  let low = 0x811c9dc5 ^ account
  let high = Math.imul(account, 0x9e3779b1)
  for (let i = 0; i < length; i++) {
    low = Math.imul(low ^ byteAt(i), 0x01000193)
    high = Math.imul(high ^ byteAt(i), 0x85ebca6b)
  }
  return (high >>> 6) * 0x400_0000 + (low >>> 6)
}

function imageKey(words: Int32Array, image: number): number {
  const length = words[image + ImageAt.PACKED]! >>> 24
  const client = image + ImageAt.CLIENT
  return keyOf(words[image + ImageAt.ACCOUNT]!, length, (i) => (words[client + (i >> 2)]! >>> ((i & 3) << 3)) & 0xff)
}

function textKey(account: number, clientId: string): number {
  return keyOf(account, clientId.length, (i) => clientId.charCodeAt(i))
}
