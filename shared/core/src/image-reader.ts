/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { ClientId } from './command.ts'
import { UNUSUAL_WORDS, UnusualAt } from './compact-fill.ts'
import type { OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import {
  CLIENT_LENGTH_SHIFT,
  EXTRAS_BIT,
  EXTRAS_WORDS,
  FIXED_IMAGE_WORDS,
  ImageAt,
  WORKING_BIT,
} from './order-image.ts'

/**
 * Layout of the part of an order that the exchange needs and the book does not: the image in the form of events and the
 * client id. It takes 128 bytes (a pair of cache lines) under the same slot. The extras, which most orders lack, are
 * stored apart.
 */
export const RecordAt = {
  CLIENT: FIXED_IMAGE_WORDS,
  CLIENT_HASH: FIXED_IMAGE_WORDS + ClientId.WORDS,
  PRIORITY: 30,
} as const
export const IMAGE_RECORD_WORDS = 32

// As constants of this module: only those are compiled into the code; an imported object is read each time. The names
// in D_ are offsets in doubles.
const RECORD_WORDS = IMAGE_RECORD_WORDS
const RECORD_DOUBLES = RECORD_WORDS / 2
const { ACCOUNT, SYMBOL, PACKED, STRATEGY_TYPE, QUOTE_QUANTITY, STOP_PRICE, PREVENTED } = ImageAt
const D_ORDER = ImageAt.ORDER / 2
const D_PRICE = ImageAt.PRICE / 2
const D_QUANTITY = ImageAt.QUANTITY / 2
const D_EXECUTED = ImageAt.EXECUTED / 2
const D_CREATED = ImageAt.CREATED / 2
const D_UPDATED = ImageAt.UPDATED / 2
const D_WORKING = ImageAt.WORKING / 2
const D_PRIORITY = RecordAt.PRIORITY / 2
const EXTRA_DOUBLES = EXTRAS_WORDS / 2
/** From an extra's offset in the whole image to its offset among the extras, in doubles. */
const EXTRAS_BEGIN = FIXED_IMAGE_WORDS / 2
const ID_LENGTH_SHIFT = CLIENT_LENGTH_SHIFT
const HAS_EXTRAS = EXTRAS_BIT
const IS_WORKING = WORKING_BIT
const UNUSUAL_COUNT = UNUSUAL_WORDS
const UNUSUAL_STRATEGY_TYPE = UnusualAt.STRATEGY_TYPE
const D_UNUSUAL_WORKING = UnusualAt.WORKING / 2

/** Reads the fields of orders, by slot of the order store. */
export class ImageReader {
  words = new Int32Array(0)
  doubles = new Float64Array(0)
  /** Quote quantity, stop price, prevented quantity, strategy: meaningful with EXTRAS_BIT only. */
  extras = new Float64Array(0)

  account(slot: number): number {
    return this.words[slot * RECORD_WORDS + ACCOUNT]!
  }

  symbol(slot: number): number {
    return this.words[slot * RECORD_WORDS + SYMBOL]!
  }

  side(slot: number): Side {
    return (this.words[slot * RECORD_WORDS + PACKED]! & 0xf) as Side
  }

  type(slot: number): OrderType {
    return ((this.words[slot * RECORD_WORDS + PACKED]! >>> 4) & 0xf) as OrderType
  }

  timeInForce(slot: number): TimeInForce {
    return ((this.words[slot * RECORD_WORDS + PACKED]! >>> 8) & 0xf) as TimeInForce
  }

  mode(slot: number): SelfTradePrevention {
    return ((this.words[slot * RECORD_WORDS + PACKED]! >>> 12) & 0xf) as SelfTradePrevention
  }

  isWorking(slot: number): boolean {
    return (this.words[slot * RECORD_WORDS + PACKED]! & IS_WORKING) !== 0
  }

  orderId(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_ORDER]!
  }

  price(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_PRICE]!
  }

  quantity(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_QUANTITY]!
  }

  /** Time of the latest execution, µs. */
  updated(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_UPDATED]!
  }

  executed(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_EXECUTED]!
  }

  stopPrice(slot: number): number {
    return this.#extra(slot, STOP_PRICE)
  }

  quoteQuantity(slot: number): number {
    return this.#extra(slot, QUOTE_QUANTITY)
  }

  prevented(slot: number): number {
    return this.#extra(slot, PREVENTED)
  }

  #extra(slot: number, offset: number): number {
    if ((this.words[slot * RECORD_WORDS + PACKED]! & HAS_EXTRAS) === 0) return 0
    return this.extras[slot * EXTRA_DOUBLES + (offset >> 1) - EXTRAS_BEGIN]!
  }

  /** Journaled time at which the order joined its level; the original time for imported ones. */
  priority(slot: number): number {
    return this.doubles[slot * RECORD_DOUBLES + D_PRIORITY]!
  }

  clientLength(slot: number): number {
    return this.words[slot * RECORD_WORDS + PACKED]! >>> ID_LENGTH_SHIFT
  }

  /** Words that the unusual fields of the order take in a compact fill; see `UnusualAt`. */
  unusualWords(slot: number): number {
    const half = slot * RECORD_DOUBLES
    const isUsual =
      this.doubles[half + D_WORKING] === this.doubles[half + D_CREATED] &&
      this.words[slot * RECORD_WORDS + STRATEGY_TYPE] === 0
    return isUsual ? 0 : UNUSUAL_COUNT
  }

  /** Copy the unusual fields to `at`. */
  copyUnusual(slot: number, words: Int32Array, doubles: Float64Array, at: number): void {
    doubles[(at >> 1) + D_UNUSUAL_WORKING] = this.doubles[slot * RECORD_DOUBLES + D_WORKING]!
    words[at + UNUSUAL_STRATEGY_TYPE] = this.words[slot * RECORD_WORDS + STRATEGY_TYPE]!
    words[at + UNUSUAL_STRATEGY_TYPE + 1] = 0
  }
}
