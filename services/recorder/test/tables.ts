import type { Pool } from 'pg'

/** Everything recorded, each table in the order of its key, without the wall clock: equal journals, equal tables. */
export async function readTables(pool: Pool): Promise<Record<string, unknown[]>> {
  const keys = {
    definitions: 'shard, subject, id, part',
    orders: 'shard, order_id',
    trades: 'shard, symbol, trade_id',
    balances: 'shard, account, asset',
    balance_changes: 'shard, account, asset, sequence',
    candles: 'shard, symbol, interval, open_time',
  }
  const tables: Record<string, unknown[]> = {}
  for (const [table, key] of Object.entries(keys)) {
    tables[table] = (await pool.query<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY ${key}`)).rows
  }
  tables['read_offset'] = (
    await pool.query<Record<string, unknown>>('SELECT shard, sequence, journal_time FROM read_offset ORDER BY shard')
  ).rows
  return tables
}
