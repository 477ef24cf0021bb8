import type { Pool } from 'pg'
import { createPartition, listPartitions } from './sql/partitions.ts'

/** Sequences in one partition. The migration makes the first. */
export const PARTITION_SEQUENCES = 10_000_000
/** Partitions kept ready after the one in use. */
const AHEAD = 2

/** Make the partitions that sequences after `last` will need. Returns the first sequence that has none. */
export async function ensurePartitions(pool: Pool, last: number, sequences = PARTITION_SEQUENCES): Promise<number> {
  const there = await listPartitions(pool)
  let to = there.at(-1)?.to ?? 0
  while (to <= last + AHEAD * sequences) {
    const client = await pool.connect()
    try {
      await createPartition(client, to, to + sequences)
      client.release()
    } catch (error) {
      client.release(true)
      throw error
    }
    to += sequences
  }
  return to
}
