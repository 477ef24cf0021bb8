import { SymbolFormat } from '@uptick/protocol'
import type { Side } from '@uptick/core'
import type { Clock } from '@uptick/runtime'
import { Book, type DepthState, type LevelResult } from './book.ts'
import { JournalTime } from './journal-time.ts'
import type { AggregateTrade, CandleInterval, PublicTrade } from '@uptick/readmodel'
import {
  AVERAGE_MINUTES,
  type AveragePriceView,
  type BookTickerView,
  type CandleView,
  type DepthView,
  RECENT_TRADES_MAX,
  type SymbolMarketData,
  type TickerView,
  type WindowMinutes,
} from './market-data.ts'
import { Ring } from './ring.ts'
import { Statistics, weightedAverage } from './statistics.ts'
import type { Market } from '../engine-link/catalogue.ts'

/** Trades kept until the read model was asked: as many as a busy market has while the recorder lags by seconds. */
export const WAITING_TRADES_MAX = 200_000

/** The history of a market in the read model: the newest candles with trades of every interval, and the last trades. */
export interface MarketHistory {
  readonly candles: ReadonlyMap<CandleInterval, readonly CandleView[]>
  readonly trades: readonly PublicTrade[]
  readonly aggregates: readonly AggregateTrade[]
}

/** The state of one market: order book, trades, statistics. Only the shard's feed changes it. */
export class SymbolMarket implements SymbolMarketData {
  readonly book = new Book()
  readonly #clock: Clock
  /** The shard's time up to which every trade of this market is known, once the market is warm. */
  readonly journal: JournalTime
  #market: Market
  /** Writes this market's numbers as text. */
  format: SymbolFormat
  /** The symbol as stream names spell it. */
  readonly streamName: string
  #trades = new Ring<PublicTrade>(RECENT_TRADES_MAX)
  #aggregates = new Ring<AggregateTrade>(RECENT_TRADES_MAX)
  #statistics = new Statistics()
  sequence = 0
  /** Newest journaled time seen (µs). Views never show an earlier time, even when this machine's clock is behind. */
  time = 0
  /** Trades of the feed that the read model may lack when the statistics are loaded; only while not warm. */
  #waiting: PublicTrade[] = []
  #warm = false

  constructor(market: Market, clock: Clock, journal = new JournalTime()) {
    this.journal = journal
    this.#market = market
    this.format = formatOf(market)
    this.streamName = market.name.toLowerCase()
    this.#clock = clock
  }

  get name(): string {
    return this.#market.name
  }

  get definition(): Market['definition'] {
    return this.#market.definition
  }

  /** The statistics reach back as far as they should; false until they were loaded from the read model. */
  get warm(): boolean {
    return this.#warm
  }

