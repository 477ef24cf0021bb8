import type { Batch } from '../journal.ts'
import type { Queryable } from './queryable.ts'

/**
 * Append a batch that a fail-over has lost, unchanged: only if the journal ends just before it, holds nothing of a
 * later epoch, and is halted, so that no other member writes. Returns whether it was written.
 */
export async function restoreBatch(db: Queryable, shard: number, batch: Batch): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `
      WITH head AS (
        UPDATE journal_head SET last = $4::bigint, epoch = GREATEST(epoch, $2::bigint)
        WHERE shard = $1::integer AND last = $3::bigint - 1
          AND EXISTS (SELECT 1 FROM journal_lease WHERE shard = $1::integer AND halted IS NOT NULL)
          AND NOT EXISTS (SELECT 1 FROM journal_batch WHERE shard = $1::integer
            AND first_sequence <= $3::bigint - 1 AND last_sequence >= $3::bigint - 1 AND epoch > $2::bigint)
        RETURNING 1
      )
      INSERT INTO journal_batch (shard, epoch, first_sequence, last_sequence, payload)
      SELECT $1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bytea FROM head`,
    values: [shard, batch.epoch, batch.first, batch.last, batch.payload],
  })
  return rowCount === 1
}
