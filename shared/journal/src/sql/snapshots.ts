import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

export interface SnapshotRow {
  readonly id: string
  readonly sequence: number
  readonly size: number
  readonly checksum: Buffer
}

export async function insertSnapshot(
  db: Queryable,
  shard: number,
  sequence: number,
  size: number,
  checksum: Buffer,
): Promise<string> {
  const answer = await db.query<{ id: string }>({
    text: 'INSERT INTO journal_snapshot (shard, sequence, size, checksum) VALUES ($1, $2, $3, $4) RETURNING id',
    values: [shard, sequence, size, checksum],
  })
  return oneRow(answer).id
}

export async function insertChunk(db: Queryable, id: string, ordinal: number, bytes: Uint8Array): Promise<void> {
  await db.query({
    name: 'insert-snapshot-chunk',
    text: 'INSERT INTO journal_snapshot_chunk (snapshot, ordinal, bytes) VALUES ($1, $2, $3)',
    values: [id, ordinal, bytes],
  })
}

export async function completeSnapshot(db: Queryable, id: string): Promise<void> {
  await db.query({ text: 'UPDATE journal_snapshot SET complete = true WHERE id = $1', values: [id] })
}

export async function deleteSnapshot(db: Queryable, id: string): Promise<void> {
  await db.query({ text: 'DELETE FROM journal_snapshot WHERE id = $1', values: [id] })
}

/** Complete snapshots, the newest first. */
export async function listSnapshots(db: Queryable, shard: number, atMost: number): Promise<SnapshotRow[]> {
  const { rows } = await db.query<{ id: string; sequence: string; size: string; checksum: Buffer }>({
    text: `
      SELECT id, sequence, size, checksum FROM journal_snapshot
      WHERE shard = $1 AND sequence <= $2 AND complete ORDER BY sequence DESC, id DESC`,
    values: [shard, atMost],
  })
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence), size: Number(row.size) }))
}

/** The newest complete one, and its age by the server's clock. */
export async function newestSnapshot(
  db: Queryable,
  shard: number,
): Promise<{ sequence: number; ageSeconds: number } | undefined> {
  const { rows } = await db.query<{ sequence: string; age: number }>({
    text: `
      SELECT sequence, extract(epoch FROM clock_timestamp() - created_at)::float8 AS age FROM journal_snapshot
      WHERE shard = $1 AND complete ORDER BY sequence DESC, id DESC LIMIT 1`,
    values: [shard],
  })
  return rows[0] && { sequence: Number(rows[0].sequence), ageSeconds: rows[0].age }
}

export async function readChunk(db: Queryable, id: string, ordinal: number): Promise<Buffer | undefined> {
  const { rows } = await db.query<{ bytes: Buffer }>({
    name: 'read-snapshot-chunk',
    text: 'SELECT bytes FROM journal_snapshot_chunk WHERE snapshot = $1 AND ordinal = $2',
    values: [id, ordinal],
  })
  return rows[0]?.bytes
}

/** Remove all but the newest `keep`, and incomplete ones that no process can still be writing. */
export async function pruneSnapshots(db: Queryable, shard: number, keep: number): Promise<void> {
  await db.query({
    text: `
      DELETE FROM journal_snapshot WHERE shard = $1 AND CASE
        WHEN complete THEN id NOT IN (
          SELECT id FROM journal_snapshot WHERE shard = $1 AND complete ORDER BY sequence DESC, id DESC LIMIT $2)
        ELSE created_at < clock_timestamp() - interval '1 hour' END`,
    values: [shard, keep],
  })
}
