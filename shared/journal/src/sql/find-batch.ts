import { createHash } from 'node:crypto'
import type { Batch } from '../journal.ts'
import type { Queryable } from './queryable.ts'

/**
 * Whether exactly this batch is in the journal, the same bytes: after a fail-over another leader may have written others
 * under the same epoch and sequences.
 */
export async function findBatch(db: Queryable, shard: number, batch: Batch): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'find-batch',
    text: `
      SELECT 1 FROM journal_batch
      WHERE shard = $1 AND first_sequence = $2 AND last_sequence = $3 AND epoch = $4 AND sha256(payload) = $5`,
    values: [shard, batch.first, batch.last, batch.epoch, createHash('sha256').update(batch.payload).digest()],
  })
  return rowCount === 1
}
