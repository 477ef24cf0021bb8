/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { clientIdText } from './command.ts'
import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { OrderImage } from './event.ts'
import { amountAt, doubleAt } from './word.ts'

/**
 * Word offsets of an order's complete image. Doubles are at even offsets; amounts are two words, low first. An
 * execution event contains the first FIXED_IMAGE_WORDS unchanged. The extras and the client id follow elsewhere, and
 * only if present: `copyImage` builds the complete image again.
 */
export const ImageAt = {
  ORDER: 0,
  ACCOUNT: 2,
  SYMBOL: 3,
  /** side | type << 4 | timeInForce << 8 | selfTradePrevention << 12 | status << 16 | WORKING_BIT | EXTRAS_BIT | clientLength << 24 */
  PACKED: 4,
  STRATEGY_TYPE: 5,
  PRICE: 6,
  QUANTITY: 8,
  EXECUTED: 10,
  CUMULATIVE_QUOTE: 12,
  CREATED: 14,
  UPDATED: 16,
  WORKING: 18,
  /** The extras: fields that most orders lack, valid with EXTRAS_BIT only. */
  QUOTE_QUANTITY: 20,
  STOP_PRICE: 22,
  PREVENTED: 24,
  STRATEGY: 26,
  CLIENT: 28,
} as const

export const FIXED_IMAGE_WORDS = 20
export const EXTRAS_WORDS = 8
export const IMAGE_WORDS = 38

export const STATUS_SHIFT = 16
export const STATUS_MASK = 0xf << STATUS_SHIFT
export const WORKING_BIT = 1 << 20
export const EXTRAS_BIT = 1 << 21
export const CLIENT_LENGTH_SHIFT = 24

/** The complete image that begins at `at`, as an object. */
export function readImage(words: Int32Array, at: number): OrderImage {
  return readImageParts(words, at, words, at + FIXED_IMAGE_WORDS, at + ImageAt.CLIENT)
}

/** An image whose fixed part, extras and client id are stored apart, as an object. */
export function readImageParts(
  words: Int32Array,
  at: number,
  extras: Int32Array,
  extrasAt: number,
  clientAt: number,
): OrderImage {
  const packed = words[at + ImageAt.PACKED]!
  const extra = (offset: number): number =>
    (packed & EXTRAS_BIT) === 0 ? 0 : doubleAt(extras, extrasAt + offset - FIXED_IMAGE_WORDS)
  return {
    orderId: doubleAt(words, at + ImageAt.ORDER),
    account: words[at + ImageAt.ACCOUNT]!,
    symbol: words[at + ImageAt.SYMBOL]!,
    clientId: clientIdText(words, clientAt, packed >>> CLIENT_LENGTH_SHIFT),
    side: (packed & 0xf) as Side,
    type: ((packed >>> 4) & 0xf) as OrderType,
    timeInForce: ((packed >>> 8) & 0xf) as TimeInForce,
    selfTradePrevention: ((packed >>> 12) & 0xf) as SelfTradePrevention,
    status: ((packed >>> STATUS_SHIFT) & 0xf) as OrderStatus,
    price: doubleAt(words, at + ImageAt.PRICE),
    quantity: doubleAt(words, at + ImageAt.QUANTITY),
    quoteQuantity: extra(ImageAt.QUOTE_QUANTITY),
    stopPrice: extra(ImageAt.STOP_PRICE),
    executed: doubleAt(words, at + ImageAt.EXECUTED),
    cumulativeQuote: amountAt(words, at + ImageAt.CUMULATIVE_QUOTE),
    prevented: extra(ImageAt.PREVENTED),
    strategyId: extra(ImageAt.STRATEGY),
    strategyType: words[at + ImageAt.STRATEGY_TYPE]!,
    createdTime: doubleAt(words, at + ImageAt.CREATED),
    updatedTime: doubleAt(words, at + ImageAt.UPDATED),
    workingTime: doubleAt(words, at + ImageAt.WORKING),
    working: (packed & WORKING_BIT) !== 0,
  }
}
