import type { RecordedBalance } from '../rows.ts'
import { numbers } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

/**
 * Record every change, as the difference to the change before it (or to the balance that is stored), and then the
 * balances that remain. `rows` are in order of sequence. Both happen in one statement: its parts see the balances as
 * they were before it.
 */
export async function recordBalances(db: Queryable, shard: number, rows: readonly RecordedBalance[]): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    name: 'record-balances',
    text: `
      WITH change AS (
        SELECT * FROM unnest($2::integer[], $3::integer[], $4::bigint[], $5::bigint[], $6::smallint[], $7::bigint[],
          $8::bigint[]) AS c (account, asset, sequence, time, reason, free, locked)
      ), recorded AS (
        INSERT INTO balance_changes
          (shard, account, asset, sequence, time, reason, free_delta, locked_delta, free, locked)
        SELECT $1, account, asset, c.sequence, time, reason,
          c.free - COALESCE(lag(c.free) OVER each, b.free, 0), c.locked - COALESCE(lag(c.locked) OVER each, b.locked, 0),
          c.free, c.locked
        FROM change c LEFT JOIN (SELECT * FROM balances WHERE shard = $1) b USING (account, asset)
        WINDOW each AS (PARTITION BY account, asset ORDER BY c.sequence)
      )
      INSERT INTO balances (shard, account, asset, free, locked, sequence)
      SELECT DISTINCT ON (account, asset) $1::integer, account, asset, free, locked, sequence
      FROM change ORDER BY account, asset, sequence DESC
      ON CONFLICT (shard, account, asset) DO UPDATE
        SET free = EXCLUDED.free, locked = EXCLUDED.locked, sequence = EXCLUDED.sequence`,
    values: [
      shard,
      numbers(rows, (row) => row.account),
      numbers(rows, (row) => row.asset),
      numbers(rows, (row) => row.sequence),
      numbers(rows, (row) => row.time),
      numbers(rows, (row) => row.reason),
      numbers(rows, (row) => row.free),
      numbers(rows, (row) => row.locked),
    ],
  })
}
