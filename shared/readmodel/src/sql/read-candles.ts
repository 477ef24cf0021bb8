import { type CandleInterval, stepOpenTime } from '../intervals.ts'
import type { Candle } from '../rows.ts'
import type { Queryable } from './queryable.ts'

interface Row {
  open_time: string
  open: string
  high: string
  low: string
  close: string
  volume: string
  quote_volume: string
  taker_buy_volume: string
  taker_buy_quote_volume: string
  trades: string
  first_trade_id: string
  last_trade_id: string
}

const COLUMNS = `
  open_time, open, high, low, close, volume, quote_volume, taker_buy_volume, taker_buy_quote_volume, trades,
  first_trade_id, last_trade_id`

/** Candles with trades that open from `from` to `to` (µs, inclusive), oldest first. */
export async function readCandles(
  db: Queryable,
  shard: number,
  symbol: number,
  interval: CandleInterval,
  from: number,
  to: number,
): Promise<Candle[]> {
  const { rows } = await db.query<Row>({
    name: 'read-candles',
    text: `
      SELECT ${COLUMNS} FROM candles
      WHERE shard = $1 AND symbol = $2 AND interval = $3 AND open_time BETWEEN $4 AND $5 ORDER BY open_time`,
    values: [shard, symbol, interval, from, to],
  })
  return rows.map((row) => candleOf(interval, row))
}

/** Which candle of a market. */
export interface CandlePlace {
  readonly interval: CandleInterval
  readonly openTime: number
}

/** Those of the candles that have trades: one walk of the key for each interval, in one statement and so of one moment. */
export async function readCandleParts(
  db: Queryable,
  shard: number,
  symbol: number,
  places: readonly CandlePlace[],
): Promise<Candle[]> {
  if (places.length === 0) return []
  const values: unknown[] = [shard, symbol]
  const walks = [...Map.groupBy(places, ({ interval }) => interval)].map(([interval, ofInterval]) => {
    const name = values.push(interval)
    const times = values.push(ofInterval.map(({ openTime }) => openTime))
    return `
      SELECT interval, ${COLUMNS} FROM candles
      WHERE shard = $1 AND symbol = $2 AND interval = $${name} AND open_time = ANY ($${times}::bigint[])`
  })
  const { rows } = await db.query<Row & { interval: CandleInterval }>({ text: walks.join(' UNION ALL '), values })
  return rows.map((row) => candleOf(row.interval, row))
}

/** The last `limit` candles with trades that open before `before` (µs), oldest first. */
export async function readCandlesBefore(
  db: Queryable,
  shard: number,
  symbol: number,
  interval: CandleInterval,
  before: number,
  limit: number,
): Promise<Candle[]> {
  const { rows } = await db.query<Row>({
    name: 'read-candles-before',
    text: `
      SELECT ${COLUMNS} FROM candles
      WHERE shard = $1 AND symbol = $2 AND interval = $3 AND open_time < $4 ORDER BY open_time DESC LIMIT $5`,
    values: [shard, symbol, interval, before, limit],
  })
  return rows.map((row) => candleOf(interval, row)).toReversed()
}

/** Open time (µs) of the first candle of a market; undefined when it never traded. */
export async function readEarliestCandle(
  db: Queryable,
  shard: number,
  symbol: number,
  interval: CandleInterval,
): Promise<number | undefined> {
  const { rows } = await db.query<{ open_time: string }>({
    name: 'read-earliest-candle',
    text: `
      SELECT open_time FROM candles WHERE shard = $1 AND symbol = $2 AND interval = $3 ORDER BY open_time LIMIT 1`,
    values: [shard, symbol, interval],
  })
  return rows[0] && Number(rows[0].open_time)
}

function candleOf(interval: CandleInterval, row: Row): Candle {
  const openTime = Number(row.open_time)
  return {
    interval,
    openTime,
    endTime: stepOpenTime(interval, openTime, 1),
    open: Number(row.open),
    high: Number(row.high),
    low: Number(row.low),
    close: Number(row.close),
    volume: BigInt(row.volume),
    quoteVolume: BigInt(row.quote_volume),
    takerBuyVolume: BigInt(row.taker_buy_volume),
    takerBuyQuoteVolume: BigInt(row.taker_buy_quote_volume),
    count: Number(row.trades),
    firstTradeId: Number(row.first_trade_id),
    lastTradeId: Number(row.last_trade_id),
  }
}
