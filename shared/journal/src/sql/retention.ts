import type { Partition } from './partitions.ts'
import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

/** The rows of a shard in a partition, or in a table that was one. */
export interface PartitionContent {
  readonly shard: number
  readonly first: number
  readonly last: number
  /** Time since its last row was written, by the server's clock. */
  readonly ageSeconds: number
}

/** Sequences of the complete snapshots of each shard, the newest first. */
export async function snapshotSequences(db: Queryable): Promise<Map<number, number[]>> {
  const { rows } = await db.query<{ shard: number; sequences: string[] }>({
    text: `
      SELECT h.shard, ARRAY(
        SELECT sequence FROM journal_snapshot s WHERE s.shard = h.shard AND s.complete
        ORDER BY sequence DESC, id DESC) AS sequences
      FROM journal_head h`,
  })
  return new Map(rows.map(({ shard, sequences }) => [shard, sequences.map(Number)]))
}

export async function contentOf(db: Queryable, table: string): Promise<PartitionContent[]> {
  const { rows } = await db.query<{ shard: number; first: string; last: string; age: number }>({
    text: `
      SELECT h.shard, f.first_sequence AS first, l.last_sequence AS last,
        extract(epoch FROM clock_timestamp() - l.written_at)::float8 AS age
      FROM journal_head h
      CROSS JOIN LATERAL (
        SELECT first_sequence FROM ${table} WHERE shard = h.shard ORDER BY first_sequence LIMIT 1) f
      CROSS JOIN LATERAL (
        SELECT last_sequence, written_at FROM ${table} WHERE shard = h.shard ORDER BY first_sequence DESC LIMIT 1) l
      ORDER BY h.shard`,
  })
  return rows.map(({ shard, first, last, age }) => {
    return { shard, first: Number(first), last: Number(last), ageSeconds: age }
  })
}

/** Names of tables that were partitions, and are to be dropped; those first whose batches come first. */
export async function detachedPartitions(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>({
    text: `
      SELECT c.relname AS name FROM pg_class c
      WHERE c.relkind = 'r' AND c.relname ~ '^journal_batch_p[0-9]+$'
        AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'journal_batch'::regclass)
        AND NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
      ORDER BY length(c.relname), c.relname`,
  })
  return rows.map(({ name }) => name)
}

/** Finish an interrupted detach. Must not run in a transaction. */
export async function finishDetaching(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ name: string }>({
    text: `
      SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'journal_batch'::regclass AND i.inhdetachpending`,
  })
  for (const { name } of rows) await db.query({ text: `ALTER TABLE journal_batch DETACH PARTITION ${name} FINALIZE` })
}

/**
 * Write the journal's end into the head row of each shard: the shard's last batch tells it, and that batch may be in a
 * partition that is removed.
 */
export async function settleHeads(db: Queryable): Promise<void> {
  await db.query({ text: 'UPDATE journal_head SET epoch = epoch' })
}

/** Detach a partition from the journal; appends and reads of the others continue. Must not run in a transaction. */
export async function detachPartition(db: Queryable, { name }: Partition): Promise<void> {
  await db.query({ text: `ALTER TABLE journal_batch DETACH PARTITION ${name} CONCURRENTLY` })
}

export async function dropTable(db: Queryable, name: string): Promise<void> {
  await db.query({ text: `DROP TABLE ${name}` })
}

/** Whether the lock of the work was free: it belongs to this connection until that ends. */
export async function takeRetention(db: Queryable): Promise<boolean> {
  const answer = await db.query<{ taken: boolean }>({
    text: `SELECT pg_try_advisory_lock(hashtext('uptick journal retention')) AS taken`,
  })
  return oneRow(answer).taken
}

/** Bytes of all batches with their indexes, and the first sequence of a shard that is still there; 0 for none. */
export async function journalSize(db: Queryable, shard: number): Promise<{ bytes: number; first: number }> {
  const answer = await db.query<{ bytes: string; first: string }>({
    text: `
      SELECT (SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0) FROM pg_inherits
              WHERE inhparent = 'journal_batch'::regclass) AS bytes,
        coalesce((SELECT first_sequence FROM journal_batch WHERE shard = $1 ORDER BY first_sequence LIMIT 1), 0) AS first`,
    values: [shard],
  })
  const { bytes, first } = oneRow(answer)
  return { bytes: Number(bytes), first: Number(first) }
}
