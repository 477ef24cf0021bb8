/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { addToWords } from './amount.ts'
import { ClientId, type Command } from './command.ts'
import { CompactFillAt } from './compact-fill.ts'
import type { OrderStatus, SelfTradePrevention } from './enums.ts'
import type { OrderImage } from './event.ts'
import type { Fill } from './fill.ts'
import { IMAGE_RECORD_WORDS, ImageReader, RecordAt } from './image-reader.ts'
import {
  CLIENT_LENGTH_SHIFT,
  EXTRAS_BIT,
  EXTRAS_WORDS,
  FIXED_IMAGE_WORDS,
  ImageAt,
  readImageParts,
  STATUS_MASK,
  STATUS_SHIFT,
  WORKING_BIT,
} from './order-image.ts'
import { idWords, type Moment } from './output.ts'
import { SeatLinks } from './seat-links.ts'
import { restoreWords } from './snapshot-words.ts'
import { copyWords } from './word.ts'

// As constants of this module: only those are compiled into the code; an imported object is read each time. The names
// in D_ are offsets in doubles, those in X_ offsets in the extras.
const RECORD_WORDS = IMAGE_RECORD_WORDS
const RECORD_DOUBLES = RECORD_WORDS / 2
const { CLIENT, CLIENT_HASH } = RecordAt
const { ACCOUNT, SYMBOL, PACKED, STRATEGY_TYPE, CUMULATIVE_QUOTE, QUOTE_QUANTITY, STOP_PRICE, PREVENTED, STRATEGY } =
  ImageAt
const D_ORDER = ImageAt.ORDER / 2
const D_PRICE = ImageAt.PRICE / 2
const D_QUANTITY = ImageAt.QUANTITY / 2
const D_EXECUTED = ImageAt.EXECUTED / 2
const D_CREATED = ImageAt.CREATED / 2
const D_UPDATED = ImageAt.UPDATED / 2
const D_WORKING = ImageAt.WORKING / 2
const D_PRIORITY = RecordAt.PRIORITY / 2
const ID_LENGTH_SHIFT = CLIENT_LENGTH_SHIFT
const HAS_EXTRAS = EXTRAS_BIT
const IS_WORKING = WORKING_BIT
const STATUS_AT = STATUS_SHIFT
const STATUS_BITS = STATUS_MASK
const ID_WORDS = ClientId.WORDS
const EXTRA_COUNT = EXTRAS_WORDS
const EXTRA_DOUBLES = EXTRA_COUNT / 2
const X_QUOTE_QUANTITY = (QUOTE_QUANTITY - FIXED_IMAGE_WORDS) / 2
const X_STOP_PRICE = (STOP_PRICE - FIXED_IMAGE_WORDS) / 2
const X_PREVENTED = (PREVENTED - FIXED_IMAGE_WORDS) / 2
const X_STRATEGY = (STRATEGY - FIXED_IMAGE_WORDS) / 2

const { IMAGE_PACKED, CUMULATIVE_QUOTE: FILL_CUMULATIVE_QUOTE } = CompactFillAt
const D_FILL_QUANTITY = CompactFillAt.QUANTITY / 2
const D_FILL_EXECUTED = CompactFillAt.EXECUTED / 2
const D_FILL_CREATED = CompactFillAt.CREATED / 2

const INITIAL_SLOTS = 1024

/** The images of orders, by slot of the order store. */
export class ImageStore extends ImageReader {
  readonly links = new SeatLinks()
  /** The memory of `extras`. */
  extraWords = new Int32Array(0)

  constructor() {
    super()
    this.adopt(this.words, this.extraWords, this.links.words)
  }

  get capacity(): number {
    return this.words.length / RECORD_WORDS
  }

  /** Make room up to and including `slot`. */
  reserve(slot: number): void {
    if (slot < this.capacity) return
    let capacity = this.capacity
    while (slot >= capacity) capacity *= 2
    this.adopt(this.words, this.extraWords, this.links.words, capacity)
  }

  /** Take over the records, extras and links of a snapshot, or of a smaller store. */
  adopt(records: Int32Array, extras: Int32Array, links: Int32Array, least: number = INITIAL_SLOTS): void {
    this.words = restoreWords(records, RECORD_WORDS, least)
    this.doubles = new Float64Array(this.words.buffer)
    this.extraWords = restoreWords(extras, EXTRA_COUNT, this.capacity)
    this.extras = new Float64Array(this.extraWords.buffer)
    this.links.adopt(links, this.capacity)
  }

