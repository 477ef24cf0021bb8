import type { SelfTradePrevention } from '@uptick/core'
import type { PreventedMatch } from '../rows.ts'
import type { Queryable } from './queryable.ts'

interface Row {
  symbol: number
  prevented_id: string
  account: number
  mode: SelfTradePrevention
  price: string
  maker_order: string
  maker_quantity: string
  taker_order: string
  taker_quantity: string
  sequence: string
  time: string
}

export interface PreventedMatchFilter {
  readonly account: number
  readonly symbol: number
  /** This one alone. */
  readonly preventedId?: number
  /** Those of an order, on either side. */
  readonly orderId?: number
  /** This one and those after it. */
  readonly fromPreventedId?: number
  readonly limit: number
}

/** An account's prevented matches, by id, the first `limit`. */
export async function readPreventedMatches(
  db: Queryable,
  shard: number,
  filter: PreventedMatchFilter,
): Promise<PreventedMatch[]> {
  const { account, symbol, preventedId, orderId, fromPreventedId = 0, limit } = filter
  const values: unknown[] = [shard, account, symbol, limit, fromPreventedId]
  const conditions = ['shard = $1', 'account = $2', 'symbol = $3', 'prevented_id >= $5']
  if (preventedId !== undefined) conditions.push(`prevented_id = $${values.push(preventedId)}`)
  if (orderId !== undefined) {
    const at = values.push(orderId)
    conditions.push(`(maker_order = $${at} OR taker_order = $${at})`)
  }
  const { rows } = await db.query<Row>({
    text: `SELECT * FROM prevented_matches WHERE ${conditions.join(' AND ')} ORDER BY prevented_id LIMIT $4`,
    values,
  })
  return rows.map((row) => ({
    symbol: row.symbol,
    preventedId: Number(row.prevented_id),
    account: row.account,
    mode: row.mode,
    price: Number(row.price),
    makerOrder: Number(row.maker_order),
    makerQuantity: Number(row.maker_quantity),
    takerOrder: Number(row.taker_order),
    takerQuantity: Number(row.taker_quantity),
    sequence: Number(row.sequence),
    time: Number(row.time),
  }))
}

/** The last prevented match of each of the orders that had one. */
export async function readLastPreventedMatches(
  db: Queryable,
  shard: number,
  orderIds: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await db.query<{ order_id: string; prevented_id: string }>({
    name: 'read-last-prevented-matches',
    text: `
      SELECT order_id, max(prevented_id) AS prevented_id FROM (
        SELECT maker_order AS order_id, prevented_id FROM prevented_matches
          WHERE shard = $1 AND maker_order = ANY ($2::bigint[]) AND maker_quantity > 0
        UNION ALL
        SELECT taker_order, prevented_id FROM prevented_matches
          WHERE shard = $1 AND taker_order = ANY ($2::bigint[]) AND taker_quantity > 0
      ) AS matches GROUP BY order_id`,
    values: [shard, orderIds],
  })
  return new Map(rows.map((row) => [Number(row.order_id), Number(row.prevented_id)]))
}
