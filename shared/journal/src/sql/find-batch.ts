import type { BatchKey } from '../journal.ts'
import type { Queryable } from './queryable.ts'

/** Whether exactly this batch is in the journal. */
export async function findBatch(db: Queryable, shard: number, batch: BatchKey): Promise<boolean> {
  const { rowCount } = await db.query({
    text: `
      SELECT 1 FROM journal_batch
      WHERE shard = $1 AND first_sequence = $2 AND last_sequence = $3 AND epoch = $4`,
    values: [shard, batch.first, batch.last, batch.epoch],
  })
  return rowCount === 1
}
