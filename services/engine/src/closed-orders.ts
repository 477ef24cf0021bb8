import {
  EventKind,
  IMAGE_WORDS,
  ImageAt,
  OrderStatus,
  clientIdText,
  copyImage,
  doubleAt,
  executionStatus,
  outcomeEvents,
  outcomeRepeated,
  outcomeSequence,
  outcomeWords,
  OUTCOME_HEADER_WORDS,
  readImage,
  type OrderImage,
  wordAt,
} from '@uptick/core'
import { CLOSED_ORDERS_MAX } from './limits.ts'

const SEGMENT_ORDERS = 4_096
/** Past the bound, accounts that hold more than this part of it lose their oldest orders. */
const PARTS = 8
/** The shares are counted again after this many segments. */
const COUNTED_EVERY = 32

/**
 * Some closed orders, in the order of closing. Images stay words, and the index is built at the first question: orders
 * close a hundred thousand times a second, and nearly all are gone before a question comes.
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

  account(index: number): number {
    return wordAt(this.words, index * IMAGE_WORDS + ImageAt.ACCOUNT)
  }

  /** Take the order at `index` of another one. */
  copy(from: Segment, index: number): void {
    const at = index * IMAGE_WORDS
    this.words.set(from.words.subarray(at, at + IMAGE_WORDS), this.count++ * IMAGE_WORDS)
    this.last = from.last
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
      const clientId = clientIdText(words, place + ImageAt.CLIENT, wordAt(words, place + ImageAt.PACKED) >>> 24)
      this.#byClient.set(clientKey(wordAt(words, place + ImageAt.ACCOUNT), clientId), place)
    }
  }
}

/**
 * The last image of every order that closed, until the recorder has passed it and can answer instead. Bounded: past the
 * bound the oldest are dropped, first those of accounts that hold more than their share.
 */
export class ClosedOrders {
  readonly #max: number
  readonly #segments: Segment[] = []
  /** The oldest orders that remain after those of accounts above their share are dropped. */
  readonly #sifted: Segment[] = []
  #heavy = new Set<number>()
  #countIn = 0
  #spare: Segment | undefined
  #recorded = 0

  constructor(max: number = CLOSED_ORDERS_MAX) {
    this.#max = max
  }

  get count(): number {
    return this.#all().reduce((sum, segment) => sum + segment.count, 0)
  }

  /** Take the orders that closed in the outcomes `words[0 … length)`. */
  collect(words: Int32Array, length: number): void {
    for (let at = 0; at < length; at += outcomeWords(words, at)) {
      if (outcomeEvents(words, at) === 0 || outcomeRepeated(words, at)) continue
      const end = at + outcomeWords(words, at)
      for (let event = at + OUTCOME_HEADER_WORDS; event < end; event += wordAt(words, event) >>> 8) {
        if ((wordAt(words, event) & 0xff) !== EventKind.EXECUTION) continue
        if (isClosed(executionStatus(words, event))) this.#add(words, event, outcomeSequence(words, at))
      }
    }
  }

  /** The recorder's read model holds everything up to `sequence`. */
  recordedThrough(sequence: number): void {
    this.#recorded = Math.max(this.#recorded, sequence)
    for (const segments of [this.#sifted, this.#segments]) {
      while ((segments[0]?.last ?? Number.POSITIVE_INFINITY) <= this.#recorded) this.#drop(segments)
    }
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
    for (const segments of [this.#segments, this.#sifted]) {
      for (let i = segments.length - 1; i >= 0; i--) {
        const segment = segments[i]
        const image = segment && find(segment)
        if (image) return image
      }
    }
    return undefined
  }

  #all(): Segment[] {
    return [...this.#sifted, ...this.#segments]
  }

  #add(words: Int32Array, event: number, sequence: number): void {
    if (sequence <= this.#recorded) return
    let segment = this.#segments.at(-1)
    if (!segment || segment.isFull) {
      segment = this.#spare ?? new Segment()
      this.#spare = undefined
      this.#segments.push(segment)
      if ((this.#segments.length + this.#sifted.length) * SEGMENT_ORDERS > this.#max) this.#makeRoom()
    }
    segment.add(words, event, sequence)
  }

  /** Forget a segment's worth: of accounts above their share as long as there are any, else what is oldest. */
  #makeRoom(): void {
    if (this.#countIn-- <= 0) this.#weigh()
    for (let before = this.#sifted.length; this.#heavy.size > 0 && this.#segments.length > 1;) {
      const [oldest] = this.#segments
      if (oldest) this.#sift(oldest)
      this.#drop(this.#segments)
      if (this.#sifted.length === before) return
      before = this.#sifted.length
    }
    this.#drop(this.#sifted.length > 0 ? this.#sifted : this.#segments)
  }

  /** Keep the orders of accounts that are within their share. */
  #sift(segment: Segment): void {
    for (let index = 0; index < segment.count; index++) {
      if (this.#heavy.has(segment.account(index))) continue
      let kept = this.#sifted.at(-1)
      if (!kept || kept.isFull) this.#sifted.push((kept = new Segment()))
      kept.copy(segment, index)
    }
  }

  #weigh(): void {
    this.#countIn = COUNTED_EVERY
    const held = new Map<number, number>()
    for (const segment of this.#all()) {
      for (let index = 0; index < segment.count; index++) {
        const account = segment.account(index)
        held.set(account, (held.get(account) ?? 0) + 1)
      }
    }
    this.#heavy = new Set([...held].filter(([, count]) => count > this.#max / PARTS).map(([account]) => account))
  }

  #drop(segments: Segment[]): void {
    this.#spare = segments.shift()
    this.#spare?.clear()
  }
}

function isClosed(status: OrderStatus): boolean {
  return status !== OrderStatus.NEW && status !== OrderStatus.PARTIALLY_FILLED
}

function clientKey(account: number, clientId: string): string {
  return `${account} ${clientId}`
}
