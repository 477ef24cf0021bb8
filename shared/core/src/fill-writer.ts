/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { Amount } from './amount.ts'
import {
  COMPACT_FLAG,
  COMPACT_MAKER_WORDS,
  COMPACT_TAKER_WORDS,
  CompactFillAt,
  TRADE_BACK_SHIFT,
  UNUSUAL_FLAG,
} from './compact-fill.ts'
import { ExecutionType } from './enums.ts'
import { EventKind } from './event.ts'
import type { Fill } from './fill.ts'
import type { ImageStore } from './image-store.ts'
import {
  COMPACT_OUTCOME_VERSION,
  EXECUTION_WORDS,
  ExecutionAt,
  FILL_FLAG,
  FILL_WORDS,
  FULL_TRADE_WORDS,
  MAKER_FLAG,
  type Moment,
  type Output,
  TRADE_AGGREGATE_SHIFT,
  TRADE_WORDS,
  TradeAt,
} from './output.ts'

// Offsets and kinds as constants of this module: only those are compiled into the code. D_: in doubles.
const KIND_EXECUTION = EventKind.EXECUTION
const KIND_TRADE = EventKind.TRADE
const FILLED_LENGTH = EXECUTION_WORDS + FILL_WORDS
const TRADE_LENGTH = TRADE_WORDS
const { PACKED, IMAGE, LAST_QUOTE, FEE, FEE_ASSET } = ExecutionAt
const D_EXECUTION_ID = ExecutionAt.EXECUTION_ID / 2
const D_LAST_PRICE = ExecutionAt.LAST_PRICE / 2
const D_LAST_QUANTITY = ExecutionAt.LAST_QUANTITY / 2
const D_TRADE_ID = ExecutionAt.TRADE_ID / 2
const D_TRADE_TRADE_ID = TradeAt.TRADE_ID / 2
const D_TRADE_PRICE = TradeAt.PRICE / 2
const D_TRADE_QUANTITY = TradeAt.QUANTITY / 2
const TRADE_QUOTE = TradeAt.QUOTE
const TRADE_FLAGS = TradeAt.FLAGS
const TRADE_SYMBOL = TradeAt.SYMBOL
const TRADE_AGGREGATED = TradeAt.AGGREGATED
const AGGREGATE_SHIFT = TRADE_AGGREGATE_SHIFT
const WORD_RANGE = 2 ** 32
const TRADE_MAKER_ACCOUNT = TradeAt.MAKER_ACCOUNT
const TRADE_TAKER_ACCOUNT = TradeAt.TAKER_ACCOUNT
const D_TRADE_MAKER_ORDER = TradeAt.MAKER_ORDER / 2
const D_TRADE_TAKER_ORDER = TradeAt.TAKER_ORDER / 2
const MAKER_FILL = ExecutionType.TRADE | ((MAKER_FLAG | FILL_FLAG) << 16)
const TAKER_FILL = ExecutionType.TRADE | (FILL_FLAG << 16)
const PREVENTED_FILL = ExecutionType.TRADE_PREVENTION | (FILL_FLAG << 16)
const D_COUNTER_ORDER = ExecutionAt.COUNTER_ORDER / 2
const BUYER_IS_MAKER = MAKER_FLAG
// Of compact fills.
const FULL_TRADE_LENGTH = FULL_TRADE_WORDS
const MAKER_LENGTH = COMPACT_MAKER_WORDS
const TAKER_LENGTH = COMPACT_TAKER_WORDS
const COMPACT = COMPACT_FLAG << 16
const UNUSUAL = UNUSUAL_FLAG << 16
const BACK_SHIFT = TRADE_BACK_SHIFT
const { FEE: COMPACT_FEE, FEE_ASSET: COMPACT_FEE_ASSET } = CompactFillAt
const D_COMPACT_PRICE = CompactFillAt.PRICE / 2
const D_TRADE_TIME = TradeAt.TIME / 2
const D_MAKER_EXECUTION = TradeAt.MAKER_EXECUTION / 2

