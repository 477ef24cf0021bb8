import { readOffset } from '@uptick/readmodel'
import type { Pool } from 'pg'
import type { RecordedThrough } from './seams.ts'

/** PostgreSQL's SQLSTATE for a table that is not there: no read model has been set up. */
const UNDEFINED_TABLE = '42P01'

/** Reads the recorder's offset; 0 while there is no read model. Rejects when PostgreSQL does not answer. */
export function recordedThroughIn(pool: Pool, shard: number): RecordedThrough {
  return async () => {
    try {
      return (await readOffset(pool, shard)).sequence
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE) return 0
      throw error
    }
  }
}
