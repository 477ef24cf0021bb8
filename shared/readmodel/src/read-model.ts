import { type BoundedPool, type Connection, ListeningConnection, openPool } from '@uptick/journal'
import { type AggregateFilter, readAggregateTrades } from './aggregate-trades.ts'
import { type CandleFilter, readFilledCandles } from './candles.ts'
import type { CandleInterval } from './intervals.ts'
import { RecordedWatch } from './recorded-watch.ts'
import type {
  AccountTrade,
  AggregateTrade,
  BalanceChange,
  Candle,
  PreventedMatch,
  PublicTrade,
  RecordedDefinition,
  RecordedOrder,
} from './rows.ts'
import { type AccountTradeFilter, readAccountTrades } from './sql/read-account-trades.ts'
import { readBalanceChanges, readBalances } from './sql/read-balances.ts'
import { readCandlesBefore, readEarliestCandle } from './sql/read-candles.ts'
import { readOffset, type RecordedOffset } from './sql/read-offset.ts'
import { type OrderFilter, readOrder, readOrderByClientId, readOrders } from './sql/read-orders.ts'
import {
  type PreventedMatchFilter,
  readLastPreventedMatches,
  readPreventedMatches,
} from './sql/read-prevented-matches.ts'
import { readTradesFrom, readTradesThrough } from './sql/read-trades.ts'
import type { Queryable } from './sql/queryable.ts'
import { readDefinitions } from './sql/upsert-definitions.ts'

export interface ReadModelOptions {
  readonly shard: number
  /** An existing pool of the process; a pool of two connections unless given. */
  readonly pool?: BoundedPool
  /** An existing listening connection of the process; one of its own unless given. */
  readonly listening?: ListeningConnection
}

const POOL_MAX = 2

/**
 * The history of one shard for gateways. Everything is in the core's units and numbers; the caller formats it. Errors
 * are those of `pg`.
 */
export class ReadModel {
  readonly shard: number
  readonly #db: Queryable
  /** Connections that were opened here are closed here. */
  readonly #owned: { close(): Promise<void> }[] = []
  readonly #watch: RecordedWatch

  constructor(connection: Connection, options: ReadModelOptions) {
    const pool = options.pool ?? this.#own(openPool(connection, { name: 'uptick-reader', max: POOL_MAX }))
    const listening = options.listening ?? this.#own(new ListeningConnection(connection, 'uptick-reader-listener'))
    this.shard = options.shard
    this.#db = pool.statements
    this.#watch = new RecordedWatch(listening, this.shard)
    // A silent connection is seldom the only one.
    listening.onLost(() => pool.forgetIdle())
  }

  /** The last sequence that is recorded; 0 before the first. */
  async recordedThrough(): Promise<number> {
    return (await this.offset()).sequence
  }

  async offset(): Promise<RecordedOffset> {
    return readOffset(this.#db, this.shard)
  }

  /** Whether everything up to `sequence` was recorded within `timeoutMs`: call it before answering with history. */
  waitRecorded(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#watch.wait(sequence, timeoutMs)
  }

  orderById(account: number, orderId: number): Promise<RecordedOrder | undefined> {
    return readOrder(this.#db, this.shard, account, orderId)
  }

  /** The latest order of the account and symbol with this client id. */
  orderByClientId(account: number, symbol: number, clientId: string): Promise<RecordedOrder | undefined> {
    return readOrderByClientId(this.#db, this.shard, account, symbol, clientId)
  }

  allOrders(filter: OrderFilter): Promise<RecordedOrder[]> {
    return readOrders(this.#db, this.shard, filter)
  }

  myTrades(filter: AccountTradeFilter): Promise<AccountTrade[]> {
    return readAccountTrades(this.#db, this.shard, filter)
  }

  preventedMatches(filter: PreventedMatchFilter): Promise<PreventedMatch[]> {
    return readPreventedMatches(this.#db, this.shard, filter)
  }

  /** By order, the last prevented match that took something off it. */
  lastPreventedMatches(orderIds: readonly number[]): Promise<Map<number, number>> {
    return readLastPreventedMatches(this.#db, this.shard, orderIds)
  }

  /** The last `limit` trades of a market, oldest first. */
  recentTrades(symbol: number, limit: number): Promise<PublicTrade[]> {
    return readTradesThrough(this.#db, this.shard, symbol, Number.MAX_SAFE_INTEGER, limit)
  }

  /** Up to `limit` trades from `tradeId` on, oldest first. */
  tradesFrom(symbol: number, tradeId: number, limit: number): Promise<PublicTrade[]> {
    return readTradesFrom(this.#db, this.shard, symbol, tradeId, Number.MAX_SAFE_INTEGER, limit)
  }

  aggTrades(filter: AggregateFilter): Promise<AggregateTrade[]> {
    return readAggregateTrades(this.#db, this.shard, filter)
  }

  /** Candles without holes. */
  candles(filter: CandleFilter): Promise<Candle[]> {
    return readFilledCandles(this.#db, this.shard, filter)
  }

  /** The last `limit` candles with trades, oldest first. */
  latestCandles(symbol: number, interval: CandleInterval, limit: number): Promise<Candle[]> {
    return readCandlesBefore(this.#db, this.shard, symbol, interval, Number.MAX_SAFE_INTEGER, limit)
  }

  /** Open time (µs) of a market's first candle; undefined when it never traded. */
  earliestCandle(symbol: number, interval: CandleInterval): Promise<number | undefined> {
    return readEarliestCandle(this.#db, this.shard, symbol, interval)
  }

  balances(account: number): Promise<{ asset: number; free: bigint; locked: bigint; sequence: number }[]> {
    return readBalances(this.#db, this.shard, account)
  }

  balanceChanges(account: number, asset: number, after: number, limit: number): Promise<BalanceChange[]> {
    return readBalanceChanges(this.#db, this.shard, account, asset, after, limit)
  }

  /** The present assets, symbols, accounts or fees, to render recorded rows without asking the engine. */
  definitions(subject: RecordedDefinition['subject']): Promise<RecordedDefinition[]> {
    return readDefinitions(this.#db, this.shard, subject)
  }

  async close(): Promise<void> {
    this.#watch.close()
    for (const owned of this.#owned) await owned.close()
  }

  #own<T extends { close(): Promise<void> }>(opened: T): T {
    this.#owned.push(opened)
    return opened
  }
}

/** Open the read model of one shard. Nothing is connected before the first use. */
export function openReadModel(connection: Connection, options: ReadModelOptions): ReadModel {
  return new ReadModel(connection, options)
}
