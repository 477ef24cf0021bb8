import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { JournalTruth } from './journal-truth.ts'

const CAUGHT_UP_MS_MAX = 30_000
const POLL_MS = 25
const SHARD = 0

interface OrderRow {
  readonly order_id: string
  readonly client_id: string
  readonly account: number
  readonly status: number
  readonly executed: string
  readonly cumulative_quote: string
}

interface TradeRow {
  readonly symbol: number
  readonly trade_id: string
  readonly aggregate_id: string
  readonly price: string
  readonly quantity: string
  readonly maker_order: string
  readonly taker_order: string
}

interface BalanceRow {
  readonly account: number
  readonly asset: number
  readonly free: string
  readonly locked: string
}

/** Wait until the recorder has recorded everything up to `sequence`. @throws Error after 30 s */
export async function recorded(pool: pg.Pool, sequence: number): Promise<void> {
  for (let waited = 0; ; waited += POLL_MS) {
    const { rows } = await pool.query<{ sequence: string }>('SELECT sequence FROM read_offset WHERE shard = $1', [
      SHARD,
    ])
    const reached = Number(rows[0]?.sequence ?? 0)
    if (reached >= sequence) return
    if (waited > CAUGHT_UP_MS_MAX) throw new Error(`the recorder is at ${reached} and does not reach ${sequence}`)
    await delay(POLL_MS)
  }
}

/**
 * Orders, trades and balances in the tables equal those of the journal. Rows written at or before `since` were compared
 * earlier; counts are compared as a whole.
 *
 * @returns the violations, one sentence each
 */
export async function checkTables(pool: pg.Pool, truth: JournalTruth, since: number): Promise<string[]> {
  return [
    ...(await checkOrders(pool, truth, since)),
    ...(await checkTrades(pool, truth, since)),
    ...(await checkBalances(pool, truth)),
  ]
}

async function checkOrders(pool: pg.Pool, truth: JournalTruth, since: number): Promise<string[]> {
  const findings: string[] = []
  const { rows } = await pool.query<OrderRow>(
    `SELECT order_id, client_id, account, status, executed, cumulative_quote FROM orders
     WHERE shard = $1 AND sequence > $2`,
    [SHARD, since],
  )
  for (const row of rows) {
    const image = truth.orders.get(Number(row.order_id))
    const same =
      image !== undefined &&
      image.clientId === row.client_id &&
      image.account === row.account &&
      image.status === row.status &&
      String(image.executed) === row.executed &&
      String(image.cumulativeQuote) === row.cumulative_quote
    if (!same) findings.push(`order ${row.order_id} of the table is not the journal's`)
  }
  return [...findings, ...(await countDiffers(pool, 'orders', truth.orders.size))]
}

async function checkTrades(pool: pg.Pool, truth: JournalTruth, since: number): Promise<string[]> {
  const findings: string[] = []
  const { rows } = await pool.query<TradeRow>(
    `SELECT symbol, trade_id, aggregate_id, price, quantity, maker_order, taker_order FROM trades
     WHERE shard = $1 AND sequence > $2`,
    [SHARD, since],
  )
  for (const row of rows) {
    const trade = truth.trades[row.symbol]?.[Number(row.trade_id) - 1]
    const same =
      trade !== undefined &&
      String(trade.tradeId) === row.trade_id &&
      (trade.aggregateId === 0 || String(trade.aggregateId) === row.aggregate_id) &&
      String(trade.price) === row.price &&
      String(trade.quantity) === row.quantity &&
      String(trade.makerOrder) === row.maker_order &&
      String(trade.takerOrder) === row.taker_order
    if (!same) findings.push(`trade ${row.trade_id} of the table is not the journal's`)
  }
  const count = truth.trades.reduce((sum, trades) => sum + trades.length, 0)
  return [...findings, ...(await countDiffers(pool, 'trades', count))]
}

async function checkBalances(pool: pg.Pool, truth: JournalTruth): Promise<string[]> {
  const findings: string[] = []
  const { rows } = await pool.query<BalanceRow>('SELECT account, asset, free, locked FROM balances WHERE shard = $1', [
    SHARD,
  ])
  for (const row of rows) {
    const balance = truth.exchange
      .account(row.account)
      ?.balances.find((held: { asset: number }) => held.asset === row.asset)
    if (String(balance?.free ?? 0) !== row.free || String(balance?.locked ?? 0) !== row.locked)
      findings.push(
        `account ${row.account} has ${row.free} + ${row.locked} of asset ${row.asset} in the table, not in the journal`,
      )
  }
  return findings
}

async function countDiffers(pool: pg.Pool, table: 'orders' | 'trades', expected: number): Promise<string[]> {
  const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${table} WHERE shard = $1`, [SHARD])
  const count = Number(rows[0]?.count)
  return count === expected ? [] : [`the table of ${table} has ${count} rows, the journal makes ${expected}`]
}
