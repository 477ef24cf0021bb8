import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { SnapshotDamagedError } from './errors.ts'
import type { RestoredSnapshot, Snapshot } from './journal.ts'
import {
  completeSnapshot,
  deleteSnapshot,
  insertChunk,
  insertSnapshot,
  listSnapshots,
  readChunk,
  type SnapshotRow,
} from './sql/snapshots.ts'

/** Small enough not to delay the other traffic of the connection. */
export const SNAPSHOT_CHUNK_BYTES = 1024 * 1024

/** Write the chunks, and then the mark that makes them a snapshot. */
export async function saveSnapshot(pool: Pool, shard: number, { sequence, bytes }: Snapshot): Promise<void> {
  const id = await insertSnapshot(pool, shard, sequence, bytes.length, sha256(bytes))
  try {
    for (let ordinal = 0; ordinal * SNAPSHOT_CHUNK_BYTES < bytes.length; ordinal++) {
      const start = ordinal * SNAPSHOT_CHUNK_BYTES
      await insertChunk(pool, id, ordinal, bytes.subarray(start, start + SNAPSHOT_CHUNK_BYTES))
    }
    await completeSnapshot(pool, id)
  } catch (error) {
    // It is invisible anyway; pruning finds it if this fails, too.
    await deleteSnapshot(pool, id).catch(() => undefined)
    throw error
  }
}

/** The newest snapshot of a sequence ≤ `atMost` whose bytes are intact. */
export async function latestSnapshot(pool: Pool, shard: number, atMost: number): Promise<RestoredSnapshot | undefined> {
  const damaged: number[] = []
  for (const row of await listSnapshots(pool, shard, atMost)) {
    const bytes = await readBytes(pool, row)
    if (bytes) return { sequence: row.sequence, bytes, damaged }
    damaged.push(row.sequence)
  }
  if (damaged.length === 0) return undefined
  throw new SnapshotDamagedError(`every snapshot is damaged: ${damaged.join(', ')}`)
}

/** Undefined if the stored bytes differ from the saved ones. */
async function readBytes(pool: Pool, { id, size, checksum }: SnapshotRow): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafe(size)
  let length = 0
  for (let ordinal = 0; length < size; ordinal++) {
    const chunk = await readChunk(pool, id, ordinal)
    if (!chunk || length + chunk.length > size) return undefined
    length += chunk.copy(bytes, length)
  }
  return sha256(bytes).equals(checksum) ? bytes : undefined
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
