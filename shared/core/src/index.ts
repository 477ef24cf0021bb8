export { ClientId, Command, CommandKind, clientIdText, namesMarket } from './command.ts'
export {
  AccountStatus,
  CancelRestriction,
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  ReplaceMode,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from './enums.ts'
export { Reject, rejectName } from './reject.ts'
export type { RejectCode } from './reject.ts'
export type { AssetDefinition, Catalogue, FeeDefinition, SymbolDefinition, SymbolFilters } from './definition.ts'
export { EventKind } from './event.ts'
export type {
  BalanceEvent,
  BehaviourEvent,
  CatalogueEvent,
  Event,
  ExecutionEvent,
  FundsEvent,
  LevelEvent,
  OrderImage,
  Outcome,
  PreventedEvent,
  ReplaceEvent,
  SessionEvent,
  TradeEvent,
  WorkEvent,
} from './event.ts'
export {
  copyImage,
  executionAccount,
  executionIsMaker,
  executionIsOwn,
  executionOrder,
  executionStatus,
  executionSymbol,
  isFirstFill,
  markOwn,
} from './execution-reader.ts'
export { isCompact, setTrade, tradeOf } from './compact-fill.ts'
export {
  eachEvent,
  outcomeAccount,
  outcomeEvents,
  outcomeHasWork,
  outcomeKind,
  outcomeNumber,
  outcomeOriginalSequence,
  outcomeReject,
  outcomeRepeated,
  outcomeSequence,
  outcomeSession,
  outcomeTime,
  outcomeVersion,
  outcomeWords,
  readEvent,
  readOutcome,
} from './outcome-reader.ts'
export { ImageAt, IMAGE_WORDS, readImage } from './order-image.ts'
export { doubleAt, wordAt } from './word.ts'
export {
  BalanceAt,
  CatalogueAt,
  COMPACT_OUTCOME_VERSION,
  FundsAt,
  LevelAt,
  OUTCOME_HEADER_WORDS,
  OUTCOME_VERSION,
  OutcomeAt,
  Output,
  PreventedAt,
  TradeAt,
  WorkAt,
} from './output.ts'
export { BookMemory, OrderBook } from './order-book.ts'
export { Sweep } from './sweep.ts'
export { Behaviour, JournalForm, SUPPORTED_BEHAVIOURS } from './behaviours.ts'
export { Exchange } from './exchange.ts'
export type { ExchangeCounts, ExchangeOptions } from './exchange.ts'
export type { AccountListView, AccountView, AssetTotals, DepthView, SymbolStateView } from './views.ts'
export { WorkKind } from './market-work.ts'
export { STEP_WORK_MAX } from './steps.ts'
export { SnapshotError } from './snapshot-words.ts'
