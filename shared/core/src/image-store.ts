import { addTo, type Amount } from './amount.ts'
import { ClientId, type Command } from './command.ts'
import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { OrderImage } from './event.ts'
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
import { NONE } from './order-store.ts'
import { idWords } from './output.ts'
import { restoreWords } from './snapshot-words.ts'

/**
 * Layout of what the exchange, not the book, knows of an order: 192 bytes under the same slot. The image as events
 * carry it and the client id fill the first two cache lines; the third holds what most orders have not, and room for
 * order lists, trailing stops and icebergs.
 */
const RECORD_WORDS = 48
const RECORD_DOUBLES = RECORD_WORDS / 2
const CLIENT = FIXED_IMAGE_WORDS
const CLIENT_HASH = CLIENT + ClientId.WORDS
const PRIORITY = 30
const EXTRAS = 32
/** From an extra's offset in the whole image to its offset here. */
const EXTRAS_SHIFT = EXTRAS - FIXED_IMAGE_WORDS
const ROOM = EXTRAS + EXTRAS_WORDS

/** Links of the seat's list of open orders, apart from the records: neighbours are touched for their links only. */
const LINK_WORDS = 2
const SEAT_NEXT = 0
const SEAT_PREV = 1

const INITIAL_SLOTS = 1024

/** The images of orders, by slot of the order store. */
export class ImageStore {
  words = new Int32Array(INITIAL_SLOTS * RECORD_WORDS)
  doubles = new Float64Array(this.words.buffer)
  links = new Int32Array(INITIAL_SLOTS * LINK_WORDS)

  get capacity(): number {
    return this.words.length / RECORD_WORDS
  }

  /** Room up to and including `slot`. */
  reserve(slot: number): void {
    if (slot < this.capacity) return
    let capacity = this.capacity
    while (slot >= capacity) capacity *= 2
    this.adopt(this.words, this.links, capacity)
  }

  /** Take the records and links of a snapshot, or of a smaller store. */
  adopt(records: Int32Array, links: Int32Array, least: number = INITIAL_SLOTS): void {
    this.words = restoreWords(records, RECORD_WORDS, least)
    this.doubles = new Float64Array(this.words.buffer)
    this.links = restoreWords(links, LINK_WORDS, this.capacity)
  }

  /** The image of a new order: as the command says, nothing executed, at journaled time. */
  open(slot: number, c: Command, orderId: number, mode: SelfTradePrevention, working: boolean, time: number): void {
    this.reserve(slot)
    const at = slot * RECORD_WORDS
    const { words, doubles } = this
    const half = at >> 1
    const clientLength = c.clientId.length
    const hasExtras = c.quoteQuantity !== 0 || c.stopPrice !== 0 || c.strategyId !== 0
    doubles[half + ImageAt.ORDER / 2] = orderId
    words[at + ImageAt.ACCOUNT] = c.account
    words[at + ImageAt.SYMBOL] = c.symbol
    words[at + ImageAt.PACKED] =
      c.side |
      (c.type << 4) |
      (c.timeInForce << 8) |
      (mode << 12) |
      (1 << STATUS_SHIFT) |
      (working ? WORKING_BIT : 0) |
      (hasExtras ? EXTRAS_BIT : 0) |
      (clientLength << CLIENT_LENGTH_SHIFT)
    words[at + ImageAt.STRATEGY_TYPE] = c.strategyType
    doubles[half + ImageAt.PRICE / 2] = c.price
    doubles[half + ImageAt.QUANTITY / 2] = c.quantity
    doubles[half + ImageAt.EXECUTED / 2] = 0
    words[at + ImageAt.CUMULATIVE_QUOTE] = 0
    words[at + ImageAt.CUMULATIVE_QUOTE + 1] = 0
    doubles[half + ImageAt.CREATED / 2] = time
    doubles[half + ImageAt.UPDATED / 2] = time
    doubles[half + ImageAt.WORKING / 2] = working ? time : 0
    doubles[half + PRIORITY / 2] = time
    if (clientLength > 0) copyWords(c.clientId.words, 0, words, at + CLIENT, ClientId.WORDS)
    if (!hasExtras) return
    doubles[half + (ImageAt.QUOTE_QUANTITY + EXTRAS_SHIFT) / 2] = c.quoteQuantity
    doubles[half + (ImageAt.STOP_PRICE + EXTRAS_SHIFT) / 2] = c.stopPrice
    doubles[half + (ImageAt.PREVENTED + EXTRAS_SHIFT) / 2] = 0
    doubles[half + (ImageAt.STRATEGY + EXTRAS_SHIFT) / 2] = c.strategyId
    words.fill(0, at + ROOM, at + RECORD_WORDS)
  }

