import type { RecordedTrade } from '../rows.ts'
import { booleans, numbers } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

export async function insertTrades(db: Queryable, shard: number, rows: readonly RecordedTrade[]): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    name: 'insert-trades',
    text: `
      INSERT INTO trades (shard, symbol, trade_id, aggregate_id, sequence, time, price, quantity, quote, buyer_is_maker,
        maker_account, maker_order, maker_fee, maker_fee_asset, taker_account, taker_order, taker_fee, taker_fee_asset)
      SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::boolean[], $11::integer[], $12::bigint[], $13::bigint[], $14::integer[],
        $15::integer[], $16::bigint[], $17::bigint[], $18::integer[])`,
    values: [
      shard,
      numbers(rows, (row) => row.symbol),
      numbers(rows, (row) => row.tradeId),
      numbers(rows, (row) => row.aggregateId),
      numbers(rows, (row) => row.sequence),
      numbers(rows, (row) => row.time),
      numbers(rows, (row) => row.price),
      numbers(rows, (row) => row.quantity),
      numbers(rows, (row) => row.quote),
      booleans(rows, (row) => row.buyerIsMaker),
      numbers(rows, (row) => row.makerAccount),
      numbers(rows, (row) => row.makerOrder),
      numbers(rows, (row) => row.makerFee),
      numbers(rows, (row) => row.makerFeeAsset),
      numbers(rows, (row) => row.takerAccount),
      numbers(rows, (row) => row.takerOrder),
      numbers(rows, (row) => row.takerFee),
      numbers(rows, (row) => row.takerFeeAsset),
    ],
  })
}
