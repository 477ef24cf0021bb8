import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { administer, withDatabase } from './administer.ts'

/** The database of one test file. */
export interface TestDatabase {
  readonly url: string
  /** Remove it, even while clients are connected. */
  drop(): Promise<void>
}

/** Copy the migrated template: one database for each test file, dropped in its `afterAll`. */
export async function createDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('serverUrl')
  const name = `uptick_test_${randomBytes(6).toString('hex')}`
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`)
  return {
    url: withDatabase(serverUrl, name),
    drop: () => administer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  }
}
