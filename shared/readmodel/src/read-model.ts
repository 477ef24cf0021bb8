import { Pool } from 'pg'
import type { ClientConfig } from 'pg'
import { readAggregateTrades } from './aggregate-trades.ts'
import type { AggregateFilter } from './aggregate-trades.ts'
import { readFilledCandles } from './candles.ts'
import type { CandleFilter } from './candles.ts'
import type { CandleInterval } from './intervals.ts'
import { RecordedWatch } from './recorded-watch.ts'
import type {
  AccountTrade,
  AggregateTrade,
  BalanceChange,
  Candle,
  PublicTrade,
  RecordedDefinition,
  RecordedOrder,
} from './rows.ts'
import { readAccountTrades } from './sql/read-account-trades.ts'
import type { AccountTradeFilter } from './sql/read-account-trades.ts'
import { readBalanceChanges, readBalances } from './sql/read-balances.ts'
import { readCandlesBefore, readEarliestCandle } from './sql/read-candles.ts'
import { readOffset } from './sql/read-offset.ts'
import type { RecordedOffset } from './sql/read-offset.ts'
import { readOrder, readOrderByClientId, readOrders } from './sql/read-orders.ts'
import type { OrderFilter } from './sql/read-orders.ts'
import { readTradesFrom, readTradesThrough } from './sql/read-trades.ts'
import { readDefinitions } from './sql/upsert-definitions.ts'

export interface ReadModelOptions {
  readonly shard: number
  /** Connections for queries; 8 unless given. */
  readonly poolMax?: number
}

const CONNECT_TIMEOUT_MS = 3000
const STATEMENT_TIMEOUT_MS = 10_000

/**
 * What a gateway reads of the past of one shard. Everything is in the core's units and numbers; formatting is the
 * caller's business. Errors are those of `pg`.
 */
export class ReadModel {
  readonly shard: number
  readonly #pool: Pool
  readonly #watch: RecordedWatch

  constructor(connection: string | ClientConfig, options: ReadModelOptions) {
    this.shard = options.shard
    const settings: ClientConfig = {
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'uptick-reader',
      ...(typeof connection === 'string' ? { connectionString: connection } : connection),
    }
    this.#pool = new Pool({ ...settings, max: options.poolMax ?? 8 })
    // An idle connection that breaks is replaced when the next one is needed.
    this.#pool.on('error', () => undefined)
    // One that breaks while it is in use, between two statements, fails the next of them.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
    this.#watch = new RecordedWatch(this.#pool, settings, options.shard)
  }

  /** The last sequence that is recorded; 0 before the first. */
  async recordedThrough(): Promise<number> {
    return (await this.offset()).sequence
  }

  async offset(): Promise<RecordedOffset> {
    return readOffset(this.#pool, this.shard)
  }

  /** Whether everything up to `sequence` was recorded within `timeoutMs`: call it before answering with history. */
  waitRecorded(sequence: number, timeoutMs: number): Promise<boolean> {
    return this.#watch.wait(sequence, timeoutMs)
  }

  orderById(account: number, orderId: number): Promise<RecordedOrder | undefined> {
    return readOrder(this.#pool, this.shard, account, orderId)
  }

  /** The latest order of the account and symbol with this client id. */
  orderByClientId(account: number, symbol: number, clientId: string): Promise<RecordedOrder | undefined> {
    return readOrderByClientId(this.#pool, this.shard, account, symbol, clientId)
  }

  allOrders(filter: OrderFilter): Promise<RecordedOrder[]> {
    return readOrders(this.#pool, this.shard, filter)
  }

  myTrades(filter: AccountTradeFilter): Promise<AccountTrade[]> {
    return readAccountTrades(this.#pool, this.shard, filter)
  }

  /** The last `limit` trades of a market, oldest first. */
  recentTrades(symbol: number, limit: number): Promise<PublicTrade[]> {
    return readTradesThrough(this.#pool, this.shard, symbol, Number.MAX_SAFE_INTEGER, limit)
  }

  /** Up to `limit` trades from `tradeId` on, oldest first. */
  tradesFrom(symbol: number, tradeId: number, limit: number): Promise<PublicTrade[]> {
    return readTradesFrom(this.#pool, this.shard, symbol, tradeId, Number.MAX_SAFE_INTEGER, limit)
  }

  aggTrades(filter: AggregateFilter): Promise<AggregateTrade[]> {
    return readAggregateTrades(this.#pool, this.shard, filter)
  }

  /** Candles without holes. */
  candles(filter: CandleFilter): Promise<Candle[]> {
    return readFilledCandles(this.#pool, this.shard, filter)
  }

  /** The last `limit` candles in which something was traded, oldest first. */
  latestCandles(symbol: number, interval: CandleInterval, limit: number): Promise<Candle[]> {
    return readCandlesBefore(this.#pool, this.shard, symbol, interval, Number.MAX_SAFE_INTEGER, limit)
  }

  /** Open time (µs) of a market's first candle; undefined when it never traded. */
  earliestCandle(symbol: number, interval: CandleInterval): Promise<number | undefined> {
    return readEarliestCandle(this.#pool, this.shard, symbol, interval)
  }

  balances(account: number): Promise<{ asset: number; free: bigint; locked: bigint; sequence: number }[]> {
    return readBalances(this.#pool, this.shard, account)
  }

  balanceChanges(account: number, asset: number, after: number, limit: number): Promise<BalanceChange[]> {
    return readBalanceChanges(this.#pool, this.shard, account, asset, after, limit)
  }

  /** Assets, symbols, accounts or fees as they stand: how to render what is recorded without asking the engine. */
  definitions(subject: RecordedDefinition['subject']): Promise<RecordedDefinition[]> {
    return readDefinitions(this.#pool, this.shard, subject)
  }

  async close(): Promise<void> {
    await this.#watch.close()
    await this.#pool.end()
  }
}

/** Open the read model of one shard. Nothing is connected before the first use. */
export function openReadModel(connection: string | ClientConfig, options: ReadModelOptions): ReadModel {
  return new ReadModel(connection, options)
}
