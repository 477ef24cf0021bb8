import type { Pool } from 'pg'
import type { RecordedThrough } from './seams.ts'

/** PostgreSQL's SQLSTATE for a table that is not there: no recorder has been set up. */
const UNDEFINED_TABLE = '42P01'

/** Reads the recorder's offset; 0 while there is no read model. Rejects when PostgreSQL does not answer. */
export function recordedThroughIn(pool: Pool, shard: number): RecordedThrough {
  return async () => {
    try {
      const { rows } = await pool.query<{ sequence: string }>({
        name: 'recorded-through',
        text: 'SELECT sequence FROM read_offset WHERE shard = $1',
        values: [shard],
      })
      return Number(rows[0]?.sequence ?? 0)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) return 0
      throw error
    }
  }
}
