/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import { clientIdText, type CommandKind } from './command.ts'
import type { SelfTradePrevention, Side } from './enums.ts'
import { EventKind, type Event, type Outcome } from './event.ts'
import { readExecution } from './execution-reader.ts'
import type { WorkKind } from './market-work.ts'
import {
  BalanceAt,
  BehaviourAt,
  CATALOGUE_SUBJECTS,
  CatalogueAt,
  FundsAt,
  LevelAt,
  MAKER_FLAG,
  OUTCOME_HEADER_WORDS,
  OUTCOME_REPEATED,
  OutcomeAt,
  PreventedAt,
  ReplaceAt,
  SESSION_STATES,
  SessionAt,
  TRADE_AGGREGATE_SHIFT,
  TradeAt,
  OUTCOME_WORK,
  WorkAt,
} from './output.ts'
import type { RejectCode } from './reject.ts'
import { amountAt, doubleAt } from './word.ts'

/** Length in words of the outcome that begins at `offset`; the next one follows it. */
export const outcomeWords = (words: Int32Array, offset: number): number => words[offset + OutcomeAt.WORDS]!
export const outcomeKind = (words: Int32Array, offset: number): CommandKind =>
  (words[offset + OutcomeAt.KIND]! & 0xff) as CommandKind
export const outcomeRepeated = (words: Int32Array, offset: number): boolean =>
  (words[offset + OutcomeAt.KIND]! & OUTCOME_REPEATED) !== 0
/** Does it have a WORK event that describes the present? */
export const outcomeHasWork = (words: Int32Array, offset: number): boolean =>
  (words[offset + OutcomeAt.KIND]! & OUTCOME_WORK) !== 0
export const outcomeReject = (words: Int32Array, offset: number): RejectCode =>
  words[offset + OutcomeAt.REJECT]! as RejectCode
export const outcomeAccount = (words: Int32Array, offset: number): number => words[offset + OutcomeAt.ACCOUNT]!
export const outcomeSequence = (words: Int32Array, offset: number): number =>
  doubleAt(words, offset + OutcomeAt.SEQUENCE)
export const outcomeTime = (words: Int32Array, offset: number): number => doubleAt(words, offset + OutcomeAt.TIME)
export const outcomeSession = (words: Int32Array, offset: number): number => doubleAt(words, offset + OutcomeAt.SESSION)
export const outcomeNumber = (words: Int32Array, offset: number): number => doubleAt(words, offset + OutcomeAt.NUMBER)
export const outcomeOriginalSequence = (words: Int32Array, offset: number): number =>
  doubleAt(words, offset + OutcomeAt.ORIGINAL_SEQUENCE)
export const outcomeEvents = (words: Int32Array, offset: number): number => words[offset + OutcomeAt.EVENTS]!
/** Version of the layout, `OUTCOME_VERSION` of the release that wrote it. */
export const outcomeVersion = (words: Int32Array, offset: number): number => words[offset + OutcomeAt.VERSION]!

/**
 * Visit every event of the outcome at `offset`; `at` is the position of the event's first word. Allocates no objects.
 */
export function eachEvent(words: Int32Array, offset: number, visit: (kind: EventKind, at: number) => void): void {
  const end = offset + outcomeWords(words, offset)
  for (let at = offset + OUTCOME_HEADER_WORDS; at < end; at += words[at]! >>> 8) {
    visit((words[at]! & 0xff) as EventKind, at)
  }
}

/** The outcome at `offset` as plain objects. */
export function readOutcome(words: Int32Array, offset: number): Outcome {
  const events: Event[] = []
  eachEvent(words, offset, (_kind, at) => events.push(readEvent(words, at)))
  return {
    sequence: outcomeSequence(words, offset),
    time: outcomeTime(words, offset),
    kind: outcomeKind(words, offset),
    reject: outcomeReject(words, offset),
    session: outcomeSession(words, offset),
    number: outcomeNumber(words, offset),
    account: outcomeAccount(words, offset),
    repeated: outcomeRepeated(words, offset),
    originalSequence: outcomeOriginalSequence(words, offset),
    events,
  }
}

