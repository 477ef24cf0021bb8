import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Pool } from 'pg'
import { migrate, SchemaVersionError, waitForSchema } from '../src/index.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

let database: TestDatabase
let pool: Pool
beforeEach(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url)
})
afterEach(async () => {
  await pool.end()
  await database.drop()
})

/** Reasons to wait as they come; `reached` resolves at the first one that matches. */
function reasons(pattern: RegExp) {
  const { promise: reached, resolve } = Promise.withResolvers<string>()
  return { reached, onWait: (reason: string): void => void (pattern.test(reason) && resolve(reason)) }
}

test('waits for the migration, and resolves when it ran', async () => {
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  const { reached, onWait } = reasons(/schema lacks/)
  const waiting = waitForSchema(database.url, { signal: new AbortController().signal, onWait })
  expect(await reached).toMatch(/the journal schema lacks 0001-.*: run the migrations first/)
  await migrate(database.url)
  expect(await waiting).toBe(true)
})

test('waits for PostgreSQL itself, until it is told to stop', async () => {
  const stopping = new AbortController()
  const { reached, onWait } = reasons(/does not answer/)
  // No process listens on port 1.
  const waiting = waitForSchema('postgres://uptick@127.0.0.1:1/uptick', { signal: stopping.signal, onWait })
  expect(await reached).toContain('ECONNREFUSED')
  stopping.abort()
  expect(await waiting).toBe(false)
})

test('does not wait when the schema is newer than the build', async () => {
  await pool.query("INSERT INTO journal_migration (name, run_on) VALUES ('0999-drop-column.breaking', now())")
  const waiting = waitForSchema(database.url, { signal: new AbortController().signal, onWait: () => undefined })
  await expect(waiting).rejects.toThrow(SchemaVersionError)
})
