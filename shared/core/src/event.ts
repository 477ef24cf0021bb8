import type { CommandKind } from './command.ts'
import type {
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from './enums.ts'
import type { WorkKind } from './market-work.ts'
import type { RejectCode } from './reject.ts'

/** Kinds of event. The numbers are journaled in hashes and sent on links: never reuse one. */
export const EventKind = {
  /** One order changed: its complete image afterwards, and the change. */
  EXECUTION: 1,
  /** Two orders matched: the public record. */
  TRADE: 2,
  /** The total quantity of one price level changed; the symbol's update id rose by one. */
  LEVEL: 3,
  /** Free and locked of one account and asset after the command. */
  BALANCE: 4,
  /** Money came in or went out other than by trading. */
  FUNDS: 5,
  /** Self-trade prevention kept two orders from matching. */
  PREVENTED: 6,
  /** A definition was added or changed; carries it as JSON. */
  CATALOGUE: 7,
  SESSION: 8,
  BEHAVIOUR: 9,
  /** cancelReplace: the result of each half. */
  REPLACE: 10,
  /** A market has work that continues in later commands, or has none any more. */
  WORK: 11,
} as const
export type EventKind = (typeof EventKind)[keyof typeof EventKind]

/** An order as it stands: the answer to a query, and the body of every execution event. */
export interface OrderImage {
  readonly orderId: number
  readonly account: number
  readonly symbol: number
  readonly clientId: string
  readonly side: Side
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly selfTradePrevention: SelfTradePrevention
  readonly status: OrderStatus
  readonly price: number
  readonly quantity: number
  readonly quoteQuantity: number
  readonly stopPrice: number
  readonly executed: number
  /** Units of the quote asset traded so far. */
  readonly cumulativeQuote: bigint
  /** Quantity taken off by self-trade prevention. */
  readonly prevented: number
  readonly strategyId: number
  readonly strategyType: number
  /** µs. `workingTime` is 0 until a stop order is triggered. */
  readonly createdTime: number
  readonly updatedTime: number
  readonly workingTime: number
  /** On the book, or a stop order that was triggered. */
  readonly working: boolean
}

export interface ExecutionEvent {
  readonly kind: typeof EventKind.EXECUTION
  readonly execution: ExecutionType
  readonly expiryReason: ExpiryReason
  /** Rises by one with every execution event of the shard. */
  readonly executionId: number
  readonly order: OrderImage
  /** Last fill; 0 and tradeId −1 unless `execution` is TRADE (or the prevented match for TRADE_PREVENTION). */
  readonly lastPrice: number
  readonly lastQuantity: number
  readonly lastQuote: bigint
  readonly fee: bigint
  readonly feeAsset: number
  readonly tradeId: number
  /** TRADE_PREVENTION: the other order; 0 while PREVENTED_QUANTITY is not active. Else 0. */
  readonly counterOrder: number
  readonly maker: boolean
  /** CANCELED, REPLACED: the id of the cancel (or amend); else empty. */
  readonly cancelId: string
}

export interface TradeEvent {
  readonly kind: typeof EventKind.TRADE
  readonly symbol: number
  /** 1, 2, 3 … per symbol, without gaps. */
  readonly tradeId: number
  /**
   * 1, 2, 3 … per symbol, without gaps. The fills of one taker order at one price in one command have the same. 0 while
   * AGGREGATE_IDS is not active.
   */
  readonly aggregateId: number
  readonly price: number
  readonly quantity: number
  readonly quote: bigint
  readonly buyerIsMaker: boolean
  readonly makerOrder: number
  readonly takerOrder: number
  readonly makerAccount: number
  readonly takerAccount: number
}

export interface LevelEvent {
  readonly kind: typeof EventKind.LEVEL
  readonly symbol: number
  readonly side: Side
  readonly price: number
  /** Quantity now resting at the price; 0 removes the level. */
  readonly quantity: number
  /** 1, 2, 3 … per symbol, without gaps: `U` and `u` of the depth stream. */
  readonly updateId: number
}

export interface BalanceEvent {
  readonly kind: typeof EventKind.BALANCE
  readonly account: number
  readonly asset: number
  readonly free: bigint
  readonly locked: bigint
}

export interface FundsEvent {
  readonly kind: typeof EventKind.FUNDS
  readonly account: number
  readonly asset: number
  /** Positive for money that came in. */
  readonly delta: bigint
}

export interface PreventedEvent {
  readonly kind: typeof EventKind.PREVENTED
  readonly symbol: number
  readonly preventedId: number
  readonly mode: SelfTradePrevention
  readonly makerOrder: number
  readonly takerOrder: number
  readonly price: number
  readonly makerQuantity: number
  readonly takerQuantity: number
}

export interface CatalogueEvent {
  readonly kind: typeof EventKind.CATALOGUE
  readonly subject: 'asset' | 'symbol' | 'account' | 'fees'
  readonly id: number
  /** The definition as it stands now, as canonical JSON. */
  readonly definition: string
}

export interface SessionEvent {
  readonly kind: typeof EventKind.SESSION
  readonly session: number
  readonly state: 'opened' | 'ended' | 'expired'
}

export interface BehaviourEvent {
  readonly kind: typeof EventKind.BEHAVIOUR
  readonly behaviour: number
}

export interface ReplaceEvent {
  readonly kind: typeof EventKind.REPLACE
  /** `NONE`: done. */
  readonly cancel: RejectCode
  readonly place: RejectCode
  /** False when a failed cancel stopped it. */
  readonly attempted: boolean
}

/** The state of a market's unfinished work. Until an event says NONE, commands for the market are refused. */
export interface WorkEvent {
  readonly kind: typeof EventKind.WORK
  readonly symbol: number
  readonly work: WorkKind
  /** ORDER, CANCELS: the account. */
  readonly account: number
  /** ORDER: the order; else 0. */
  readonly orderId: number
}

export type Event =
  | ExecutionEvent
  | TradeEvent
  | LevelEvent
  | BalanceEvent
  | FundsEvent
  | PreventedEvent
  | CatalogueEvent
  | SessionEvent
  | BehaviourEvent
  | ReplaceEvent
  | WorkEvent

/** The result of one command: exactly one per command, in order of sequence. */
export interface Outcome {
  readonly sequence: number
  /** Journaled time, µs since 1970. */
  readonly time: number
  readonly kind: CommandKind
  readonly reject: RejectCode
  readonly session: number
  readonly number: number
  readonly account: number
  /** A repetition of a remembered reply: its events happened earlier, at `originalSequence`. */
  readonly repeated: boolean
  readonly originalSequence: number
  readonly events: readonly Event[]
}
