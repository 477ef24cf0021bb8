import type { Pool } from 'pg'
import { JournalError } from '../errors.ts'
import type { StoredBatch } from '../journal.ts'
import { CopyRows } from './copy-rows.ts'
import type { Queryable } from './queryable.ts'

/** First sequence of the batch that holds `sequence`; the next existing one, when that has been removed. */
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
export async function readBatches(pool: Pool, shard: number, from: number, limit: number): Promise<StoredBatch[]> {
  // COPY takes no parameters.
  for (const value of [shard, from, limit]) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${value}`)
  }
  const copy = new CopyRows(
    `SELECT epoch, first_sequence, last_sequence, payload FROM journal_batch
     WHERE shard = ${shard} AND first_sequence >= ${from} ORDER BY first_sequence LIMIT ${limit}`,
    batchOf,
  )
  const client = await pool.connect()
  try {
    client.query(copy)
    const batches = await copy.rows
    client.release()
    return batches
  } catch (error) {
    client.release(true)
    throw error
  }
}

function batchOf([epoch, first, last, payload]: readonly Buffer[]): StoredBatch {
  if (!epoch || !first || !last || !payload)
    throw new JournalError('PostgreSQL copied a row of fewer than four columns')
  return {
    epoch: Number(epoch.readBigInt64BE()),
    first: Number(first.readBigInt64BE()),
    last: Number(last.readBigInt64BE()),
    payload: Buffer.from(payload),
  }
}
