import type { OrderImage, SelfTradePrevention } from '@uptick/core'
import type { CandleInterval } from './intervals.ts'

/** An order in the read model. */
export interface RecordedOrder extends OrderImage {
  /** Number of `ExpiryReason`; 0 unless it expired. */
  readonly expiryReason: number
  /** The command that changed it last. */
  readonly sequence: number
}

/** A trade with both of its sides. */
export interface RecordedTrade {
  readonly symbol: number
  readonly tradeId: number
  /**
   * Of its aggregate, the fills of one taker order at one price within one command: 1, 2, 3 … as the core numbers them. While it
   * did not, the id of the aggregate's first trade. Either way it rises with the trades and never exceeds their ids.
   */
  readonly aggregateId: number
  readonly sequence: number
  readonly time: number
  readonly price: number
  readonly quantity: number
  readonly quote: bigint
  readonly buyerIsMaker: boolean
  readonly makerAccount: number
  readonly makerOrder: number
  readonly makerFee: bigint
  readonly makerFeeAsset: number
  readonly takerAccount: number
  readonly takerOrder: number
  readonly takerFee: bigint
  readonly takerFeeAsset: number
}

/** A meeting of two orders of one account that self-trade prevention kept from a trade. */
export interface PreventedMatch {
  readonly symbol: number
  readonly preventedId: number
  readonly account: number
  readonly mode: SelfTradePrevention
  readonly price: number
  readonly makerOrder: number
  /** The quantity that it took off the order. */
  readonly makerQuantity: number
  readonly takerOrder: number
  readonly takerQuantity: number
  readonly sequence: number
  readonly time: number
}

/** One side of a trade, as its account sees it. */
export interface AccountTrade {
  readonly symbol: number
  readonly tradeId: number
  readonly orderId: number
  readonly sequence: number
  readonly time: number
  readonly price: number
  readonly quantity: number
  readonly quote: bigint
  readonly fee: bigint
  readonly feeAsset: number
  readonly buyer: boolean
  readonly maker: boolean
}

/** The public record of a trade. */
export interface PublicTrade {
  readonly tradeId: number
  readonly price: number
  readonly quantity: number
  readonly quote: bigint
  readonly time: number
  readonly buyerIsMaker: boolean
  readonly sequence: number
}

/** Fills of one taker order at one price. */
export interface AggregateTrade {
  /** 1, 2, 3 … per market, as the core numbers them; of aggregates from before it did, the id of the first trade. */
  readonly aggregateId: number
  readonly price: number
  readonly quantity: number
  readonly firstTradeId: number
  readonly lastTradeId: number
  readonly time: number
  readonly buyerIsMaker: boolean
  readonly sequence: number
}

/** The balances of an account after a command. */
export interface RecordedBalance {
  readonly account: number
  readonly asset: number
  readonly free: bigint
  readonly locked: bigint
  readonly sequence: number
  readonly time: number
  /** Number of `CommandKind`. */
  readonly reason: number
}

/** One change of a balance: the difference, and the balance after it. */
export interface BalanceChange extends RecordedBalance {
  readonly freeDelta: bigint
  readonly lockedDelta: bigint
}

export interface Candle {
  readonly interval: CandleInterval
  /** First µs of the interval, and the first µs after it. */
  readonly openTime: number
  readonly endTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  /** Quantity units. */
  readonly volume: bigint
  /** Quote units. */
  readonly quoteVolume: bigint
  readonly takerBuyVolume: bigint
  readonly takerBuyQuoteVolume: bigint
  /** Number of trades; 0 for a candle that was made up, whose prices are the previous close. */
  readonly count: number
  /** −1 when nothing was traded in it. */
  readonly firstTradeId: number
  readonly lastTradeId: number
}

/** The contribution of some trades to one candle. */
export interface CandlePart extends Omit<Candle, 'endTime'> {
  readonly symbol: number
}

export interface RecordedDefinition {
  readonly subject: 'asset' | 'symbol' | 'account' | 'fees'
  readonly id: number
  /** Fees: the symbol they are for, or empty for all. */
  readonly part: string
  /** Canonical JSON. */
  readonly definition: string
  readonly sequence: number
}

/** The rows of commands `from` + 1 … `through`, for one transaction. No key is in a list twice, except changes'. */
export interface RecordedRows {
  readonly orders: readonly RecordedOrder[]
  readonly trades: readonly RecordedTrade[]
  readonly preventedMatches: readonly PreventedMatch[]
  /** One for each command, account and asset, in order of sequence. */
  readonly balances: readonly RecordedBalance[]
  readonly candles: readonly CandlePart[]
  readonly definitions: readonly RecordedDefinition[]
}

/** The part of the journal that the rows are of. */
export interface RecordedRange {
  readonly shard: number
  /** The offset that must be stored before, exclusive. */
  readonly from: number
  readonly through: number
  /** Journaled time of the last command, µs. */
  readonly time: number
}
