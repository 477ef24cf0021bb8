import type { CandlePart } from '../rows.ts'
import { numbers, texts } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

/** Add later trades to their candles. No candle twice. */
export async function mergeCandles(db: Queryable, shard: number, rows: readonly CandlePart[]): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    name: 'merge-candles',
    text: `
      INSERT INTO candles AS c (shard, symbol, interval, open_time, open, high, low, close, volume, quote_volume,
        taker_buy_volume, taker_buy_quote_volume, trades, first_trade_id, last_trade_id)
      SELECT $1, * FROM unnest($2::integer[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::bigint[], $14::bigint[],
        $15::bigint[])
      ON CONFLICT (shard, symbol, interval, open_time) DO UPDATE SET
        high = greatest(c.high, EXCLUDED.high), low = least(c.low, EXCLUDED.low), close = EXCLUDED.close,
        volume = c.volume + EXCLUDED.volume, quote_volume = c.quote_volume + EXCLUDED.quote_volume,
        taker_buy_volume = c.taker_buy_volume + EXCLUDED.taker_buy_volume,
        taker_buy_quote_volume = c.taker_buy_quote_volume + EXCLUDED.taker_buy_quote_volume,
        trades = c.trades + EXCLUDED.trades, last_trade_id = EXCLUDED.last_trade_id`,
    values: [
      shard,
      numbers(rows, (row) => row.symbol),
      texts(rows, (row) => row.interval),
      numbers(rows, (row) => row.openTime),
      numbers(rows, (row) => row.open),
      numbers(rows, (row) => row.high),
      numbers(rows, (row) => row.low),
      numbers(rows, (row) => row.close),
      numbers(rows, (row) => row.volume),
      numbers(rows, (row) => row.quoteVolume),
      numbers(rows, (row) => row.takerBuyVolume),
      numbers(rows, (row) => row.takerBuyQuoteVolume),
      numbers(rows, (row) => row.count),
      numbers(rows, (row) => row.firstTradeId),
      numbers(rows, (row) => row.lastTradeId),
    ],
  })
}
