import type { Amount } from './amount.ts'
import type { ClientId } from './command.ts'
import type { ExecutionType, ExpiryReason, SelfTradePrevention, Side } from './enums.ts'
import { EventKind } from './event.ts'
import type { Fill } from './fill.ts'
import { copyWords, type ImageStore } from './image-store.ts'
import type { Ledger } from './ledger.ts'
import {
  BALANCE_WORDS,
  BalanceAt,
  BEHAVIOUR_WORDS,
  BehaviourAt,
  CATALOGUE_SUBJECTS,
  CatalogueAt,
  EXECUTION_WORDS,
  ExecutionAt,
  FILL_FLAG,
  FILL_WORDS,
  FUNDS_WORDS,
  FundsAt,
  idWords,
  LEVEL_WORDS,
  LevelAt,
  type Output,
  PREVENTED_WORDS,
  PreventedAt,
  REPLACE_WORDS,
  ReplaceAt,
  SESSION_STATES,
  SESSION_WORDS,
  SessionAt,
  TRADE_WORDS,
  TradeAt,
} from './output.ts'
import type { RejectCode } from './reject.ts'

/** Encodes events at the end of the output. The offsets are those of output.ts. */
export class EventWriter {
  readonly output: Output
  readonly images: ImageStore
  /** Journaled time of the command under way. */
  time = 0
  /** The last one given out; shard-wide. */
  executionId = 0

  constructor(output: Output, images: ImageStore) {
    this.output = output
    this.images = images
  }

  /** What happened to an order, other than a fill. `cancel` is the id of the cancel, or the order's id before. */
  execution(slot: number, execution: ExecutionType, reason: ExpiryReason, flags: number, cancel?: ClientId): void {
    const cancelLength = cancel === undefined ? 0 : cancel.length
    const tail = this.images.tailWords(slot)
    const length = EXECUTION_WORDS + tail + idWords(cancelLength)
    const at = this.#execution(slot, length)
    const { words } = this.output
    words[at + ExecutionAt.PACKED] = execution | (reason << 8) | (flags << 16) | (cancelLength << 24)
    if (tail > 0) this.images.copyTail(slot, words, at + EXECUTION_WORDS)
    if (cancelLength > 0) copyWords(cancel!.words, 0, words, at + EXECUTION_WORDS + tail, idWords(cancelLength))
  }

  /** One side of a fill, or of a prevented one. */
  fill(slot: number, execution: ExecutionType, flags: number, fill: Fill, fee: Amount, feeAsset: number): void {
    const tail = this.images.tailWords(slot)
    const at = this.#execution(slot, EXECUTION_WORDS + FILL_WORDS + tail)
    const { words, doubles } = this.output
    words[at + ExecutionAt.PACKED] = execution | ((flags | FILL_FLAG) << 16)
    doubles[(at + ExecutionAt.LAST_PRICE) >> 1] = fill.price
    doubles[(at + ExecutionAt.LAST_QUANTITY) >> 1] = fill.quantity
    words[at + ExecutionAt.LAST_QUOTE] = fill.quote.lo
    words[at + ExecutionAt.LAST_QUOTE + 1] = fill.quote.hi
    words[at + ExecutionAt.FEE] = fee.lo
    words[at + ExecutionAt.FEE + 1] = fee.hi
    doubles[(at + ExecutionAt.TRADE_ID) >> 1] = fill.id
    words[at + ExecutionAt.FEE_ASSET] = feeAsset
    words[at + ExecutionAt.FEE_ASSET + 1] = 0
    if (tail > 0) this.images.copyTail(slot, words, at + EXECUTION_WORDS + FILL_WORDS)
  }

