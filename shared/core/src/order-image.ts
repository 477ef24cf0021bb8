import { clientIdText } from './command.ts'
import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from './enums.ts'
import type { OrderImage } from './event.ts'
import { amountAt, doubleAt } from './word.ts'

/**
 * Word offsets of an order's image: how it lies in the order store and, copied as it is, in every execution event.
 * Doubles lie at even offsets; amounts are two words, low first.
 */
export const ImageAt = {
  ORDER: 0,
  ACCOUNT: 2,
  SYMBOL: 3,
  /** side | type << 4 | timeInForce << 8 | selfTradePrevention << 12 | status << 16 | working << 20 | clientLength << 24 */
  PACKED: 4,
  STRATEGY_TYPE: 5,
  PRICE: 6,
  QUANTITY: 8,
  QUOTE_QUANTITY: 10,
  STOP_PRICE: 12,
  EXECUTED: 14,
  CUMULATIVE_QUOTE: 16,
  PREVENTED: 18,
  STRATEGY: 20,
  CREATED: 22,
  UPDATED: 24,
  WORKING: 26,
  CLIENT: 28,
  RESERVED: 37,
} as const

export const IMAGE_WORDS = 38

export const STATUS_SHIFT = 16
export const STATUS_MASK = 0xf << STATUS_SHIFT
export const WORKING_BIT = 1 << 20

/** The image that begins at `at`, as an object. */
export function readImage(words: Int32Array, at: number): OrderImage {
  const packed = words[at + ImageAt.PACKED]!
  return {
    orderId: doubleAt(words, at + ImageAt.ORDER),
    account: words[at + ImageAt.ACCOUNT]!,
    symbol: words[at + ImageAt.SYMBOL]!,
    clientId: clientIdText(words, at + ImageAt.CLIENT, packed >>> 24),
    side: (packed & 0xf) as Side,
    type: ((packed >>> 4) & 0xf) as OrderType,
    timeInForce: ((packed >>> 8) & 0xf) as TimeInForce,
    selfTradePrevention: ((packed >>> 12) & 0xf) as SelfTradePrevention,
    status: ((packed >>> STATUS_SHIFT) & 0xf) as OrderStatus,
    price: doubleAt(words, at + ImageAt.PRICE),
    quantity: doubleAt(words, at + ImageAt.QUANTITY),
    quoteQuantity: doubleAt(words, at + ImageAt.QUOTE_QUANTITY),
    stopPrice: doubleAt(words, at + ImageAt.STOP_PRICE),
    executed: doubleAt(words, at + ImageAt.EXECUTED),
    cumulativeQuote: amountAt(words, at + ImageAt.CUMULATIVE_QUOTE),
    prevented: doubleAt(words, at + ImageAt.PREVENTED),
    strategyId: doubleAt(words, at + ImageAt.STRATEGY),
    strategyType: words[at + ImageAt.STRATEGY_TYPE]!,
    createdTime: doubleAt(words, at + ImageAt.CREATED),
    updatedTime: doubleAt(words, at + ImageAt.UPDATED),
    workingTime: doubleAt(words, at + ImageAt.WORKING),
    working: (packed & WORKING_BIT) !== 0,
  }
}