/** Encodes trades and prevented matches as events. */
export class FillWriter {
  readonly output: Output
  readonly images: ImageStore
  readonly moment: Moment
  /** The last execution id given out; shard-wide. */
  executionId = 0
  #isCompact = false
  readonly #nothing = new Amount()

  constructor(output: Output, images: ImageStore) {
    this.output = output
    this.moment = output.moment
    this.images = images
  }

  /** From the next outcome on, fills are compact. */
  writeCompactFills(): void {
    this.#isCompact = true
    this.output.version = COMPACT_OUTCOME_VERSION
  }

  /**
   * A trade: the public record, then the maker's execution, then the taker's. `takerBuys` assigns fees and assets to
   * the two sides; `flags` is OWN_FLAG or 0.
   */
  trade(market: TradedAssets, maker: number, taker: number, takerBuys: boolean, flags: number, fill: Fill): void {
    if (this.#isCompact) {
      this.#compactTrade(market, maker, taker, takerBuys, flags, fill)
      return
    }
    const { output, images } = this
    const makerTail = images.tailWords(maker)
    const at = output.events(3, TRADE_LENGTH + 2 * FILLED_LENGTH + makerTail + images.tailWords(taker))
    const { words, doubles } = output
    words[at] = KIND_TRADE | (TRADE_LENGTH << 8)
    this.#record(words, doubles, at, market, maker, taker, takerBuys ? flags : flags | BUYER_IS_MAKER, fill)
    const makerAt = at + TRADE_LENGTH
    const takerAt = makerAt + FILLED_LENGTH + makerTail
    const takerPacked = TAKER_FILL | (flags << 16)
    if (takerBuys) {
      this.#fill(words, doubles, makerAt, maker, MAKER_FILL, fill, fill.sellerFee, market.quote)
      this.#fill(words, doubles, takerAt, taker, takerPacked, fill, fill.buyerFee, market.base)
    } else {
      this.#fill(words, doubles, makerAt, maker, MAKER_FILL, fill, fill.buyerFee, market.base)
      this.#fill(words, doubles, takerAt, taker, takerPacked, fill, fill.sellerFee, market.quote)
    }
  }

