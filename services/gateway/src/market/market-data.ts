import type { TickerSource } from '@uptick/protocol'
import type { AggregateTrade, CandleInterval, PublicTrade } from '@uptick/readmodel'
import type { SymbolDefinition } from '@uptick/core'

/**
 * What the gateway knows about the markets, kept current by the feed of every shard. Prices and quantities are in the
 * symbol's own units (see `SymbolDefinition`), times in µs since 1970, quote amounts in units of the quote asset; the
 * caller formats them. Everything here is durable, because the feed carries nothing else.
 */
export interface MarketData {
  /** Every listed symbol is loaded and the feeds are live. While false, answers may be missing or old. */
  readonly ready: boolean
  /** Symbols in order of shard and listing. */
  symbols(): Iterable<SymbolMarketData>
  /** By its public name (`BTCUSDT`). */
  symbol(name: string): SymbolMarketData | undefined
}

/** One market. The arrays handed out are copies: the caller may keep them. */
export interface SymbolMarketData {
  readonly name: string
  /** The definition as it stands now; `id` is the symbol's id within its shard. */
  readonly definition: SymbolDefinition & { readonly id: number }
  /** Core sequence of the last outcome of the shard that is reflected here. */
  readonly sequence: number
  /** Best levels first. `limit` 0 means all. */
  depth(limit: number): DepthView
  bookTicker(): BookTickerView
  /** Price of the last trade, 0 when the symbol never traded. */
  readonly lastPrice: number
  /** The last trades, oldest first; at most `RECENT_TRADES_MAX` are known. */
  recentTrades(limit: number): readonly PublicTrade[]
  /** Fills of one taker order at one price, joined; oldest first; at most `RECENT_TRADES_MAX` are known. */
  recentAggregates(limit: number): readonly AggregateTrade[]
  /** Statistics over the last `minutes`, rolling by the minute, ending now. */
  ticker(minutes: WindowMinutes): TickerView
  averagePrice(): AveragePriceView
  /**
   * The newest candles, oldest first, the one in progress last: a lagging read model may not have them yet. At least
   * `atLeast`, as far as they are kept.
   */
  recentCandles(interval: CandleInterval, atLeast?: number): readonly CandleView[]
}

export const AVERAGE_MINUTES = 5
export const DAY_MINUTES = 1440
/** The windows that statistics are kept of: that of the average price, and those of tickers. */
export type WindowMinutes = typeof AVERAGE_MINUTES | 60 | 240 | typeof DAY_MINUTES

/** How many trades (and as many aggregates) of a symbol are kept. */
export const RECENT_TRADES_MAX = 1000

export interface DepthView {
  /** `lastUpdateId`: the last level change that is contained. */
  readonly updateId: number
  /** Core sequence and journaled time (µs) of that change. */
  readonly sequence: number
  readonly time: number
  readonly bids: readonly (readonly [price: number, quantity: number])[]
  readonly asks: readonly (readonly [price: number, quantity: number])[]
}

/** Price and quantity are 0 on an empty side. */
export interface BookTickerView {
  readonly updateId: number
  readonly bidPrice: number
  readonly bidQuantity: number
  readonly askPrice: number
  readonly askQuantity: number
}

/** Rolling statistics, as answers and streams tell them. */
export interface TickerView extends TickerSource {
  /** Quantity units. */
  readonly volume: bigint
  /** Quote units. */
  readonly quoteVolume: bigint
}

export interface AveragePriceView {
  readonly minutes: number
  /** Price units; the last price when nothing was traded in the window, 0 when nothing ever was. */
  readonly price: number
  /** Time of the last trade, µs; 0 when nothing was ever traded. */
  readonly closeTime: number
}

export interface CandleView {
  readonly interval: CandleInterval
  /** First µs of the interval, and the first µs after it. */
  readonly openTime: number
  readonly endTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: bigint
  readonly quoteVolume: bigint
  readonly takerBuyVolume: bigint
  readonly takerBuyQuoteVolume: bigint
  readonly count: number
  /** −1 when nothing was traded in it. */
  readonly firstTradeId: number
  readonly lastTradeId: number
}
