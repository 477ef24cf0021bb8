import type { PreventedMatch } from '../rows.ts'
import { numbers } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

export async function insertPreventedMatches(
  db: Queryable,
  shard: number,
  rows: readonly PreventedMatch[],
): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    name: 'insert-prevented-matches',
    text: `
      INSERT INTO prevented_matches (shard, symbol, prevented_id, account, mode, price, maker_order, maker_quantity,
        taker_order, taker_quantity, sequence, time)
      SELECT $1, * FROM unnest($2::integer[], $3::bigint[], $4::integer[], $5::smallint[], $6::bigint[], $7::bigint[],
        $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])`,
    values: [
      shard,
      numbers(rows, (row) => row.symbol),
      numbers(rows, (row) => row.preventedId),
      numbers(rows, (row) => row.account),
      numbers(rows, (row) => row.mode),
      numbers(rows, (row) => row.price),
      numbers(rows, (row) => row.makerOrder),
      numbers(rows, (row) => row.makerQuantity),
      numbers(rows, (row) => row.takerOrder),
      numbers(rows, (row) => row.takerQuantity),
      numbers(rows, (row) => row.sequence),
      numbers(rows, (row) => row.time),
    ],
  })
}