/** The event whose first word lies at `at`; throws a RangeError for a kind this build does not know. */
export function readEvent(words: Int32Array, at: number): Event {
  const kind = words[at]! & 0xff
  if (kind === EventKind.EXECUTION) return readExecution(words, at)
  if (kind === EventKind.TRADE) return readTrade(words, at)
  if (kind === EventKind.LEVEL) {
    return {
      kind,
      symbol: words[at + LevelAt.SYMBOL]!,
      side: words[at + LevelAt.SIDE]! as Side,
      price: doubleAt(words, at + LevelAt.PRICE),
      quantity: doubleAt(words, at + LevelAt.QUANTITY),
      updateId: doubleAt(words, at + LevelAt.UPDATE_ID),
    }
  }
  if (kind === EventKind.BALANCE) {
    return {
      kind,
      account: words[at + BalanceAt.ACCOUNT]!,
      asset: words[at + BalanceAt.ASSET]!,
      free: amountAt(words, at + BalanceAt.FREE),
      locked: amountAt(words, at + BalanceAt.LOCKED),
    }
  }
  return readRareEvent(words, at, kind)
}

function readRareEvent(words: Int32Array, at: number, kind: number): Event {
  switch (kind) {
    case EventKind.FUNDS:
      return {
        kind,
        account: words[at + FundsAt.ACCOUNT]!,
        asset: words[at + FundsAt.ASSET]!,
        delta: amountAt(words, at + FundsAt.DELTA),
      }
    case EventKind.PREVENTED:
      return {
        kind,
        symbol: words[at + PreventedAt.SYMBOL]!,
        preventedId: doubleAt(words, at + PreventedAt.PREVENTED_ID),
        mode: (words[at + PreventedAt.MODE]! & 0xff) as SelfTradePrevention,
        makerOrder: doubleAt(words, at + PreventedAt.MAKER_ORDER),
        takerOrder: doubleAt(words, at + PreventedAt.TAKER_ORDER),
        price: doubleAt(words, at + PreventedAt.PRICE),
        makerQuantity: doubleAt(words, at + PreventedAt.MAKER_QUANTITY),
        takerQuantity: doubleAt(words, at + PreventedAt.TAKER_QUANTITY),
      }
    case EventKind.CATALOGUE:
      return {
        kind,
        subject: CATALOGUE_SUBJECTS[words[at + CatalogueAt.SUBJECT]!]!,
        id: words[at + CatalogueAt.ID]!,
        definition: clientIdText(words, at + CatalogueAt.TEXT, words[at + CatalogueAt.BYTES]!),
      }
    case EventKind.SESSION:
      return {
        kind,
        session: doubleAt(words, at + SessionAt.SESSION),
        state: SESSION_STATES[words[at + SessionAt.STATE]!]!,
      }
    case EventKind.BEHAVIOUR:
      return { kind, behaviour: words[at + BehaviourAt.BEHAVIOUR]! }
    case EventKind.REPLACE:
      return {
        kind,
        cancel: words[at + ReplaceAt.CANCEL]! as RejectCode,
        place: words[at + ReplaceAt.PLACE]! as RejectCode,
        attempted: words[at + ReplaceAt.ATTEMPTED] !== 0,
      }
    case EventKind.WORK:
      return {
        kind,
        symbol: words[at + WorkAt.SYMBOL]!,
        work: words[at + WorkAt.WORK]! as WorkKind,
        account: words[at + WorkAt.ACCOUNT]!,
        orderId: doubleAt(words, at + WorkAt.ORDER),
      }
    default:
      throw new RangeError(`unknown kind of event ${kind} at word ${at}`)
  }
}

function readTrade(words: Int32Array, at: number): Event {
  const flags = words[at + TradeAt.FLAGS]!
  const aggregated = (flags >>> TRADE_AGGREGATE_SHIFT) * 2 ** 32 + (words[at + TradeAt.AGGREGATED]! >>> 0)
  const tradeId = doubleAt(words, at + TradeAt.TRADE_ID)
  return {
    kind: EventKind.TRADE,
    symbol: words[at + TradeAt.SYMBOL]!,
    tradeId,
    aggregateId: aggregated === 0 ? 0 : tradeId + 1 - aggregated,
    price: doubleAt(words, at + TradeAt.PRICE),
    quantity: doubleAt(words, at + TradeAt.QUANTITY),
    quote: amountAt(words, at + TradeAt.QUOTE),
    buyerIsMaker: (flags & MAKER_FLAG) !== 0,
    makerOrder: doubleAt(words, at + TradeAt.MAKER_ORDER),
    takerOrder: doubleAt(words, at + TradeAt.TAKER_ORDER),
    makerAccount: words[at + TradeAt.MAKER_ACCOUNT]!,
    takerAccount: words[at + TradeAt.TAKER_ACCOUNT]!,
  }
}
