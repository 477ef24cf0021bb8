/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { ExecutionAt } from './output.ts'

/** Among the flags of an EXECUTION: it is a compact fill, see `CompactFillAt`. */
export const COMPACT_FLAG = 8
/** A flag of a compact fill: `UnusualAt` follows its fixed words. */
export const UNUSUAL_FLAG = 16

/**
 * Offsets of an EXECUTION with COMPACT_FLAG: the fill of a trade. It does not repeat what its TRADE says: the order's
 * id, account and symbol, the last fill, the execution's id, the time of the update. After the fixed words follow the
 * unusual fields, the extras and the client id, each only if present.
 */
export const CompactFillAt = {
  /** As in `ExecutionAt`, but in place of the expiry reason: how many words before this event its TRADE begins. */
  PACKED: 1,
  QUANTITY: 2,
  EXECUTED: 4,
  CUMULATIVE_QUOTE: 6,
  /** Word PACKED of the image. */
  IMAGE_PACKED: 8,
  FEE_ASSET: 9,
  CREATED: 10,
  FEE: 12,
  /** Price of a taker's order; a maker's is the price of the trade. */
  PRICE: 14,
} as const
export const COMPACT_MAKER_WORDS = 14
export const COMPACT_TAKER_WORDS = 16

/** For orders with a strategy type, or not working from the beginning. Others work from their creation, with type 0. */
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

/** Position of the TRADE of the compact fill at `at`. */
export function tradeOf(words: Int32Array, at: number): number {
  return at - ((words[at + PACKED]! & TRADE_BACK_MASK) >>> TRADE_BACK_SHIFT)
}

/** The compact fill at `at` was copied: its TRADE begins `back` words before it, at most 255. */
export function setTrade(words: Int32Array, at: number, back: number): void {
  words[at + PACKED] = (words[at + PACKED]! & ~TRADE_BACK_MASK) | (back << TRADE_BACK_SHIFT)
}