  /** Write the image of a new order: the command's fields, nothing executed, created at this moment. */
  open(slot: number, c: Command, orderId: number, mode: SelfTradePrevention, working: boolean, moment: Moment): void {
    this.reserve(slot)
    const at = slot * RECORD_WORDS
    const { words, doubles } = this
    const half = at >> 1
    const { time } = moment
    const clientLength = c.clientId.length
    const hasExtras = c.quoteQuantity !== 0 || c.stopPrice !== 0 || c.strategyId !== 0
    doubles[half + D_ORDER] = orderId
    words[at + ACCOUNT] = c.account
    words[at + SYMBOL] = c.symbol
    words[at + PACKED] =
      c.side |
      (c.type << 4) |
      (c.timeInForce << 8) |
      (mode << 12) |
      (1 << STATUS_AT) |
      (working ? IS_WORKING : 0) |
      (hasExtras ? HAS_EXTRAS : 0) |
      (clientLength << ID_LENGTH_SHIFT)
    words[at + STRATEGY_TYPE] = c.strategyType
    doubles[half + D_PRICE] = c.price
    doubles[half + D_QUANTITY] = c.quantity
    doubles[half + D_EXECUTED] = 0
    words[at + CUMULATIVE_QUOTE] = 0
    words[at + CUMULATIVE_QUOTE + 1] = 0
    doubles[half + D_CREATED] = time
    doubles[half + D_UPDATED] = time
    doubles[half + D_WORKING] = working ? time : 0
    doubles[half + D_PRIORITY] = time
    copyWords(c.clientId.words, 0, words, at + CLIENT, usedWords(clientLength))
    if (!hasExtras) return
    const extra = slot * EXTRA_DOUBLES
    this.extras[extra + X_QUOTE_QUANTITY] = c.quoteQuantity
    this.extras[extra + X_STOP_PRICE] = c.stopPrice
    this.extras[extra + X_PREVENTED] = 0
    this.extras[extra + X_STRATEGY] = c.strategyId
  }

  /** Copy the image to `at` of an event's words, updated at this moment. */
  copyImage(slot: number, moment: Moment, words: Int32Array, doubles: Float64Array, at: number): void {
    const from = slot * RECORD_WORDS
    const half = from >> 1
    const to = at >> 1
    const { time } = moment
    this.doubles[half + D_UPDATED] = time
    doubles[to + D_ORDER] = this.doubles[half + D_ORDER]!
    words[at + ACCOUNT] = this.words[from + ACCOUNT]!
    words[at + SYMBOL] = this.words[from + SYMBOL]!
    words[at + PACKED] = this.words[from + PACKED]!
    words[at + STRATEGY_TYPE] = this.words[from + STRATEGY_TYPE]!
    doubles[to + D_PRICE] = this.doubles[half + D_PRICE]!
    doubles[to + D_QUANTITY] = this.doubles[half + D_QUANTITY]!
    doubles[to + D_EXECUTED] = this.doubles[half + D_EXECUTED]!
    words[at + CUMULATIVE_QUOTE] = this.words[from + CUMULATIVE_QUOTE]!
    words[at + CUMULATIVE_QUOTE + 1] = this.words[from + CUMULATIVE_QUOTE + 1]!
    doubles[to + D_CREATED] = this.doubles[half + D_CREATED]!
    doubles[to + D_UPDATED] = time
    doubles[to + D_WORKING] = this.doubles[half + D_WORKING]!
  }

  /** Copy the image's part of a compact fill to `at` of an event's words, updated at this moment. */
  copyCompact(slot: number, moment: Moment, words: Int32Array, doubles: Float64Array, at: number): void {
    const from = slot * RECORD_WORDS
    const half = from >> 1
    const to = at >> 1
    this.doubles[half + D_UPDATED] = moment.time
    doubles[to + D_FILL_QUANTITY] = this.doubles[half + D_QUANTITY]!
    doubles[to + D_FILL_EXECUTED] = this.doubles[half + D_EXECUTED]!
    words[at + FILL_CUMULATIVE_QUOTE] = this.words[from + CUMULATIVE_QUOTE]!
    words[at + FILL_CUMULATIVE_QUOTE + 1] = this.words[from + CUMULATIVE_QUOTE + 1]!
    words[at + IMAGE_PACKED] = this.words[from + PACKED]!
    doubles[to + D_FILL_CREATED] = this.doubles[half + D_CREATED]!
  }

  /** Words that extras and client id take after the image of an event. */
  tailWords(slot: number): number {
    const packed = this.words[slot * RECORD_WORDS + PACKED]!
    return ((packed & HAS_EXTRAS) === 0 ? 0 : EXTRA_COUNT) + idWords(packed >>> ID_LENGTH_SHIFT)
  }

