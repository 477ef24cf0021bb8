/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import type { PreventedMeeting } from './prevention.ts'
import type { ClientId } from './command.ts'
import type { ExecutionType, ExpiryReason, SelfTradePrevention, Side } from './enums.ts'
import { EventKind } from './event.ts'
import type { Fill } from './fill.ts'
import { FillWriter, type TradedAssets } from './fill-writer.ts'
import type { Ledger } from './ledger.ts'
import type { WorkKind } from './market-work.ts'
import {
  BALANCE_WORDS,
  BEHAVIOUR_WORDS,
  BehaviourAt,
  CATALOGUE_SUBJECTS,
  CatalogueAt,
  EXECUTION_WORDS,
  ExecutionAt,
  FUNDS_WORDS,
  FundsAt,
  idWords,
  LEVEL_WORDS,
  LevelAt,
  PREVENTED_WORDS,
  PreventedAt,
  REPLACE_WORDS,
  ReplaceAt,
  SESSION_STATES,
  SESSION_WORDS,
  SessionAt,
  OUTCOME_WORK,
  WORK_WORDS,
  WorkAt,
} from './output.ts'
import type { RejectCode } from './reject.ts'
import { copyWords } from './word.ts'

// Offsets and kinds as constants of this module: only those are compiled into the code. D_: in doubles.
const KIND_EXECUTION = EventKind.EXECUTION
const KIND_LEVEL = EventKind.LEVEL
const KIND_BALANCE = EventKind.BALANCE
const EXECUTION_LENGTH = EXECUTION_WORDS
const LEVEL_LENGTH = LEVEL_WORDS
const BALANCE_LENGTH = BALANCE_WORDS
const { PACKED, IMAGE } = ExecutionAt
const D_EXECUTION_ID = ExecutionAt.EXECUTION_ID / 2
const LEVEL_SIDE = LevelAt.SIDE
const LEVEL_SYMBOL = LevelAt.SYMBOL
const D_LEVEL_PRICE = LevelAt.PRICE / 2
const D_LEVEL_QUANTITY = LevelAt.QUANTITY / 2
const D_LEVEL_UPDATE_ID = LevelAt.UPDATE_ID / 2

/** Encodes events at the end of the output. The offsets are those of output.ts. */
export class EventWriter extends FillWriter {
  /** An order changed without a fill. `cancel` is the id of the cancel, or the order's previous id. */
  execution(slot: number, execution: ExecutionType, reason: ExpiryReason, flags: number, cancel?: ClientId): void {
    const { output, images, moment } = this
    const cancelLength = cancel === undefined ? 0 : cancel.length
    const tail = images.tailWords(slot)
    const at = output.event(KIND_EXECUTION, EXECUTION_LENGTH + tail + idWords(cancelLength))
    const { words, doubles } = output
    words[at + PACKED] = execution | (reason << 8) | (flags << 16) | (cancelLength << 24)
    doubles[(at >> 1) + D_EXECUTION_ID] = ++this.executionId
    images.copyImage(slot, moment, words, doubles, at + IMAGE)
    if (tail > 0) images.copyTail(slot, words, at + EXECUTION_LENGTH)
    if (cancelLength === 0) return
    words[at + EXECUTION_LENGTH + tail + idWords(cancelLength) - 1] = 0
    copyWords(cancel!.words, 0, words, at + EXECUTION_LENGTH + tail, (cancelLength + 3) >> 2)
  }

  /** The total quantity of the level at `price` is now `quantity`. */
  level(market: TradedAssets, side: Side, price: number, quantity: number): void {
    const at = this.output.event(KIND_LEVEL, LEVEL_LENGTH)
    const { words, doubles } = this.output
    words[at + LEVEL_SIDE] = side
    words[at + LEVEL_SYMBOL] = market.id
    words[at + 3] = 0
    doubles[(at >> 1) + D_LEVEL_PRICE] = price
    doubles[(at >> 1) + D_LEVEL_QUANTITY] = quantity
    doubles[(at >> 1) + D_LEVEL_UPDATE_ID] = ++market.updateId
  }

  /** One BALANCE for each balance that the command touched. */
  balances(ledger: Ledger): void {
    const { output } = this
    const count = ledger.touchedCount
    let at = output.events(count, count * BALANCE_LENGTH)
    const { words } = output
    for (let i = 0; i < count; i++, at += BALANCE_LENGTH) {
      words[at] = KIND_BALANCE | (BALANCE_LENGTH << 8)
      ledger.report(ledger.touched[i]!, words, at)
    }
    ledger.touchedCount = 0
  }

  funds(account: number, asset: number, delta: bigint): void {
    const at = this.output.event(EventKind.FUNDS, FUNDS_WORDS)
    const { words } = this.output
    words[at + FundsAt.ACCOUNT] = account
    words[at + FundsAt.ASSET] = asset
    words[at + 3] = 0
    words[at + FundsAt.DELTA] = Number(BigInt.asIntN(32, delta))
    words[at + FundsAt.DELTA + 1] = Number(BigInt.asIntN(32, delta >> 32n))
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

  /** A market's work that continues in later commands; `order` is 0 unless that work is an order. */
  work(symbol: number, kind: WorkKind, account: number, order: number): void {
    const at = this.output.event(EventKind.WORK, WORK_WORDS)
    const { words, doubles } = this.output
    words[at + WorkAt.WORK] = kind
    words[at + WorkAt.SYMBOL] = symbol
    words[at + WorkAt.ACCOUNT] = account
    doubles[(at + WorkAt.ORDER) >> 1] = order
    this.output.flag(OUTCOME_WORK)
  }
}