  #execution(slot: number, length: number): number {
    const { output, images } = this
    const at = output.event(EventKind.EXECUTION, length)
    const { words, doubles } = output
    doubles[(at + ExecutionAt.EXECUTION_ID) >> 1] = ++this.executionId
    images.copyImage(slot, this.time, words, doubles, at + ExecutionAt.IMAGE)
    return at
  }

  trade(symbol: number, maker: number, taker: number, flags: number, fill: Fill): void {
    const { output, images } = this
    const at = output.event(EventKind.TRADE, TRADE_WORDS)
    const { words, doubles } = output
    words[at + TradeAt.FLAGS] = flags
    words[at + TradeAt.SYMBOL] = symbol
    words[at + TradeAt.MAKER_ACCOUNT] = images.account(maker)
    words[at + TradeAt.TAKER_ACCOUNT] = images.account(taker)
    words[at + 5] = 0
    doubles[(at + TradeAt.TRADE_ID) >> 1] = fill.id
    doubles[(at + TradeAt.PRICE) >> 1] = fill.price
    doubles[(at + TradeAt.QUANTITY) >> 1] = fill.quantity
    words[at + TradeAt.QUOTE] = fill.quote.lo
    words[at + TradeAt.QUOTE + 1] = fill.quote.hi
    doubles[(at + TradeAt.MAKER_ORDER) >> 1] = images.orderId(maker)
    doubles[(at + TradeAt.TAKER_ORDER) >> 1] = images.orderId(taker)
  }

  level(symbol: number, side: Side, price: number, quantity: number, updateId: number): void {
    const at = this.output.event(EventKind.LEVEL, LEVEL_WORDS)
    const { words, doubles } = this.output
    words[at + LevelAt.SIDE] = side
    words[at + LevelAt.SYMBOL] = symbol
    words[at + 3] = 0
    doubles[(at + LevelAt.PRICE) >> 1] = price
    doubles[(at + LevelAt.QUANTITY) >> 1] = quantity
    doubles[(at + LevelAt.UPDATE_ID) >> 1] = updateId
  }

  /** One BALANCE for each balance that the command touched. */
  balances(ledger: Ledger): void {
    const balances = ledger.words
    for (let i = 0; i < ledger.touchedCount; i++) {
      const slot = ledger.touched[i]!
      const at = this.output.event(EventKind.BALANCE, BALANCE_WORDS)
      const { words } = this.output
      const free = ledger.freeAt(slot)
      const locked = ledger.lockedAt(slot)
      words[at + BalanceAt.ACCOUNT] = ledger.account(slot)
      words[at + BalanceAt.ASSET] = ledger.asset(slot)
      words[at + 3] = 0
      words[at + BalanceAt.FREE] = balances[free]!
      words[at + BalanceAt.FREE + 1] = balances[free + 1]!
      words[at + BalanceAt.LOCKED] = balances[locked]!
      words[at + BalanceAt.LOCKED + 1] = balances[locked + 1]!
    }
    ledger.settle()
  }

  funds(account: number, asset: number, delta: Amount): void {
    const at = this.output.event(EventKind.FUNDS, FUNDS_WORDS)
    const { words } = this.output
    words[at + FundsAt.ACCOUNT] = account
    words[at + FundsAt.ASSET] = asset
    words[at + 3] = 0
    delta.store(words, at + FundsAt.DELTA)
  }

  /** `fill` carries the price and the number of the prevention. */
  prevented(symbol: number, mode: SelfTradePrevention, flags: number, meeting: PreventedMeeting, fill: Fill): void {
    const at = this.output.event(EventKind.PREVENTED, PREVENTED_WORDS)
    const { words, doubles } = this.output
    words[at + PreventedAt.MODE] = mode | (flags << 8)
    words[at + PreventedAt.SYMBOL] = symbol
    words[at + 3] = 0
    doubles[(at + PreventedAt.PREVENTED_ID) >> 1] = fill.id
    doubles[(at + PreventedAt.MAKER_ORDER) >> 1] = this.images.orderId(meeting.maker)
    doubles[(at + PreventedAt.TAKER_ORDER) >> 1] = this.images.orderId(meeting.taker)
    doubles[(at + PreventedAt.PRICE) >> 1] = fill.price
    doubles[(at + PreventedAt.MAKER_QUANTITY) >> 1] = meeting.makerQuantity
    doubles[(at + PreventedAt.TAKER_QUANTITY) >> 1] = meeting.takerQuantity
  }

  /** `definition` is ASCII. */
  catalogue(subject: (typeof CATALOGUE_SUBJECTS)[number], id: number, definition: string): void {
    const textWords = ((definition.length + 7) >> 3) * 2
    const at = this.output.event(EventKind.CATALOGUE, CatalogueAt.TEXT + textWords)
    const { words } = this.output
    words[at + CatalogueAt.SUBJECT] = CATALOGUE_SUBJECTS.indexOf(subject)
    words[at + CatalogueAt.ID] = id
    words[at + CatalogueAt.BYTES] = definition.length
    words.fill(0, at + CatalogueAt.TEXT, at + CatalogueAt.TEXT + textWords)
    for (let i = 0; i < definition.length; i++) {
      words[at + CatalogueAt.TEXT + (i >> 2)]! |= definition.charCodeAt(i) << ((i & 3) << 3)
    }
  }

  session(session: number, state: (typeof SESSION_STATES)[number]): void {
    const at = this.output.event(EventKind.SESSION, SESSION_WORDS)
    this.output.words[at + SessionAt.STATE] = SESSION_STATES.indexOf(state)
    this.output.doubles[(at + SessionAt.SESSION) >> 1] = session
  }

  behaviour(behaviour: number): void {
    const at = this.output.event(EventKind.BEHAVIOUR, BEHAVIOUR_WORDS)
    this.output.words[at + BehaviourAt.BEHAVIOUR] = behaviour
  }

  replace(cancel: RejectCode, place: RejectCode, attempted: boolean): void {
    const at = this.output.event(EventKind.REPLACE, REPLACE_WORDS)
    const { words } = this.output
    words[at + ReplaceAt.CANCEL] = cancel
    words[at + ReplaceAt.PLACE] = place
    words[at + ReplaceAt.ATTEMPTED] = attempted ? 1 : 0
  }
}

/** Slots of the two orders that were kept apart, and the quantity that each side loses. */
export interface PreventedMeeting {
  maker: number
  taker: number
  makerQuantity: number
  takerQuantity: number
}
