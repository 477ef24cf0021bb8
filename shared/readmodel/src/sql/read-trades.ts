import type { PublicTrade } from '../rows.ts'
import type { Queryable } from './queryable.ts'

/** A public trade with the aggregate it belongs to. */
export interface MarketTrade extends PublicTrade {
  readonly aggregateId: number
}

interface Row {
  trade_id: string
  aggregate_id: string
  price: string
  quantity: string
  quote: string
  time: string
  buyer_is_maker: boolean
  sequence: string
}

const COLUMNS = 'trade_id, aggregate_id, price, quantity, quote, time, buyer_is_maker, sequence'

/** Up to `limit` trades from `fromTradeId` on, not after `endTime` (µs), by id. */
export async function readTradesFrom(
  db: Queryable,
  shard: number,
  symbol: number,
  fromTradeId: number,
  endTime: number,
  limit: number,
): Promise<MarketTrade[]> {
  const { rows } = await db.query<Row>({
    name: 'read-trades-from',
    text: `
      SELECT ${COLUMNS} FROM trades WHERE shard = $1 AND symbol = $2 AND trade_id >= $3 AND time <= $4
      ORDER BY trade_id LIMIT $5`,
    values: [shard, symbol, fromTradeId, endTime, limit],
  })
  return rows.map(tradeOf)
}

/** The last `limit` trades at or before `throughTradeId`, by id. */
export async function readTradesThrough(
  db: Queryable,
  shard: number,
  symbol: number,
  throughTradeId: number,
  limit: number,
): Promise<MarketTrade[]> {
  const { rows } = await db.query<Row>({
    name: 'read-trades-through',
    text: `
      SELECT ${COLUMNS} FROM trades WHERE shard = $1 AND symbol = $2 AND trade_id <= $3
      ORDER BY trade_id DESC LIMIT $4`,
    values: [shard, symbol, throughTradeId, limit],
  })
  return rows.map(tradeOf).toReversed()
}

/** Id of the first trade at or after `time`; undefined if there is none. */
export async function firstTradeSince(
  db: Queryable,
  shard: number,
  symbol: number,
  time: number,
): Promise<number | undefined> {
  const { rows } = await db.query<{ trade_id: string }>({
    name: 'first-trade-since',
    text: `
      SELECT trade_id FROM trades WHERE shard = $1 AND symbol = $2 AND time >= $3 ORDER BY time, trade_id LIMIT 1`,
    values: [shard, symbol, time],
  })
  return rows[0] && Number(rows[0].trade_id)
}

/**
 * Id of the first trade whose aggregate has the id `aggregateId` or a later one; undefined if there is none. Ids of
 * aggregates rise with those of their trades, so it is found by halving: some thirty rows are read, by their key.
 */
export async function firstTradeOfAggregate(
  db: Queryable,
  shard: number,
  symbol: number,
  aggregateId: number,
): Promise<number | undefined> {
  const { rows } = await db.query<{ low: string }>({
    name: 'first-trade-of-aggregate',
    text: `
      WITH RECURSIVE halves (low, high) AS (
        SELECT min(trade_id), max(trade_id) FROM trades WHERE shard = $1 AND symbol = $2
        UNION ALL
        SELECT CASE WHEN middle.aggregate_id < $3 THEN middle.trade_id + 1 ELSE low END,
          CASE WHEN middle.aggregate_id < $3 THEN high ELSE (low + high) / 2 END
        FROM halves CROSS JOIN LATERAL (
          SELECT trade_id, aggregate_id FROM trades
          WHERE shard = $1 AND symbol = $2 AND trade_id >= (low + high) / 2 ORDER BY trade_id LIMIT 1
        ) middle
        WHERE low < high
      )
      SELECT low FROM halves JOIN trades ON shard = $1 AND symbol = $2 AND trade_id >= low AND aggregate_id >= $3
      WHERE low >= high ORDER BY trade_id LIMIT 1`,
    values: [shard, symbol, aggregateId],
  })
  return rows[0] && Number(rows[0].low)
}

/** Id of the last trade at or before `time`; undefined if there is none. */
export async function lastTradeUntil(
  db: Queryable,
  shard: number,
  symbol: number,
  time: number,
): Promise<number | undefined> {
  const { rows } = await db.query<{ trade_id: string }>({
    name: 'last-trade-until',
    text: `
      SELECT trade_id FROM trades WHERE shard = $1 AND symbol = $2 AND time <= $3
      ORDER BY time DESC, trade_id DESC LIMIT 1`,
    values: [shard, symbol, time],
  })
  return rows[0] && Number(rows[0].trade_id)
}

function tradeOf(row: Row): MarketTrade {
  return {
    tradeId: Number(row.trade_id),
    aggregateId: Number(row.aggregate_id),
    price: Number(row.price),
    quantity: Number(row.quantity),
    quote: BigInt(row.quote),
    time: Number(row.time),
    buyerIsMaker: row.buyer_is_maker,
    sequence: Number(row.sequence),
  }
}
