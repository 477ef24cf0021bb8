import type { Batch } from '../journal.ts'
import type { Queryable } from './queryable.ts'
import { STANDBYS_WAITED_FOR } from './standbys-waited-for.ts'

const APPEND = `
  WITH head AS (
    UPDATE journal_head SET last = $4::bigint
    WHERE shard = $1::integer AND epoch = $2::bigint AND last = $3::bigint - 1 AND claim = $6::uuid
    RETURNING 1
  )
  INSERT INTO journal_batch (shard, epoch, first_sequence, last_sequence, payload)
  SELECT $1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bytea FROM head`
/** A row in the answer costs a tenth of an append's processor time, so it is asked for where it is needed. */
const TELLING = `${APPEND} RETURNING ${STANDBYS_WAITED_FOR} AS standbys`

/**
 * Append and fence in one autocommit statement: the batch goes in exactly if the head still belongs to the writer's
 * claim and ends just before the batch. Because it is one statement, a process that is stopped afterwards holds no lock.
 * Returns undefined when the batch was not written, as without a claim; else which standbys its commit waits for, as the
 * statement began, if `tells`, and '' if not.
 */
export async function appendBatch(
  db: Queryable,
  shard: number,
  batch: Batch,
  claim: string | undefined,
  tells: boolean,
): Promise<string | undefined> {
  const { rows, rowCount } = await db.query<{ standbys: string }>({
    name: tells ? 'append-batch-telling' : 'append-batch',
    text: tells ? TELLING : APPEND,
    values: [shard, batch.epoch, batch.first, batch.last, batch.payload, claim],
  })
  return rowCount === 1 ? (rows[0]?.standbys ?? '') : undefined
}