  /** Copy extras and client id to `at`, if present. */
  copyTail(slot: number, words: Int32Array, at: number): void {
    const from = slot * RECORD_WORDS
    const packed = this.words[from + PACKED]!
    let to = at
    if ((packed & HAS_EXTRAS) !== 0) {
      copyWords(this.extraWords, slot * EXTRA_COUNT, words, to, EXTRA_COUNT)
      to += EXTRA_COUNT
    }
    // A length of 33 … 36 takes ten words: the tenth word of the record is the hash, which events do not carry.
    const length = packed >>> ID_LENGTH_SHIFT
    copyWords(this.words, from + CLIENT, words, to, idWords(length))
    if (length > 32) words[to + ID_WORDS] = 0
  }

  /** The image as an object. */
  read(slot: number): OrderImage {
    const at = slot * RECORD_WORDS
    return readImageParts(this.words, at, this.extraWords, slot * EXTRA_COUNT, at + CLIENT)
  }

  setStatus(slot: number, status: OrderStatus): void {
    const at = slot * RECORD_WORDS + PACKED
    this.words[at] = (this.words[at]! & ~STATUS_BITS) | (status << STATUS_AT)
  }

  setWorking(slot: number, moment: Moment): void {
    this.words[slot * RECORD_WORDS + PACKED]! |= IS_WORKING
    this.doubles[slot * RECORD_DOUBLES + D_WORKING] = moment.time
  }

  setPrice(slot: number, price: number): void {
    this.doubles[slot * RECORD_DOUBLES + D_PRICE] = price
  }

  setQuantity(slot: number, quantity: number): void {
    this.doubles[slot * RECORD_DOUBLES + D_QUANTITY] = quantity
  }

  /** Add one fill to the executed quantity and the traded quote, and set the status after it. */
  fill(slot: number, fill: Fill, status: OrderStatus): void {
    const { words } = this
    const at = slot * RECORD_WORDS
    this.doubles[slot * RECORD_DOUBLES + D_EXECUTED]! += fill.quantity
    addToWords(words, at + CUMULATIVE_QUOTE, fill.quoteLow, fill.quoteHigh)
    words[at + PACKED] = (words[at + PACKED]! & ~STATUS_BITS) | (status << STATUS_AT)
  }

  /** Quote units that the order has traded. */
  cumulativeQuote(slot: number): bigint {
    const at = slot * RECORD_WORDS + CUMULATIVE_QUOTE
    return (BigInt(this.words[at + 1]!) << 32n) + BigInt(this.words[at]! >>> 0)
  }

  prevent(slot: number, quantity: number): void {
    const at = slot * RECORD_WORDS
    if ((this.words[at + PACKED]! & HAS_EXTRAS) === 0) {
      this.extras.fill(0, slot * EXTRA_DOUBLES, (slot + 1) * EXTRA_DOUBLES)
      this.words[at + PACKED]! |= HAS_EXTRAS
    }
    this.extras[slot * EXTRA_DOUBLES + X_PREVENTED]! += quantity
  }

  /** Set the history of an order that comes from another platform. */
  setHistory(slot: number, fill: Fill, status: OrderStatus, originalTime: number): void {
    this.fill(slot, fill, status)
    const half = slot * RECORD_DOUBLES
    this.doubles[half + D_CREATED] = originalTime
    this.doubles[half + D_WORKING] = originalTime
    this.doubles[half + D_PRIORITY] = originalTime
  }

  setPriority(slot: number, moment: Moment): void {
    this.doubles[slot * RECORD_DOUBLES + D_PRIORITY] = moment.time
  }

  setClient(slot: number, id: ClientId): void {
    const at = slot * RECORD_WORDS
    copyWords(id.words, 0, this.words, at + CLIENT, usedWords(id.length))
    const packed = this.words[at + PACKED]! & ((1 << ID_LENGTH_SHIFT) - 1)
    this.words[at + PACKED] = packed | (id.length << ID_LENGTH_SHIFT)
  }

  copyClient(slot: number, into: ClientId): void {
    into.clear()
    into.length = this.clientLength(slot)
    copyWords(this.words, slot * RECORD_WORDS + CLIENT, into.words, 0, usedWords(into.length))
  }

  /** Does the order have this client id? */
  hasClient(slot: number, id: ClientId): boolean {
    if (this.clientLength(slot) !== id.length) return false
    const at = slot * RECORD_WORDS + CLIENT
    const used = (id.length + 3) >> 2
    for (let i = 0; i < used; i++) if (this.words[at + i] !== id.words[i]) return false
    return true
  }

  clientHash(slot: number): number {
    return this.words[slot * RECORD_WORDS + CLIENT_HASH]!
  }

  setClientHash(slot: number, hash: number): void {
    this.words[slot * RECORD_WORDS + CLIENT_HASH] = hash
  }
}

/** Words of an id to copy: those that an event has, at most nine. The words after them are never read. */
function usedWords(length: number): number {
  const words = idWords(length)
  return words < ID_WORDS ? words : ID_WORDS
}
