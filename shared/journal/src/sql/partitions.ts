import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

export interface Partition {
  readonly name: string
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

/** The partitions of `journal_batch`, in order of sequence. */
export async function listPartitions(db: Queryable): Promise<Partition[]> {
  const { rows } = await db.query<{ name: string; bound: string }>({
    text: `
      SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'journal_batch'::regclass`,
  })
  return rows.map(({ name, bound }) => ({ name, ...parseBound(bound) })).toSorted((a, b) => a.from - b.from)
}

/** `FOR VALUES FROM ('0') TO ('10000000')`. */
function parseBound(bound: string): { from: number; to: number } {
  const match = /FROM \('(\d+)'\) TO \('(\d+)'\)/.exec(bound)
  if (!match) throw new Error(`partition bound not understood: ${bound}`)
  return { from: Number(match[1]), to: Number(match[2]) }
}

/**
 * Create the partition for sequences `from` … `to` − 1. It is made beside the table and then attached, which, unlike
 * CREATE … PARTITION OF, does not stop appends. `db` is a connection: the statements are one transaction.
 */
export async function createPartition(db: Queryable, from: number, to: number): Promise<void> {
  const name = `journal_batch_p${from}`
  await db.query({ text: 'BEGIN' })
  try {
    // Concurrent members take turns; the later one finds the partition made.
    await db.query({ text: `SELECT pg_advisory_xact_lock(hashtext('uptick journal partitions'))` })
    const answer = await db.query<{ there: boolean }>({
      text: 'SELECT to_regclass($1) IS NOT NULL AS there',
      values: [name],
    })
    if (!oneRow(answer).there) {
      const check = `CHECK (first_sequence >= ${from} AND first_sequence < ${to})`
      await db.query({ text: `CREATE TABLE ${name} (LIKE journal_batch INCLUDING ALL, ${check})` })
      await db.query({
        text: `ALTER TABLE journal_batch ATTACH PARTITION ${name} FOR VALUES FROM (${from}) TO (${to})`,
      })
    }
    await db.query({ text: 'COMMIT' })
  } catch (error) {
    await db.query({ text: 'ROLLBACK' })
    throw error
  }
}