  /** The feed had a gap, perhaps with trades: load the statistics again. */
  cool(): void {
    if (!this.#warm) return
    this.#warm = false
    this.#waiting = this.#trades.last(RECENT_TRADES_MAX)
  }

  /** The definition changed. */
  define(market: Market): void {
    this.#market = market
    this.format = formatOf(market)
  }

  load(state: DepthState): void {
    this.book.load(state)
    this.#saw(state.sequence, state.time)
  }

  level(side: Side, price: number, quantity: number, updateId: number, sequence: number, time: number): LevelResult {
    this.#saw(sequence, time)
    return this.book.level(side, price, quantity, updateId, sequence, time)
  }

  /**
   * Add one trade. Returns false when trades between it and the last known one are missing: load the statistics again.
   */
  trade(trade: PublicTrade): boolean {
    const last = this.#trades.newest
    if (last && trade.tradeId <= last.tradeId) return true
    const gap = last !== undefined && trade.tradeId !== last.tradeId + 1
    if (gap) this.#forgetTrades()
    this.#saw(trade.sequence, trade.time)
    this.#trades.push(trade)
    this.#statistics.trade(trade)
    if (!this.#warm) this.#wait(trade)
    return !gap
  }

  aggregate(aggregate: AggregateTrade): void {
    const last = this.#aggregates.newest
    if (!last || aggregate.firstTradeId > last.lastTradeId) this.#aggregates.push(aggregate)
  }

  /**
   * Load a history: the trades from before the feed, and those that the feed missed. Returns false when the history
   * ends before the first trade that is known here; then read it again later.
   */
  backfill(history: MarketHistory): boolean {
    const trades = joinTrades(history.trades, this.#waiting)
    if (!trades || !this.#statistics.load(history.candles, trades)) return false
    this.#trades = new Ring(RECENT_TRADES_MAX)
    for (const trade of trades) this.#trades.push(trade)
    this.#joinAggregates(history.aggregates)
    this.#waiting = []
    this.#warm = true
    return true
  }

  #joinAggregates(past: readonly AggregateTrade[]): void {
    const known = this.#aggregates.last(RECENT_TRADES_MAX)
    const first = known[0]?.firstTradeId ?? Infinity
    const last = known.at(-1)?.lastTradeId ?? Infinity
    this.#aggregates = new Ring(RECENT_TRADES_MAX)
    for (const aggregate of past) if (aggregate.lastTradeId < first) this.#aggregates.push(aggregate)
    for (const aggregate of known) this.#aggregates.push(aggregate)
    for (const aggregate of past) if (aggregate.firstTradeId > last) this.#aggregates.push(aggregate)
  }

  #forgetTrades(): void {
    this.#trades = new Ring(RECENT_TRADES_MAX)
    this.#aggregates = new Ring(RECENT_TRADES_MAX)
    this.#waiting = []
    this.#warm = false
  }

  #wait(trade: PublicTrade): void {
    // Half is dropped at once, so that this is cheap. Either the read model has caught up by then, or it is not waited
    // for.
    if (this.#waiting.length >= WAITING_TRADES_MAX) this.#waiting.splice(0, WAITING_TRADES_MAX / 2)
    this.#waiting.push(trade)
  }

  depth(limit: number): DepthView {
    return this.book.depth(limit)
  }

  bookTicker(): BookTickerView {
    return this.book.ticker()
  }

  get lastPrice(): number {
    return this.#statistics.lastPrice
  }

  recentTrades(limit: number): readonly PublicTrade[] {
    return this.#trades.last(limit)
  }

  recentAggregates(limit: number): readonly AggregateTrade[] {
    return this.#aggregates.last(limit)
  }

  ticker(minutes: WindowMinutes): TickerView {
    const now = this.#now()
    const { total, closeBefore } = this.#statistics.window(minutes, now)
    const { count, volume, quoteVolume } = total
    const traded = count > 0
    return {
      openTime: now - minutes * 60_000_000,
      closeTime: now,
      openPrice: traded ? total.open : 0,
      highPrice: traded ? total.high : 0,
      lowPrice: traded ? total.low : 0,
      lastPrice: traded ? total.close : this.lastPrice,
      lastQuantity: this.#statistics.lastTrade?.quantity ?? 0,
      previousClosePrice: closeBefore,
      volume,
      quoteVolume,
      firstTradeId: total.firstTradeId,
      lastTradeId: total.lastTradeId,
      count,
      weightedAveragePrice: weightedAverage(quoteVolume, volume, this.#quoteShift()),
      bidPrice: this.book.bids.bestPrice,
      bidQuantity: this.book.bids.bestQuantity,
      askPrice: this.book.asks.bestPrice,
      askQuantity: this.book.asks.bestQuantity,
    }
  }

  averagePrice(): AveragePriceView {
    const price = this.#statistics.averagePrice(this.#now(), this.#quoteShift())
    return { minutes: AVERAGE_MINUTES, price, closeTime: this.#statistics.lastTrade?.time ?? 0 }
  }

  /**
   * The candle that opens at `openTime`; `offset` as for `Statistics.candleAt`. `undefined` before the first trade, and
   * when the candle is not kept any more.
   */
  candleAt(interval: CandleInterval, openTime: number, offset = 0): CandleView | undefined {
    return this.#statistics.candleAt(interval, openTime, offset)
  }

  recentCandles(interval: CandleInterval, atLeast = 0, offset = 0): readonly CandleView[] {
    return this.#statistics.recent(interval, this.#now(), atLeast, offset)
  }

  #quoteShift(): number {
    const { priceDecimals, quantityDecimals } = this.#market.definition
    return this.#market.quote.decimals - priceDecimals - quantityDecimals
  }

  #now(): number {
    return Math.max(this.#clock.now(), this.time)
  }

  #saw(sequence: number, time: number): void {
    if (sequence > this.sequence) this.sequence = sequence
    if (time > this.time) this.time = time
  }
}

function formatOf(market: Market): SymbolFormat {
  return new SymbolFormat(market.definition, market.base.decimals, market.quote.decimals)
}

/** Join recorded and known trades into one run; `undefined` when trades between the two are missing. */
function joinTrades(
  recorded: readonly PublicTrade[],
  known: readonly PublicTrade[],
): readonly PublicTrade[] | undefined {
  const first = known[0]?.tradeId
  const last = known.at(-1)?.tradeId
  if (first === undefined || last === undefined) return recorded
  if ((recorded.at(-1)?.tradeId ?? 0) + 1 < first) return undefined
  // The known ones were followed by some that the feed did not bring, and that are out of date.
  if ((recorded[0]?.tradeId ?? 0) > last + 1) return recorded
  const older = recorded.filter((trade) => trade.tradeId < first)
  const newer = recorded.filter((trade) => trade.tradeId > last)
  return [...older, ...known, ...newer]
}
