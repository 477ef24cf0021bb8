import { ClientId, type Command } from './command.ts'
import type { Amount } from './amount.ts'
import { addTo } from './amount.ts'
import { IMAGE_WORDS, ImageAt, STATUS_MASK, STATUS_SHIFT, WORKING_BIT } from './order-image.ts'
import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import { NONE } from './order-store.ts'
import { restoreWords } from './snapshot-words.ts'

/**
 * Layout of what the exchange, not the book, knows of an order: 192 bytes under the same slot. First the image as
 * events carry it, then the links of the seat's list, and room for order lists, trailing stops and icebergs.
 */
const RECORD_WORDS = 48
const RECORD_DOUBLES = RECORD_WORDS / 2
const SEAT_NEXT = IMAGE_WORDS
const SEAT_PREV = IMAGE_WORDS + 1
const PRIORITY = IMAGE_WORDS + 2
const CLIENT_HASH = IMAGE_WORDS + 4

const INITIAL_SLOTS = 1024

/** The images of orders, by slot of the order store. */
export class ImageStore {
  words = new Int32Array(INITIAL_SLOTS * RECORD_WORDS)
  doubles = new Float64Array(this.words.buffer)

  get capacity(): number {
    return this.words.length / RECORD_WORDS
  }

  /** Offset in words of the image of `slot`. */
  at(slot: number): number {
    return slot * RECORD_WORDS
  }

  /** Room up to and including `slot`. */
  reserve(slot: number): void {
    while (slot >= this.capacity) {
      const words = new Int32Array(this.words.length * 2)
      words.set(this.words)
      this.words = words
      this.doubles = new Float64Array(words.buffer)
    }
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, RECORD_WORDS, INITIAL_SLOTS)
    this.doubles = new Float64Array(this.words.buffer)
  }

  /** The image of a new order: as the command says, nothing executed, at journaled time. */
  open(slot: number, c: Command, orderId: number, mode: SelfTradePrevention, working: boolean, time: number): void {
    this.reserve(slot)
    const at = slot * RECORD_WORDS
    const { words, doubles } = this
    const half = at >> 1
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
      (c.clientId.length << 24)
    words[at + ImageAt.STRATEGY_TYPE] = c.strategyType
    doubles[half + ImageAt.PRICE / 2] = c.price
    doubles[half + ImageAt.QUANTITY / 2] = c.quantity
    doubles[half + ImageAt.QUOTE_QUANTITY / 2] = c.quoteQuantity
    doubles[half + ImageAt.STOP_PRICE / 2] = c.stopPrice
    doubles[half + ImageAt.EXECUTED / 2] = 0
    words[at + ImageAt.CUMULATIVE_QUOTE] = 0
    words[at + ImageAt.CUMULATIVE_QUOTE + 1] = 0
    doubles[half + ImageAt.PREVENTED / 2] = 0
    doubles[half + ImageAt.STRATEGY / 2] = c.strategyId
    doubles[half + ImageAt.CREATED / 2] = time
    doubles[half + ImageAt.UPDATED / 2] = time
    doubles[half + ImageAt.WORKING / 2] = working ? time : 0
    const client = c.clientId.words
    for (let i = 0; i < ClientId.WORDS; i++) words[at + ImageAt.CLIENT + i] = client[i]!
    for (let i = ImageAt.RESERVED; i < RECORD_WORDS; i++) words[at + i] = 0
    doubles[half + PRIORITY / 2] = time
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

  stopPrice(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.STOP_PRICE / 2]!
  }

  quantity(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.QUANTITY / 2]!
  }

  setQuantity(slot: number, quantity: number): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.QUANTITY / 2] = quantity
  }

  quoteQuantity(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.QUOTE_QUANTITY / 2]!
  }

  executed(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.EXECUTED / 2]!
  }

  prevented(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + ImageAt.PREVENTED / 2]!
  }

  /** Executed quantity and traded quote of one fill, and the status after it. */
  fill(slot: number, quantity: number, quote: Amount, status: OrderStatus): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.EXECUTED / 2]! += quantity
    addTo(this.words, slot * RECORD_WORDS + ImageAt.CUMULATIVE_QUOTE, quote)
    this.setStatus(slot, status)
  }

  prevent(slot: number, quantity: number): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.PREVENTED / 2]! += quantity
  }

  setUpdated(slot: number, time: number): void {
    this.doubles[slot * RECORD_DOUBLES + ImageAt.UPDATED / 2] = time
  }

  /** Of an order that comes from another platform. */
  setHistory(slot: number, executed: number, quote: Amount, originalTime: number): void {
    this.fill(slot, executed, quote, executed > 0 ? 2 : 1)
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
    return this.words[slot * RECORD_WORDS + ImageAt.PACKED]! >>> 24
  }

  /** Offset in words of the client id of `slot`. */
  clientAt(slot: number): number {
    return slot * RECORD_WORDS + ImageAt.CLIENT
  }

  setClient(slot: number, id: ClientId): void {
    const at = slot * RECORD_WORDS
    this.words.set(id.words, at + ImageAt.CLIENT)
    this.words[at + ImageAt.PACKED] = (this.words[at + ImageAt.PACKED]! & 0xffffff) | (id.length << 24)
  }

  copyClient(slot: number, into: ClientId): void {
    const at = this.clientAt(slot)
    for (let i = 0; i < ClientId.WORDS; i++) into.words[i] = this.words[at + i]!
    into.length = this.clientLength(slot)
  }

  /** Does the order have this client id? */
  hasClient(slot: number, id: ClientId): boolean {
    if (this.clientLength(slot) !== id.length) return false
    const at = this.clientAt(slot)
    for (let i = 0; i < ClientId.WORDS; i++) if (this.words[at + i] !== id.words[i]) return false
    return true
  }

  clientHash(slot: number): number {
    return this.words[slot * RECORD_WORDS + CLIENT_HASH]!
  }

  setClientHash(slot: number, hash: number): void {
    this.words[slot * RECORD_WORDS + CLIENT_HASH] = hash
  }

  seatNext(slot: number): number {
    return this.words[slot * RECORD_WORDS + SEAT_NEXT]!
  }

  seatPrevious(slot: number): number {
    return this.words[slot * RECORD_WORDS + SEAT_PREV]!
  }

  /** Put `slot` in front of a seat's list whose first order is `head`. */
  link(slot: number, head: number): void {
    this.words[slot * RECORD_WORDS + SEAT_NEXT] = head
    this.words[slot * RECORD_WORDS + SEAT_PREV] = NONE
    if (head !== NONE) this.words[head * RECORD_WORDS + SEAT_PREV] = slot
  }

  /** Take `slot` out of its seat's list; the new first order given the old one. */
  unlink(slot: number, head: number): number {
    const next = this.seatNext(slot)
    const previous = this.seatPrevious(slot)
    if (next !== NONE) this.words[next * RECORD_WORDS + SEAT_PREV] = previous
    if (previous === NONE) return next
    this.words[previous * RECORD_WORDS + SEAT_NEXT] = next
    return head
  }
}
