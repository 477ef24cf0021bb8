import { ensurePartitions } from '../src/partitions.ts'
import { openTestPool } from './test-pool.ts'

/** Replace the partitions of an empty journal by small ones through a sequence; give the same number to `openJournal`. */
export async function makeSmallPartitions(url: string, sequences: number, through: number): Promise<void> {
  const pool = openTestPool(url)
  try {
    await pool.query('DROP TABLE journal_batch_p0')
    await ensurePartitions(pool, through, sequences)
  } finally {
    await pool.end()
  }
}
