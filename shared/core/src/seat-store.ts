/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { NONE } from './order-store.ts'
import { PairTable } from './pair-table.ts'
import { restoreWords } from './snapshot-words.ts'

/** Layout of a seat, 64 bytes: a cache line. */
const SEAT_WORDS = 16
const ACCOUNT = 0
const SYMBOL = 1
const BASE = 2
const QUOTE = 3
const HEAD = 4
const ORDERS = 5
const STOPS = 6
const MAKER_FEE = 7
const TAKER_FEE = 8
const NEXT = 9
/** A sum of quantities may exceed 2^53: high × 2^53 + a double. */
const OPEN_BUY = 10
const OPEN_BUY_HIGH = 12
const QUANTITY_UNIT = 2 ** 53

const INITIAL_SEATS = 256

/**
 * The seat of an account on a market: its two balances, its fee rates, its open orders and their number. One look-up of
 * (account, symbol) finds everything that an order needs. Orders carry their seat, so a fill needs no look-up.
 */
export class SeatStore {
  words = new Int32Array(INITIAL_SEATS * SEAT_WORDS)
  doubles = new Float64Array(this.words.buffer)
  highWater = 1
  readonly table = new PairTable()

  get capacity(): number {
    return this.words.length / SEAT_WORDS
  }

  /** Take over the records of a snapshot, or of a smaller store. */
  adopt(part: Int32Array, least: number = INITIAL_SEATS): void {
    this.words = restoreWords(part, SEAT_WORDS, least)
    this.doubles = new Float64Array(this.words.buffer)
  }

  find(account: number, symbol: number): number {
    return this.table.find(account, symbol)
  }

  /** A new seat; `base` and `quote` are balance slots, `next` the account's list of seats so far. */
  open(account: number, symbol: number, base: number, quote: number, next: number): number {
    if (this.highWater === this.capacity) this.adopt(this.words, this.capacity * 2)
    const seat = this.highWater++
    const at = seat * SEAT_WORDS
    this.words[at + ACCOUNT] = account
    this.words[at + SYMBOL] = symbol
    this.words[at + BASE] = base
    this.words[at + QUOTE] = quote
    this.words[at + NEXT] = next
    this.table.enter(account, symbol, seat)
    return seat
  }

  /**
   * Let NONE stand for an account without a seat on the market, with its balances there; or for no account again. Its
   * order is then checked like any other, and a refused one leaves no seat behind.
   */
  setGuest(base: number, quote: number): void {
    this.words[NONE * SEAT_WORDS + BASE] = base
    this.words[NONE * SEAT_WORDS + QUOTE] = quote
  }

  account(seat: number): number {
    return this.words[seat * SEAT_WORDS + ACCOUNT]!
  }

  symbol(seat: number): number {
    return this.words[seat * SEAT_WORDS + SYMBOL]!
  }

  /** Balance slot of the base asset. */
  base(seat: number): number {
    return this.words[seat * SEAT_WORDS + BASE]!
  }

  quote(seat: number): number {
    return this.words[seat * SEAT_WORDS + QUOTE]!
  }

  /** The account's next seat, or NONE. */
  next(seat: number): number {
    return this.words[seat * SEAT_WORDS + NEXT]!
  }

  /** First open order, or NONE. */
  head(seat: number): number {
    return this.words[seat * SEAT_WORDS + HEAD]!
  }

  setHead(seat: number, slot: number): void {
    this.words[seat * SEAT_WORDS + HEAD] = slot
  }

  /** Open orders, stop orders included. */
  orders(seat: number): number {
    return seat === NONE ? 0 : this.words[seat * SEAT_WORDS + ORDERS]!
  }

  countOrders(seat: number, change: number): void {
    this.words[seat * SEAT_WORDS + ORDERS]! += change
  }

  /** Stop orders that were not triggered yet. */
  stops(seat: number): number {
    return seat === NONE ? 0 : this.words[seat * SEAT_WORDS + STOPS]!
  }

  countStops(seat: number, change: number): void {
    this.words[seat * SEAT_WORDS + STOPS]! += change
  }

  makerFee(seat: number): number {
    return this.words[seat * SEAT_WORDS + MAKER_FEE]!
  }

  takerFee(seat: number): number {
    return this.words[seat * SEAT_WORDS + TAKER_FEE]!
  }

  setFees(seat: number, maker: number, taker: number): void {
    this.words[seat * SEAT_WORDS + MAKER_FEE] = maker
    this.words[seat * SEAT_WORDS + TAKER_FEE] = taker
  }

  /** Quantity that the open BUY orders may still buy, in quantity units. */
  openBuy(seat: number): bigint {
    if (seat === NONE) return 0n
    const at = seat * SEAT_WORDS
    return BigInt(this.words[at + OPEN_BUY_HIGH]!) * BigInt(QUANTITY_UNIT) + BigInt(this.doubles[(at + OPEN_BUY) >> 1]!)
  }

  raiseOpenBuy(seat: number, quantity: number): void {
    const at = seat * SEAT_WORDS
    const low = this.doubles[(at + OPEN_BUY) >> 1]!
    // Do not compute the sum of both: it may exceed 2^53, where doubles are even.
    const room = QUANTITY_UNIT - quantity
    this.doubles[(at + OPEN_BUY) >> 1] = low < room ? low + quantity : low - room
    if (low >= room) this.words[at + OPEN_BUY_HIGH]!++
  }

  lowerOpenBuy(seat: number, quantity: number): void {
    const at = seat * SEAT_WORDS
    const low = this.doubles[(at + OPEN_BUY) >> 1]! - quantity
    this.doubles[(at + OPEN_BUY) >> 1] = low >= 0 ? low : low + QUANTITY_UNIT
    if (low < 0) this.words[at + OPEN_BUY_HIGH]!--
  }
}
