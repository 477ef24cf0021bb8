import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { administer, withDatabase } from './administer.ts'

/** The database of one test file. */
export interface TestDatabase {
  readonly url: string
  /** Remove it. Connections that are being closed have a second to go, and others are ended. */
  drop(): Promise<void>
}

/** Copy the migrated template: one database for each test file, dropped in its `afterAll`. */
export async function createDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl')
  const name = `uptick_test_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`)
  return {
    url: withDatabase(serverUrl, name),
    async drop() {
      await administer(serverUrl, untilNoneIsConnected(name))
      await administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    },
  }
}

/**
 * `Pool.end` does not wait until its connections are closed. PostgreSQL would end one that is on its way out with an error,
 * which a client without a listener throws.
 */
function untilNoneIsConnected(database: string): string {
  return `DO $$ BEGIN
    FOR look IN 1..100 LOOP
      EXIT WHEN NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = '${database}');
      PERFORM pg_sleep(0.01);
      PERFORM pg_stat_clear_snapshot();
    END LOOP;
  END $$`
}
