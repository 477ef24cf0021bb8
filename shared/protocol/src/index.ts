export { isAsked, kindAsked } from './questions.ts'
export type {
  AccountAnswer,
  AnswerTo,
  Asked,
  Lacking,
  OrderAnswer,
  Question,
  QuestionKind,
  Refused,
} from './questions.ts'
export type { GatewayFacts, Holds, ProcessesAnswer, ProcessFacts, Unmet } from './processes.ts'
export { MalformedError, ProtocolError } from './protocol-error.ts'
export { JsonBoundsError, JsonDuplicateError, parseBoundedJson, parseDistinctJson } from './bounded-json.ts'
export type { JsonBounds } from './bounded-json.ts'
export { RecordWriter } from './record-writer.ts'
export { recordWords } from './record-layout.ts'
export { decodeCommand } from './command-decode.ts'
export { encodeCommand } from './command-encode.ts'
export { copyRecord, recordKind, recordNumber } from './record-view.ts'
export { BATCH_VERSIONS, BatchReader, encodeBatch } from './batch-codec.ts'
export type { BatchInput } from './batch-codec.ts'
export { movesHead, writtenBatchVersion } from './versions.ts'
export { FRAME_BYTES_MAX, FrameType, LINK_VERSION } from './link-frame.ts'
export {
  CommandsFrame,
  encodeAnswer,
  encodeGoodbye,
  encodeHello,
  encodeOutcomes,
  encodeQuery,
  encodeReplies,
  encodeWelcome,
  OUTCOMES_HEADER_WORDS,
  writeOutcomesHeader,
} from './link.ts'
export type { Hello, Seen, Welcome } from './link.ts'
export { outcomeSum } from './outcome-sum.ts'
export { encodeBatches, encodeHandOff, encodeJoin, encodeStanding } from './link-members.ts'
export type { BatchesFrame, HandOffFrame, JoinFrame, MemberFacts, StandingFrame } from './link-members.ts'
export {
  encodeChallenge,
  encodeIntroduce,
  encodeProof,
  KEY_ID_BYTES,
  LINK_KEYS_MAX,
  LinkRole,
  NONCE_BYTES,
} from './link-trust.ts'
export type { ChallengeFrame, IntroduceFrame, ProofFrame } from './link-trust.ts'
export { decodeFrame } from './link-decode.ts'
export type {
  AnswerFrame,
  CommandsFrameView,
  Frame,
  GoodbyeFrame,
  HelloFrame,
  OutcomesFrame,
  QueryFrame,
  RepliesFrame,
  WelcomeFrame,
} from './link-decode.ts'
export { PublicError, PublicErrors, publicError } from './errors.ts'
export type { PublicErrorEntry } from './errors.ts'
export { EngineText, filterText } from './engine-texts.ts'
export { publicErrorOf } from './reject-error.ts'
export type { RejectContext, RejectedAction } from './reject-error.ts'
export { formatAmount, formatShort, isDecimalError, parseAmount, parseUnits } from './decimal.ts'
export type { DecimalError, DecimalFault } from './decimal.ts'
export { publicSymbolStatus } from './binance/enum-names.ts'
export { CatalogueFormat, SymbolFormat, closeTimeIn, timeIn } from './binance/symbol-format.ts'
export type { Amount, TimeUnit } from './binance/symbol-format.ts'
export { cancelResponse, cancelResponses, newOrderResponse, orderQueryResponse } from './binance/order.ts'
export { fillText, fullOrderText } from './binance/order-text.ts'
export { eachReplyEvent, readReply, replyHead } from './read-reply.ts'
export type { OrderView, ResponseType } from './binance/order.ts'
export { amendResponse, cancelReplaceResponse } from './binance/replace.ts'
export {
  accountResponse,
  accountTradeRow,
  commissionRates,
  preventedMatchRow,
  rateText,
  testOrderCommission,
} from './binance/account.ts'
export type { AccountSource, AccountTrade } from './binance/account.ts'
export { symbolInfo } from './binance/exchange-info.ts'
export type { RateLimitRow } from './binance/exchange-info.ts'
export {
  aggregateRow,
  averagePriceResponse,
  bookTicker,
  candleRow,
  dayTicker,
  depthResponse,
  levelRows,
  miniTicker,
  priceChange,
  priceChangePercent,
  priceTicker,
  tradeRow,
} from './binance/market.ts'
export type { AggregateSource, CandleSource, TickerSource, TradeSource } from './binance/market.ts'
export { balanceUpdate, executionReport, outboundAccountPosition } from './binance/user-events.ts'
export { isLate, makeLate } from './late-command.ts'
export { skipCommand } from './skip-command.ts'