  /** Copy the image to `at` of an event's words, updated at `time`. */
  copyImage(slot: number, time: number, words: Int32Array, doubles: Float64Array, at: number): void {
    const from = slot * RECORD_WORDS
    const half = from >> 1
    const to = at >> 1
    this.doubles[half + ImageAt.UPDATED / 2] = time
    doubles[to + ImageAt.ORDER / 2] = this.doubles[half + ImageAt.ORDER / 2]!
    words[at + ImageAt.ACCOUNT] = this.words[from + ImageAt.ACCOUNT]!
    words[at + ImageAt.SYMBOL] = this.words[from + ImageAt.SYMBOL]!
    words[at + ImageAt.PACKED] = this.words[from + ImageAt.PACKED]!
    words[at + ImageAt.STRATEGY_TYPE] = this.words[from + ImageAt.STRATEGY_TYPE]!
    doubles[to + ImageAt.PRICE / 2] = this.doubles[half + ImageAt.PRICE / 2]!
    doubles[to + ImageAt.QUANTITY / 2] = this.doubles[half + ImageAt.QUANTITY / 2]!
    doubles[to + ImageAt.EXECUTED / 2] = this.doubles[half + ImageAt.EXECUTED / 2]!
    words[at + ImageAt.CUMULATIVE_QUOTE] = this.words[from + ImageAt.CUMULATIVE_QUOTE]!
    words[at + ImageAt.CUMULATIVE_QUOTE + 1] = this.words[from + ImageAt.CUMULATIVE_QUOTE + 1]!
    doubles[to + ImageAt.CREATED / 2] = this.doubles[half + ImageAt.CREATED / 2]!
    doubles[to + ImageAt.UPDATED / 2] = time
    doubles[to + ImageAt.WORKING / 2] = this.doubles[half + ImageAt.WORKING / 2]!
  }

  /** Words that extras and client id take behind the image of an event. */
  tailWords(slot: number): number {
    const packed = this.words[slot * RECORD_WORDS + ImageAt.PACKED]!
    return ((packed & EXTRAS_BIT) === 0 ? 0 : EXTRAS_WORDS) + idWords(packed >>> CLIENT_LENGTH_SHIFT)
  }

  /** Copy extras and client id, as far as they are there, to `at`. */
  copyTail(slot: number, words: Int32Array, at: number): void {
    const from = slot * RECORD_WORDS
    const packed = this.words[from + ImageAt.PACKED]!
    let to = at
    if ((packed & EXTRAS_BIT) !== 0) {
      copyWords(this.words, from + EXTRAS, words, to, EXTRAS_WORDS)
      to += EXTRAS_WORDS
    }
    // A length of 33 … 36 takes ten words: the tenth of the record is the hash, which must not be told.
    const length = packed >>> CLIENT_LENGTH_SHIFT
    copyWords(this.words, from + CLIENT, words, to, idWords(length))
    if (length > 32) words[to + ClientId.WORDS] = 0
  }

  /** The image as an object. */
  read(slot: number): OrderImage {
    const at = slot * RECORD_WORDS
    return readImageParts(this.words, at, at + EXTRAS, at + CLIENT)
  }

  account(slot: number): number {
    return this.words[slot * RECORD_WORDS + ImageAt.ACCOUNT]!
  }

  symbol(slot: number): number {
    return this.words[slot * RECORD_WORDS + ImageAt.SYMBOL]!
  }

  side(slot: number): Side {
    return (this.words[slot * RECORD_WORDS + ImageAt.PACKED]! & 0xf) as Side
  }

  type(slot: number): OrderType {
    return ((this.words[slot * RECORD_WORDS + ImageAt.PACKED]! >>> 4) & 0xf) as OrderType
  }

  timeInForce(slot: number): TimeInForce {
    return ((this.words[slot * RECORD_WORDS + ImageAt.PACKED]! >>> 8) & 0xf) as TimeInForce
  }

  mode(slot: number): SelfTradePrevention {
    return ((this.words[slot * RECORD_WORDS + ImageAt.PACKED]! >>> 12) & 0xf) as SelfTradePrevention
  }

  setStatus(slot: number, status: OrderStatus): void {
    const at = slot * RECORD_WORDS + ImageAt.PACKED
    this.words[at] = (this.words[at]! & ~STATUS_MASK) | (status << STATUS_SHIFT)
  }

  isWorking(slot: number): boolean {
    return (this.words[slot * RECORD_WORDS + ImageAt.PACKED]! & WORKING_BIT) !== 0
  }

  setWorking(slot: number, time: number): void {
    this.words[slot * RECORD_WORDS + ImageAt.PACKED]! |= WORKING_BIT
    this.doubles[slot * RECORD_DOUBLES + ImageAt.WORKING / 2] = time
  }

