import { Pool, type PoolConfig } from 'pg'

/**
 * A pool for a test's own statements. `Pool.end` does not wait until its connections are closed, so a database that is
 * dropped next may end one of them with an error. The pool ignores that; without a listener it would fail the run.
 */
export function openTestPool(url: string, more: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: url, max: 1, ...more })
  pool.on('error', () => undefined)
  return pool
}
