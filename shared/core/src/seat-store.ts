import { addTo, Amount, subtractFrom } from './amount.ts'
import { NONE } from './order-store.ts'
import { PairTable } from './pair-table.ts'
import { restoreWords } from './snapshot-words.ts'
import { amountAt } from './word.ts'

/** Layout of a seat, 48 bytes. */
const SEAT_WORDS = 12
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
const OPEN_BUY = 10

const INITIAL_SEATS = 256

/**
 * The seat of an account on a market: where its two balances are, its fee rates, its open orders and how many they are.
 * One look-up of (account, symbol) finds everything an order needs; orders carry their seat, so a fill needs none.
 */
export class SeatStore {
  words = new Int32Array(INITIAL_SEATS * SEAT_WORDS)
  highWater = 1
  readonly table = new PairTable()
  readonly #quantity = new Amount()

  get capacity(): number {
    return this.words.length / SEAT_WORDS
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, SEAT_WORDS, INITIAL_SEATS)
  }

  find(account: number, symbol: number): number {
    return this.table.find(account, symbol)
  }

  /** A new seat; `base` and `quote` are balance slots, `next` the account's list of seats so far. */
  open(account: number, symbol: number, base: number, quote: number, next: number): number {
    if (this.highWater === this.capacity) {
      const words = new Int32Array(this.words.length * 2)
      words.set(this.words)
      this.words = words
    }
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

  /** Stop orders that have not started to work. */
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

  /** What the open BUY orders may still buy, in quantity units. */
  openBuy(seat: number): bigint {
    return amountAt(this.words, seat * SEAT_WORDS + OPEN_BUY)
  }

  raiseOpenBuy(seat: number, quantity: number): void {
    this.#quantity.setInteger(quantity)
    addTo(this.words, seat * SEAT_WORDS + OPEN_BUY, this.#quantity)
  }

  lowerOpenBuy(seat: number, quantity: number): void {
    this.#quantity.setInteger(quantity)
    subtractFrom(this.words, seat * SEAT_WORDS + OPEN_BUY, this.#quantity)
  }
}
