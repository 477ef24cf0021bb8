import type { AccountTrade } from '../rows.ts'
import type { Queryable } from './queryable.ts'

interface Row {
  symbol: number
  trade_id: string
  order_id: string
  sequence: string
  time: string
  price: string
  quantity: string
  quote: string
  fee: string
  fee_asset: number
  buyer: boolean
  maker: boolean
}

export interface AccountTradeFilter {
  readonly account: number
  readonly symbol: number
  readonly orderId?: number
  /** µs, both inclusive. */
  readonly startTime?: number
  readonly endTime?: number
  /** This trade and those after it. */
  readonly fromTradeId?: number
  readonly limit: number
}

/**
 * An account's sides of trades, by trade id; where it traded with itself, both. Without a lower bound, the latest
 * `limit`; with one, the first. Both sides of one trade are never separated: there is one row more where `limit` would
 * separate them, so a client that continues from the next id misses nothing.
 */
export async function readAccountTrades(
  db: Queryable,
  shard: number,
  filter: AccountTradeFilter,
): Promise<AccountTrade[]> {
  const { account, symbol, orderId, startTime, endTime, fromTradeId, limit } = filter
  const values: unknown[] = [shard, account, symbol, limit + 1]
  const conditions: string[] = []
  if (startTime !== undefined) conditions.push(`AND time >= $${values.push(startTime)}`)
  if (endTime !== undefined) conditions.push(`AND time <= $${values.push(endTime)}`)
  if (fromTradeId !== undefined) conditions.push(`AND trade_id >= $${values.push(fromTradeId)}`)
  const order = orderId === undefined ? undefined : values.push(orderId)
  const direction = startTime === undefined && fromTradeId === undefined ? 'DESC' : 'ASC'
  const side = (role: 'maker' | 'taker'): string => `
    (SELECT symbol, trade_id, ${role}_order AS order_id, sequence, time, price, quantity, quote, ${role}_fee AS fee,
      ${role}_fee_asset AS fee_asset, buyer_is_maker = ${role === 'maker'} AS buyer, ${role === 'maker'} AS maker
    FROM trades WHERE shard = $1 AND ${role}_account = $2 AND symbol = $3 ${conditions.join(' ')}
      ${order === undefined ? '' : `AND ${role}_order = $${order}`}
    ORDER BY trade_id ${direction} LIMIT $4)`
  const { rows } = await db.query<Row>({
    text: `${side('maker')} UNION ALL ${side('taker')} ORDER BY trade_id ${direction}, maker ${direction} LIMIT $4`,
    values,
  })
  const isParted = rows.length > limit && rows[limit - 1]?.trade_id === rows[limit]?.trade_id
  const trades = rows.slice(0, isParted ? limit + 1 : limit).map(accountTradeOf)
  return direction === 'DESC' ? trades.toReversed() : trades
}

function accountTradeOf(row: Row): AccountTrade {
  return {
    symbol: row.symbol,
    tradeId: Number(row.trade_id),
    orderId: Number(row.order_id),
    sequence: Number(row.sequence),
    time: Number(row.time),
    price: Number(row.price),
    quantity: Number(row.quantity),
    quote: BigInt(row.quote),
    fee: BigInt(row.fee),
    feeAsset: row.fee_asset,
    buyer: row.buyer,
    maker: row.maker,
  }
}
