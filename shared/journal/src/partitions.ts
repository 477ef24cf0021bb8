import type { Pool } from 'pg'
import { confirmedSequence } from './sql/confirmed-sequence.ts'
import { createPartition, dropPartition, listPartitions } from './sql/partitions.ts'

/** Sequences in one partition. The migration makes the first. */
export const PARTITION_SEQUENCES = 10_000_000
/** Partitions kept ready after the one in use. */
const AHEAD = 2

/** Make the partitions that sequences after `last` will need. Returns the first sequence that has none. */
export async function ensurePartitions(pool: Pool, last: number): Promise<number> {
  const there = await listPartitions(pool)
  let to = there.at(-1)?.to ?? 0
  while (to <= last + AHEAD * PARTITION_SEQUENCES) {
    const client = await pool.connect()
    try {
      await createPartition(client, to, to + PARTITION_SEQUENCES)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
    to += PARTITION_SEQUENCES
  }
  return to
}

/**
 * Remove the partitions whose batches lie wholly at or below `through` and which no shard needs any more, because it has
 * two newer complete snapshots. Archive them first. Returns the names of those removed.
 */
export async function prunePartitions(pool: Pool, through: number): Promise<string[]> {
  const bound = Math.min(through, await confirmedSequence(pool))
  const removed: string[] = []
  for (const partition of await listPartitions(pool)) {
    if (partition.to - 1 > bound) break
    await dropPartition(pool, partition.name)
    removed.push(partition.name)
  }
  return removed
}
