import type { OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce } from '@uptick/core'
import type { RecordedOrder } from '../rows.ts'
import type { Queryable } from './queryable.ts'

const COLUMNS = `
  order_id, account, symbol, client_id, side, type, time_in_force, self_trade_prevention, status, expiry_reason,
  working, price, quantity, quote_quantity, stop_price, executed, cumulative_quote, prevented, strategy_id,
  strategy_type, created_time, updated_time, working_time, sequence`

/** As `pg` hands them out: 64-bit integers are text. */
interface OrderRow {
  order_id: string
  account: number
  symbol: number
  client_id: string
  side: Side
  type: OrderType
  time_in_force: TimeInForce
  self_trade_prevention: SelfTradePrevention
  status: OrderStatus
  expiry_reason: number
  working: boolean
  price: string
  quantity: string
  quote_quantity: string
  stop_price: string
  executed: string
  cumulative_quote: string
  prevented: string
  strategy_id: string
  strategy_type: string
  created_time: string
  updated_time: string
  working_time: string
  sequence: string
}

export async function readOrder(
  db: Queryable,
  shard: number,
  account: number,
  orderId: number,
): Promise<RecordedOrder | undefined> {
  const { rows } = await db.query<OrderRow>({
    name: 'read-order',
    text: `SELECT ${COLUMNS} FROM orders WHERE shard = $1 AND order_id = $2 AND account = $3`,
    values: [shard, orderId, account],
  })
  return rows[0] && orderOf(rows[0])
}

/** The latest order that has, or had last, this client id. */
export async function readOrderByClientId(
  db: Queryable,
  shard: number,
  account: number,
  symbol: number,
  clientId: string,
): Promise<RecordedOrder | undefined> {
  const { rows } = await db.query<OrderRow>({
    name: 'read-order-by-client-id',
    text: `
      SELECT ${COLUMNS} FROM orders WHERE shard = $1 AND account = $2 AND client_id = $3 AND symbol = $4
      ORDER BY order_id DESC LIMIT 1`,
    values: [shard, account, clientId, symbol],
  })
  return rows[0] && orderOf(rows[0])
}

export interface OrderFilter {
  readonly account: number
  readonly symbol: number
  /** This order and those after it. */
  readonly fromOrderId?: number
  /** µs of creation, both inclusive. */
  readonly startTime?: number
  readonly endTime?: number
  readonly limit: number
}

/** In order of id. Without a lower bound, the latest `limit`; with one, the first. */
export async function readOrders(db: Queryable, shard: number, filter: OrderFilter): Promise<RecordedOrder[]> {
  const { account, symbol, fromOrderId, startTime, endTime, limit } = filter
  const values: unknown[] = [shard, account, symbol, limit]
  const conditions = ['shard = $1', 'account = $2', 'symbol = $3']
  if (fromOrderId !== undefined) conditions.push(`order_id >= $${values.push(fromOrderId)}`)
  if (startTime !== undefined) conditions.push(`created_time >= $${values.push(startTime)}`)
  if (endTime !== undefined) conditions.push(`created_time <= $${values.push(endTime)}`)
  const forward = fromOrderId !== undefined || startTime !== undefined
  // Times rise with order ids (but for orders imported with an older one), so this only chooses the index that fits.
  const key = fromOrderId === undefined && (startTime !== undefined || endTime !== undefined) ? 'created_time, ' : ''
  const order = forward ? `${key}order_id` : `${key.replace(',', ' DESC,')}order_id DESC`
  const { rows } = await db.query<OrderRow>({
    text: `SELECT ${COLUMNS} FROM orders WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT $4`,
    values,
  })
  return rows.map(orderOf).toSorted((a, b) => a.orderId - b.orderId)
}

function orderOf(row: OrderRow): RecordedOrder {
  return {
    orderId: Number(row.order_id),
    account: row.account,
    symbol: row.symbol,
    clientId: row.client_id,
    side: row.side,
    type: row.type,
    timeInForce: row.time_in_force,
    selfTradePrevention: row.self_trade_prevention,
    status: row.status,
    expiryReason: row.expiry_reason,
    working: row.working,
    price: Number(row.price),
    quantity: Number(row.quantity),
    quoteQuantity: Number(row.quote_quantity),
    stopPrice: Number(row.stop_price),
    executed: Number(row.executed),
    cumulativeQuote: BigInt(row.cumulative_quote),
    prevented: Number(row.prevented),
    strategyId: Number(row.strategy_id),
    strategyType: Number(row.strategy_type),
    createdTime: Number(row.created_time),
    updatedTime: Number(row.updated_time),
    workingTime: Number(row.working_time),
    sequence: Number(row.sequence),
  }
}