  orderId(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.ORDER / 2]!
  }

  price(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.PRICE / 2]!
  }

  setPrice(slot: number, price: number): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.PRICE / 2] = price
  }

  quantity(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.QUANTITY / 2]!
  }

  setQuantity(slot: number, quantity: number): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.QUANTITY / 2] = quantity
  }

  /** Time of the latest execution, µs. */
  updated(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.UPDATED / 2]!
  }

  executed(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.EXECUTED / 2]!
  }

  stopPrice(slot: number): number {
    return this.#extra(slot, ImageAt.STOP_PRICE)
  }

  quoteQuantity(slot: number): number {
    return this.#extra(slot, ImageAt.QUOTE_QUANTITY)
  }

  prevented(slot: number): number {
    return this.#extra(slot, ImageAt.PREVENTED)
  }

  #extra(slot: number, offset: number): number {
    if ((this.words[slot * RECORD_WORDS + ImageAt.PACKED]! & EXTRAS_BIT) === 0) return 0
    return this.doubles[slot * RECORD_DOUBLES + ((offset + EXTRAS_SHIFT) >> 1)]!
  }

  /** Executed quantity and traded quote of one fill, and the status after it. */
  fill(slot: number, quantity: number, quote: Amount, status: OrderStatus): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.EXECUTED / 2]! += quantity
    addTo(this.words, slot * RECORD_WORDS + ImageAt.CUMULATIVE_QUOTE, quote)
    this.setStatus(slot, status)
  }

  prevent(slot: number, quantity: number): void {
    const at = slot * RECORD_WORDS
    if ((this.words[at + ImageAt.PACKED]! & EXTRAS_BIT) === 0) {
      this.words.fill(0, at + EXTRAS, at + RECORD_WORDS)
      this.words[at + ImageAt.PACKED]! |= EXTRAS_BIT
    }
    this.doubles[(at + ImageAt.PREVENTED + EXTRAS_SHIFT) >> 1]! += quantity
  }

  /** Of an order that comes from another platform. */
  setHistory(slot: number, executed: number, quote: Amount, status: OrderStatus, originalTime: number): void {
    this.fill(slot, executed, quote, status)
    const half = slot * RECORD_DOUBLES
    this.doubles[half + ImageAt.CREATED / 2] = originalTime
    this.doubles[half + ImageAt.WORKING / 2] = originalTime
    this.doubles[half + PRIORITY / 2] = originalTime
  }

  /** Journaled time at which the order joined its level; the original time for imported ones. */
  priority(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + PRIORITY / 2]!
  }

  setPriority(slot: number, time: number): void {
    this.doubles[slot * RECORD_DOUBLES + PRIORITY / 2] = time
  }

  clientLength(slot: number): number {
    return this.words[slot * RECORD_WORDS + ImageAt.PACKED]! >>> CLIENT_LENGTH_SHIFT
  }

  setClient(slot: number, id: ClientId): void {
    const at = slot * RECORD_WORDS
    copyWords(id.words, 0, this.words, at + CLIENT, ClientId.WORDS)
    const packed = this.words[at + ImageAt.PACKED]! & ((1 << CLIENT_LENGTH_SHIFT) - 1)
    this.words[at + ImageAt.PACKED] = packed | (id.length << CLIENT_LENGTH_SHIFT)
  }

  copyClient(slot: number, into: ClientId): void {
    into.clear()
    into.length = this.clientLength(slot)
    if (into.length > 0) copyWords(this.words, slot * RECORD_WORDS + CLIENT, into.words, 0, ClientId.WORDS)
  }

  /** Does the order have this client id? */
  hasClient(slot: number, id: ClientId): boolean {
    if (this.clientLength(slot) !== id.length) return false
    const at = slot * RECORD_WORDS + CLIENT
    for (let i = 0; i < ClientId.WORDS; i++) if (this.words[at + i] !== id.words[i]) return false
    return true
  }

  clientHash(slot: number): number {
    return this.words[slot * RECORD_WORDS + CLIENT_HASH]!
  }

  setClientHash(slot: number, hash: number): void {
    this.words[slot * RECORD_WORDS + CLIENT_HASH] = hash
  }

  /** The seat's next open order, or NONE. */
  seatNext(slot: number): number {
    return this.links[slot * LINK_WORDS + SEAT_NEXT]!
  }

  /** Put `slot` in front of a seat's list whose first order is `head`. */
  link(slot: number, head: number): void {
    this.links[slot * LINK_WORDS + SEAT_NEXT] = head
    this.links[slot * LINK_WORDS + SEAT_PREV] = NONE
    if (head !== NONE) this.links[head * LINK_WORDS + SEAT_PREV] = slot
  }

  /** Take `slot` out of its seat's list; the new first order given the old one. */
  unlink(slot: number, head: number): number {
    const next = this.links[slot * LINK_WORDS + SEAT_NEXT]!
    const previous = this.links[slot * LINK_WORDS + SEAT_PREV]!
    if (next !== NONE) this.links[next * LINK_WORDS + SEAT_PREV] = previous
    if (previous === NONE) return next
    this.links[previous * LINK_WORDS + SEAT_NEXT] = next
    return head
  }
}

/** Copy a few words; `set` with a subarray would make an object each time. */
export function copyWords(from: Int32Array, at: number, to: Int32Array, toAt: number, count: number): void {
  for (let i = 0; i < count; i++) to[toAt + i] = from[at + i]!
}
