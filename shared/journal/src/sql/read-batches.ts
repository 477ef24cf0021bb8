import type { StoredBatch } from '../journal.ts'
import type { Queryable } from './queryable.ts'

interface Row {
  epoch: string
  first_sequence: string
  last_sequence: string
  payload: Buffer
}

/** First sequence of the batch that holds `sequence`; the next one that there is, when that has been removed. */
export async function firstOfBatch(db: Queryable, shard: number, sequence: number): Promise<number | undefined> {
  const { rows } = await db.query<{ first_sequence: string }>({
    text: `
      (SELECT first_sequence FROM journal_batch
       WHERE shard = $1 AND first_sequence <= $2 AND last_sequence >= $2
       ORDER BY first_sequence DESC LIMIT 1)
      UNION ALL
      (SELECT first_sequence FROM journal_batch WHERE shard = $1 AND first_sequence > $2 ORDER BY first_sequence LIMIT 1)
      LIMIT 1`,
    values: [shard, sequence],
  })
  return rows[0] && Number(rows[0].first_sequence)
}

/** Up to `limit` batches whose first sequence is `from` or more, in order. */
export async function readBatches(db: Queryable, shard: number, from: number, limit: number): Promise<StoredBatch[]> {
  const { rows } = await db.query<Row>({
    name: 'read-batches',
    text: `
      SELECT epoch, first_sequence, last_sequence, payload FROM journal_batch
      WHERE shard = $1 AND first_sequence >= $2 ORDER BY first_sequence LIMIT $3`,
    values: [shard, from, limit],
  })
  return rows.map((row) => ({
    epoch: Number(row.epoch),
    first: Number(row.first_sequence),
    last: Number(row.last_sequence),
    payload: row.payload,
  }))
}
