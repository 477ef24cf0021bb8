export type { AggregateFilter } from './aggregate-trades.ts'
export type { CandleFilter } from './candles.ts'
export { CANDLE_INTERVALS, isShifted, openTimeOf, stepOpenTime } from './intervals.ts'
export type { CandleInterval } from './intervals.ts'
export { joinCandle } from './join-candle.ts'
export type { CandleTrades, Changing } from './join-candle.ts'
export { ReadModel, openReadModel } from './read-model.ts'
export type { ReadModelOptions } from './read-model.ts'
export { OffsetConflictError, recordBatch } from './record-batch.ts'
export type {
  AccountTrade,
  AggregateTrade,
  BalanceChange,
  Candle,
  CandlePart,
  PreventedMatch,
  PublicTrade,
  RecordedBalance,
  RecordedDefinition,
  RecordedOrder,
  RecordedRange,
  RecordedRows,
  RecordedTrade,
} from './rows.ts'
export { RecorderTurn, type RecorderTurnOptions } from './recorder-turn.ts'
export type { Queryable } from './sql/queryable.ts'
export type { AccountTradeFilter } from './sql/read-account-trades.ts'
export { readOffset, readOffsets } from './sql/read-offset.ts'
export type { RecordedOffset } from './sql/read-offset.ts'
export type { PreventedMatchFilter } from './sql/read-prevented-matches.ts'
export type { OrderFilter } from './sql/read-orders.ts'
