import type { Batch } from '../journal.ts'
import type { Queryable } from './queryable.ts'
import { STANDBYS_WAITED_FOR } from './standbys-waited-for.ts'

const INSERT = `
  INSERT INTO journal_batch (shard, epoch, first_sequence, last_sequence, payload)
  SELECT $1::integer, $2::bigint, $3::bigint, $4::bigint, $5::bytea FROM head`

const MOVES_HEAD = `
  WITH head AS (
    UPDATE journal_head SET last = $4::bigint
    WHERE shard = $1::integer AND epoch = $2::bigint AND last = $3::bigint - 1 AND claim = $6::uuid
    RETURNING 1
  )${INSERT}`

/**
 * The lock in share mode lets a claim wait for the append, and the append for a claim, without a new row version. The
 * batch before ($7) tells whether the journal ends just before this one; for the first batch after a claim the head row
 * does.
 */
const LEAVES_HEAD = `
  WITH head AS (
    SELECT last FROM journal_head
    WHERE shard = $1::integer AND epoch = $2::bigint AND claim = $6::uuid
    FOR SHARE
  )${INSERT}
  WHERE head.last = $3::bigint - 1 OR EXISTS (
    SELECT 1 FROM journal_batch
    WHERE shard = $1::integer AND first_sequence = $7::bigint AND last_sequence = $3::bigint - 1)
  ON CONFLICT DO NOTHING`

/** A row in the answer costs a tenth of an append's processor time, so it is requested only where it is needed. */
const TELLING = ` RETURNING ${STANDBYS_WAITED_FOR} AS standbys`

/** How to append a batch. */
export interface AppendForm {
  /** Of the writer's claim; without one nothing is written. */
  readonly claim: string | undefined
  /** First sequence of the batch before, if the writer appended it. */
  readonly before: number | undefined
  /** Return which standbys the commit waits for. */
  readonly tells: boolean
}

/**
 * Append and fence in one autocommit statement: the batch goes in exactly if the head still belongs to the writer's
 * claim and the journal ends just before the batch. Because it is one statement, a process that is stopped afterwards
 * holds no lock. Returns undefined when the batch was not written; else which standbys its commit waits for, as the
 * statement began, if `tells`, and '' if not.
 */
export async function appendBatch(
  db: Queryable,
  shard: number,
  batch: Batch,
  { claim, before, tells }: AppendForm,
): Promise<string | undefined> {
  const { movesHead = false } = batch
  const values = [shard, batch.epoch, batch.first, batch.last, batch.payload, claim]
  const { rows, rowCount } = await db.query<{ standbys: string }>({
    name: `append-batch${movesHead ? '-moving' : ''}${tells ? '-telling' : ''}`,
    text: (movesHead ? MOVES_HEAD : LEAVES_HEAD) + (tells ? TELLING : ''),
    values: movesHead ? values : [...values, before],
  })
  return rowCount === 1 ? (rows[0]?.standbys ?? '') : undefined
}
