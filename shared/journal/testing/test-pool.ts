import { Pool, type PoolConfig } from 'pg'

/**
 * A pool for a test's own statements. `Pool.end` does not wait until its connections are closed, so a database that is
 * dropped next may tell one of them that it ends: no news, where a pool without a listener would throw it at the run.
 */
export function openTestPool(url: string, more: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 1, ...more })
  pool.on('error', () => undefined)
  return pool
}
