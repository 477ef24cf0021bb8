/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { ExecutionAt } from './output.ts'

/** Among the flags of an EXECUTION: it is a compact fill, see `CompactFillAt`. */
export const COMPACT_FLAG = 8
/** Of a compact fill: `UnusualAt` follows its fixed words. */
export const UNUSUAL_FLAG = 16

/**
 * Offsets of an EXECUTION with COMPACT_FLAG, which is a fill of a trade. What its TRADE tells is not repeated: the order's
 * id, account and symbol, the last fill, the execution's id, when the order was updated. Behind the fixed words lie, each
 * only if there, what is unusual, the extras and the client id.
 */
export const CompactFillAt = {
  /** As in `ExecutionAt`, but in the place of the expiry's reason: how many words before it its TRADE begins. */
  PACKED: 1,
  QUANTITY: 2,
  EXECUTED: 4,
  CUMULATIVE_QUOTE: 6,
  /** Word PACKED of the image. */
  IMAGE_PACKED: 8,
  FEE_ASSET: 9,
  CREATED: 10,
  FEE: 12,
  /** Of a taker; a maker's is the price of the trade. */
  PRICE: 14,
} as const
export const COMPACT_MAKER_WORDS = 14
export const COMPACT_TAKER_WORDS = 16

/** Of orders that have a strategy's type or did not work from the beginning; others work as created, and have type 0. */
export const UnusualAt = { WORKING: 0, STRATEGY_TYPE: 2 } as const
export const UNUSUAL_WORDS = 4

/** In word PACKED of a compact fill. */
export const TRADE_BACK_SHIFT = 8
const TRADE_BACK_MASK = 0xff << TRADE_BACK_SHIFT
const { PACKED } = ExecutionAt
const COMPACT = COMPACT_FLAG << 16

/** Is the EXECUTION at `at` a compact fill? */
export function isCompact(words: Int32Array, at: number): boolean {
  return (words[at + PACKED]! & COMPACT) !== 0
}

/** Where the TRADE of the compact fill at `at` begins. */
export function tradeOf(words: Int32Array, at: number): number {
  return at - ((words[at + PACKED]! & TRADE_BACK_MASK) >>> TRADE_BACK_SHIFT)
}

/** The compact fill at `at` was copied: its TRADE begins `back` words before it, 255 at most. */
export function setTrade(words: Int32Array, at: number, back: number): void {
  words[at + PACKED] = (words[at + PACKED]! & ~TRADE_BACK_MASK) | (back << TRADE_BACK_SHIFT)
}
