import type { RecordedOrder } from '../rows.ts'
import { booleans, numbers, texts } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

/** Insert orders, or replace what changes in the life of one. No order twice. */
export async function upsertOrders(db: Queryable, shard: number, rows: readonly RecordedOrder[]): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    name: 'upsert-orders',
    text: `
      INSERT INTO orders AS o (shard, order_id, account, symbol, client_id, side, type, time_in_force,
        self_trade_prevention, status, expiry_reason, working, price, quantity, quote_quantity, stop_price, executed,
        cumulative_quote, prevented, strategy_id, strategy_type, created_time, updated_time, working_time, sequence)
      SELECT $1, * FROM unnest($2::bigint[], $3::integer[], $4::integer[], $5::text[], $6::smallint[], $7::smallint[],
        $8::smallint[], $9::smallint[], $10::smallint[], $11::smallint[], $12::boolean[], $13::bigint[], $14::bigint[],
        $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[],
        $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[])
      ON CONFLICT (shard, order_id) DO UPDATE SET
        client_id = EXCLUDED.client_id, status = EXCLUDED.status, expiry_reason = EXCLUDED.expiry_reason,
        working = EXCLUDED.working, price = EXCLUDED.price, quantity = EXCLUDED.quantity,
        executed = EXCLUDED.executed, cumulative_quote = EXCLUDED.cumulative_quote, prevented = EXCLUDED.prevented,
        updated_time = EXCLUDED.updated_time, working_time = EXCLUDED.working_time, sequence = EXCLUDED.sequence`,
    values: [
      shard,
      numbers(rows, (row) => row.orderId),
      numbers(rows, (row) => row.account),
      numbers(rows, (row) => row.symbol),
      texts(rows, (row) => row.clientId),
      numbers(rows, (row) => row.side),
      numbers(rows, (row) => row.type),
      numbers(rows, (row) => row.timeInForce),
      numbers(rows, (row) => row.selfTradePrevention),
      numbers(rows, (row) => row.status),
      numbers(rows, (row) => row.expiryReason),
      booleans(rows, (row) => row.working),
      numbers(rows, (row) => row.price),
      numbers(rows, (row) => row.quantity),
      numbers(rows, (row) => row.quoteQuantity),
      numbers(rows, (row) => row.stopPrice),
      numbers(rows, (row) => row.executed),
      numbers(rows, (row) => row.cumulativeQuote),
      numbers(rows, (row) => row.prevented),
      numbers(rows, (row) => row.strategyId),
      numbers(rows, (row) => row.strategyType),
      numbers(rows, (row) => row.createdTime),
      numbers(rows, (row) => row.updatedTime),
      numbers(rows, (row) => row.workingTime),
      numbers(rows, (row) => row.sequence),
    ],
  })
}
