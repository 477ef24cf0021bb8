/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { clientIdText } from './command.ts'
import {
  COMPACT_MAKER_WORDS,
  COMPACT_TAKER_WORDS,
  CompactFillAt,
  isCompact,
  tradeOf,
  UNUSUAL_FLAG,
  UNUSUAL_WORDS,
  UnusualAt,
} from './compact-fill.ts'
import { ExecutionType, ExpiryReason, type OrderStatus } from './enums.ts'
import { EventKind, type ExecutionEvent } from './event.ts'
import {
  CLIENT_LENGTH_SHIFT,
  EXTRAS_BIT,
  EXTRAS_WORDS,
  FIXED_IMAGE_WORDS,
  IMAGE_WORDS,
  ImageAt,
  readImage,
  readImageParts,
  STATUS_MASK,
  STATUS_SHIFT,
} from './order-image.ts'
import {
  EXECUTION_WORDS,
  ExecutionAt,
  FILL_FLAG,
  FILL_WORDS,
  idWords,
  MAKER_FLAG,
  OWN_FLAG,
  TradeAt,
} from './output.ts'
import { amountAt, doubleAt } from './word.ts'

const { PACKED, IMAGE } = ExecutionAt

/** Is the execution that of an order which the command itself placed, cancelled or amended? `at`: its first word. */
export const executionIsOwn = (words: Int32Array, at: number): boolean => (words[at + PACKED]! & (OWN_FLAG << 16)) !== 0
/** Set that flag. */
export function markOwn(words: Int32Array, at: number): void {
  words[at + PACKED]! |= OWN_FLAG << 16
}

export const executionIsMaker = (words: Int32Array, at: number): boolean =>
  (words[at + PACKED]! & (MAKER_FLAG << 16)) !== 0

/** Account of the order of the EXECUTION at `at`. */
export function executionAccount(words: Int32Array, at: number): number {
  if (!isCompact(words, at)) return words[at + IMAGE + ImageAt.ACCOUNT]!
  return words[tradeOf(words, at) + (executionIsMaker(words, at) ? TradeAt.MAKER_ACCOUNT : TradeAt.TAKER_ACCOUNT)]!
}

export function executionSymbol(words: Int32Array, at: number): number {
  return words[isCompact(words, at) ? tradeOf(words, at) + TradeAt.SYMBOL : at + IMAGE + ImageAt.SYMBOL]!
}

export function executionOrder(words: Int32Array, at: number): number {
  if (!isCompact(words, at)) return doubleAt(words, at + IMAGE + ImageAt.ORDER)
  const trade = tradeOf(words, at)
  return doubleAt(words, trade + (executionIsMaker(words, at) ? TradeAt.MAKER_ORDER : TradeAt.TAKER_ORDER))
}

/** Status of the order after it. */
export function executionStatus(words: Int32Array, at: number): OrderStatus {
  return ((imagePacked(words, at) & STATUS_MASK) >>> STATUS_SHIFT) as OrderStatus
}

/** Is it the first trade of its order? */
export function isFirstFill(words: Int32Array, at: number): boolean {
  if ((words[at + PACKED]! & 0xff) !== ExecutionType.TRADE) return false
  if (!isCompact(words, at)) {
    return doubleAt(words, at + IMAGE + ImageAt.EXECUTED) === doubleAt(words, at + ExecutionAt.LAST_QUANTITY)
  }
  const last = doubleAt(words, tradeOf(words, at) + TradeAt.QUANTITY)
  return doubleAt(words, at + CompactFillAt.EXECUTED) === last
}

/** Word PACKED of the order's image. */
function imagePacked(words: Int32Array, at: number): number {
  return words[at + (isCompact(words, at) ? CompactFillAt.IMAGE_PACKED : IMAGE + ImageAt.PACKED)]!
}

function isUnusual(words: Int32Array, at: number): boolean {
  return (words[at + PACKED]! & (UNUSUAL_FLAG << 16)) !== 0
}

/** End of the fixed words of the EXECUTION at `at`. */
function fixedEnd(words: Int32Array, at: number): number {
  if (isCompact(words, at)) return at + (executionIsMaker(words, at) ? COMPACT_MAKER_WORDS : COMPACT_TAKER_WORDS)
  return at + EXECUTION_WORDS + ((words[at + PACKED]! & (FILL_FLAG << 16)) === 0 ? 0 : FILL_WORDS)
}

/** Position of its extras, whether they are present or not. */
function extrasOf(words: Int32Array, at: number): number {
  return fixedEnd(words, at) + (isCompact(words, at) && isUnusual(words, at) ? UNUSUAL_WORDS : 0)
}

/** Position of its client id, whether it is present or not. */
function clientOf(words: Int32Array, at: number): number {
  return extrasOf(words, at) + ((imagePacked(words, at) & EXTRAS_BIT) === 0 ? 0 : EXTRAS_WORDS)
}