  /** The same with COMPACT_FILLS. */
  #compactTrade(
    market: TradedAssets,
    maker: number,
    taker: number,
    takerBuys: boolean,
    flags: number,
    fill: Fill,
  ): void {
    const { output, images } = this
    const makerLength = MAKER_LENGTH + images.unusualWords(maker) + images.tailWords(maker)
    const takerLength = TAKER_LENGTH + images.unusualWords(taker) + images.tailWords(taker)
    const at = output.events(3, FULL_TRADE_LENGTH + makerLength + takerLength)
    const { words, doubles } = output
    words[at] = KIND_TRADE | (FULL_TRADE_LENGTH << 8)
    this.#record(words, doubles, at, market, maker, taker, takerBuys ? flags : flags | BUYER_IS_MAKER, fill)
    doubles[(at >> 1) + D_TRADE_TIME] = this.moment.time
    doubles[(at >> 1) + D_MAKER_EXECUTION] = this.executionId + 1
    this.executionId += 2
    const makerAt = at + FULL_TRADE_LENGTH
    const takerAt = makerAt + makerLength
    words[makerAt] = KIND_EXECUTION | (makerLength << 8)
    words[makerAt + PACKED] = MAKER_FILL | COMPACT | (FULL_TRADE_LENGTH << BACK_SHIFT)
    words[takerAt] = KIND_EXECUTION | (takerLength << 8)
    words[takerAt + PACKED] = TAKER_FILL | (flags << 16) | COMPACT | ((takerAt - at) << BACK_SHIFT)
    doubles[(takerAt >> 1) + D_COMPACT_PRICE] = images.price(taker)
    if (takerBuys) {
      this.#compactFill(words, doubles, makerAt, maker, MAKER_LENGTH, fill.sellerFee, market.quote)
      this.#compactFill(words, doubles, takerAt, taker, TAKER_LENGTH, fill.buyerFee, market.base)
    } else {
      this.#compactFill(words, doubles, makerAt, maker, MAKER_LENGTH, fill.buyerFee, market.base)
      this.#compactFill(words, doubles, takerAt, taker, TAKER_LENGTH, fill.sellerFee, market.quote)
    }
  }

  /** The public record of a trade, without its first word. */
  #record(
    words: Int32Array,
    doubles: Float64Array,
    at: number,
    market: TradedAssets,
    maker: number,
    taker: number,
    flags: number,
    fill: Fill,
  ): void {
    const { images } = this
    const half = at >> 1
    const { aggregated } = fill
    words[at + TRADE_FLAGS] = flags | (Math.trunc(aggregated / WORD_RANGE) << AGGREGATE_SHIFT)
    words[at + TRADE_SYMBOL] = market.id
    words[at + TRADE_MAKER_ACCOUNT] = images.account(maker)
    words[at + TRADE_TAKER_ACCOUNT] = images.account(taker)
    words[at + TRADE_AGGREGATED] = aggregated | 0
    doubles[half + D_TRADE_TRADE_ID] = fill.id
    doubles[half + D_TRADE_PRICE] = fill.price
    doubles[half + D_TRADE_QUANTITY] = fill.quantity
    words[at + TRADE_QUOTE] = fill.quoteLow
    words[at + TRADE_QUOTE + 1] = fill.quoteHigh
    doubles[half + D_TRADE_MAKER_ORDER] = images.orderId(maker)
    doubles[half + D_TRADE_TAKER_ORDER] = images.orderId(taker)
  }

  /**
   * One side of a prevented match: like a fill, but without money. `counter`: slot of the other order, −1 to omit it.
   */
  preventedFill(slot: number, counter: number, flags: number, fill: Fill): void {
    const { output, images } = this
    const at = output.events(1, FILLED_LENGTH + images.tailWords(slot))
    const { words, doubles } = output
    this.#fill(words, doubles, at, slot, PREVENTED_FILL | (flags << 16), fill, this.#nothing, 0)
    if (counter >= 0) doubles[(at >> 1) + D_COUNTER_ORDER] = images.orderId(counter)
  }

  /** One side of a fill, at `at` of the words reserved for it. */
  #fill(
    words: Int32Array,
    doubles: Float64Array,
    at: number,
    slot: number,
    packed: number,
    fill: Fill,
    fee: Amount,
    feeAsset: number,
  ): void {
    const { images } = this
    const half = at >> 1
    words[at] = KIND_EXECUTION | ((FILLED_LENGTH + images.tailWords(slot)) << 8)
    words[at + PACKED] = packed
    doubles[half + D_EXECUTION_ID] = ++this.executionId
    images.copyImage(slot, this.moment, words, doubles, at + IMAGE)
    doubles[half + D_LAST_PRICE] = fill.price
    doubles[half + D_LAST_QUANTITY] = fill.quantity
    words[at + LAST_QUOTE] = fill.quoteLow
    words[at + LAST_QUOTE + 1] = fill.quoteHigh
    fee.store(words, at + FEE)
    doubles[half + D_TRADE_ID] = fill.id
    words[at + FEE_ASSET] = feeAsset
    words[at + FEE_ASSET + 1] = 0
    images.copyTail(slot, words, at + FILLED_LENGTH)
  }

  /** One side of a trade at `at`, without its first words; `fixed` words precede those that only some fills have. */
  #compactFill(
    words: Int32Array,
    doubles: Float64Array,
    at: number,
    slot: number,
    fixed: number,
    fee: Amount,
    feeAsset: number,
  ): void {
    const { images } = this
    images.copyCompact(slot, this.moment, words, doubles, at)
    fee.store(words, at + COMPACT_FEE)
    words[at + COMPACT_FEE_ASSET] = feeAsset
    let tail = at + fixed
    const unusual = images.unusualWords(slot)
    if (unusual > 0) {
      words[at + PACKED]! |= UNUSUAL
      images.copyUnusual(slot, words, doubles, tail)
      tail += unusual
    }
    images.copyTail(slot, words, tail)
  }
}

/** The parts of a market that events carry. */
export interface TradedAssets {
  readonly id: number
  readonly base: number
  readonly quote: number
  updateId: number
}
