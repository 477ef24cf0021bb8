import { JOURNAL_END } from './journal-end.ts'
import type { Queryable } from './queryable.ts'

export async function readSkips(db: Queryable, shard: number): Promise<number[]> {
  const { rows } = await db.query<{ sequence: string }>({
    text: 'SELECT sequence FROM journal_skip WHERE shard = $1',
    values: [shard],
  })
  return rows.map((row) => Number(row.sequence))
}

/** Record the decision and raise the epoch, in one statement; false if the sequence is not in the journal. */
export async function insertSkip(
  db: Queryable,
  shard: number,
  sequence: number,
  reason: string,
  operator: string,
): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `
      WITH head AS (UPDATE journal_head head SET epoch = epoch + 1, claim = gen_random_uuid()
        WHERE shard = $1 AND ${JOURNAL_END} >= $2 RETURNING 1)
      INSERT INTO journal_skip (shard, sequence, reason, operator)
      SELECT $1::integer, $2::bigint, $3::text, $4::text FROM head
      ON CONFLICT (shard, sequence) DO UPDATE SET shard = EXCLUDED.shard`,
    values: [shard, sequence, reason, operator],
  })
  return rowCount === 1
}