/** Copy the complete image of the order out of the EXECUTION at `at`: IMAGE_WORDS words from `to`, for `readImage`. */
export function copyImage(words: Int32Array, at: number, into: Int32Array, to: number): void {
  const extras = extrasOf(words, at)
  const client = clientOf(words, at)
  const clientWords = idWords(imagePacked(words, at) >>> CLIENT_LENGTH_SHIFT)
  if (isCompact(words, at)) putTogether(words, at, into, to)
  else for (let i = 0; i < FIXED_IMAGE_WORDS; i++) into[to + i] = words[at + IMAGE + i]!
  for (let i = 0; i < EXTRAS_WORDS; i++) {
    into[to + FIXED_IMAGE_WORDS + i] = extras === client ? 0 : words[extras + i]!
  }
  for (let i = 0; i < IMAGE_WORDS - ImageAt.CLIENT; i++) {
    into[to + ImageAt.CLIENT + i] = i < clientWords ? words[client + i]! : 0
  }
}

/** Build the fixed words of the image of the compact fill at `at` from its own words and those of its TRADE. */
function putTogether(words: Int32Array, at: number, into: Int32Array, to: number): void {
  const trade = tradeOf(words, at)
  const isMaker = executionIsMaker(words, at)
  const unusual = isUnusual(words, at) ? fixedEnd(words, at) : 0
  const pair = (offset: number, from: number): void => {
    into[to + offset] = words[from]!
    into[to + offset + 1] = words[from + 1]!
  }
  pair(ImageAt.ORDER, trade + (isMaker ? TradeAt.MAKER_ORDER : TradeAt.TAKER_ORDER))
  into[to + ImageAt.ACCOUNT] = executionAccount(words, at)
  into[to + ImageAt.SYMBOL] = words[trade + TradeAt.SYMBOL]!
  into[to + ImageAt.PACKED] = words[at + CompactFillAt.IMAGE_PACKED]!
  into[to + ImageAt.STRATEGY_TYPE] = unusual === 0 ? 0 : words[unusual + UnusualAt.STRATEGY_TYPE]!
  pair(ImageAt.PRICE, isMaker ? trade + TradeAt.PRICE : at + CompactFillAt.PRICE)
  pair(ImageAt.QUANTITY, at + CompactFillAt.QUANTITY)
  pair(ImageAt.EXECUTED, at + CompactFillAt.EXECUTED)
  pair(ImageAt.CUMULATIVE_QUOTE, at + CompactFillAt.CUMULATIVE_QUOTE)
  pair(ImageAt.CREATED, at + CompactFillAt.CREATED)
  pair(ImageAt.UPDATED, trade + TradeAt.TIME)
  pair(ImageAt.WORKING, unusual === 0 ? at + CompactFillAt.CREATED : unusual + UnusualAt.WORKING)
}

/** The EXECUTION at `at` as an object. */
export function readExecution(words: Int32Array, at: number): ExecutionEvent {
  if (isCompact(words, at)) return readCompactFill(words, at)
  const packed = words[at + PACKED]!
  const isFill = (packed & (FILL_FLAG << 16)) !== 0
  const isPrevention = (packed & 0xff) === ExecutionType.TRADE_PREVENTION
  const clientAt = clientOf(words, at)
  const cancelAt = clientAt + idWords(imagePacked(words, at) >>> CLIENT_LENGTH_SHIFT)
  return {
    kind: EventKind.EXECUTION,
    execution: (packed & 0xff) as ExecutionType,
    expiryReason: ((packed >>> 8) & 0xff) as ExpiryReason,
    executionId: doubleAt(words, at + ExecutionAt.EXECUTION_ID),
    order: readImageParts(words, at + IMAGE, words, extrasOf(words, at), clientAt),
    lastPrice: isFill ? doubleAt(words, at + ExecutionAt.LAST_PRICE) : 0,
    lastQuantity: isFill ? doubleAt(words, at + ExecutionAt.LAST_QUANTITY) : 0,
    lastQuote: isFill && !isPrevention ? amountAt(words, at + ExecutionAt.LAST_QUOTE) : 0n,
    fee: isFill ? amountAt(words, at + ExecutionAt.FEE) : 0n,
    feeAsset: isFill ? words[at + ExecutionAt.FEE_ASSET]! : 0,
    tradeId: isFill ? doubleAt(words, at + ExecutionAt.TRADE_ID) : -1,
    counterOrder: isPrevention ? doubleAt(words, at + ExecutionAt.COUNTER_ORDER) : 0,
    maker: executionIsMaker(words, at),
    cancelId: clientIdText(words, cancelAt, packed >>> 24),
  }
}

const whole = new Int32Array(IMAGE_WORDS)

function readCompactFill(words: Int32Array, at: number): ExecutionEvent {
  const trade = tradeOf(words, at)
  const maker = executionIsMaker(words, at)
  copyImage(words, at, whole, 0)
  return {
    kind: EventKind.EXECUTION,
    execution: ExecutionType.TRADE,
    expiryReason: ExpiryReason.NONE,
    executionId: doubleAt(words, trade + TradeAt.MAKER_EXECUTION) + (maker ? 0 : 1),
    order: readImage(whole, 0),
    lastPrice: doubleAt(words, trade + TradeAt.PRICE),
    lastQuantity: doubleAt(words, trade + TradeAt.QUANTITY),
    lastQuote: amountAt(words, trade + TradeAt.QUOTE),
    fee: amountAt(words, at + CompactFillAt.FEE),
    feeAsset: words[at + CompactFillAt.FEE_ASSET]!,
    tradeId: doubleAt(words, trade + TradeAt.TRADE_ID),
    counterOrder: 0,
    maker,
    cancelId: '',
  }
}
