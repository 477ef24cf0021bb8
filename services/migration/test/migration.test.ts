import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { checkSchema, type MigrationSet } from '@uptick/journal'
import { createDatabase, openTestPool, type TestDatabase } from '@uptick/journal/testing'
import { createLogger } from '@uptick/runtime'
import type { Pool } from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BreakingMigrationError, runMigration } from '../src/run-migration.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const log = createLogger({ name: 'migration-test', level: 'silent' })

let database: TestDatabase
let pool: Pool
let folder: string
beforeEach(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url)
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
  folder = mkdtempSync(join(tmpdir(), 'uptick-migration-'))
})
afterEach(async () => {
  await pool.end()
  await database.drop()
  rmSync(folder, { recursive: true })
})

/** The migration as a Job runs it. */
async function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env['PATH'], ...environment } })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.on('close', resolve)
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), promise])
  return { output, errors, code }
}

test('brings an empty database to this version, and finds nothing to do the second time', async () => {
  const first = await run({ DATABASE_URL: database.url })
  expect(first).toMatchObject({ code: 0, errors: '' })
  expect(first.output).toContain('0001-create-journal.compatible')
  await checkSchema(pool)
  const second = await run({ DATABASE_URL: database.url })
  expect(second).toMatchObject({ code: 0 })
  expect(second.output).toContain('nothing to migrate')
})

test('says which setting is missing', async () => {
  const { code, errors } = await run({})
  expect(code).toBe(78)
  expect(errors).toContain('DATABASE_URL is missing (connection string of PostgreSQL)')
})

test('gives up when PostgreSQL does not answer within the time', async () => {
  const { code, errors } = await run({ DATABASE_URL: 'postgres://uptick@127.0.0.1:1/uptick', WAIT_MS: '300' })
  expect(code).toBe(1)
  expect(errors).toContain('ECONNREFUSED')
})

test('a breaking migration waits until an operator permits it, and nothing is changed before', async () => {
  const set: MigrationSet = { name: 'probe', folder, table: 'probe_migration' }
  writeFileSync(join(folder, '0001-create-probe.compatible.sql'), 'CREATE TABLE probe (old integer, new integer);')
  writeFileSync(join(folder, '0002-drop-old.breaking.sql'), 'ALTER TABLE probe DROP COLUMN old;')
  const migrationOf = (BREAKING: 'refuse' | 'run') =>
    runMigration({ DATABASE_URL: database.url, BREAKING, WAIT_MS: 10_000 }, log, [set])
  await expect(migrationOf('refuse')).rejects.toThrow(BreakingMigrationError)
  const { rows } = await pool.query("SELECT to_regclass('probe') AS probe")
  expect(rows).toEqual([{ probe: null }])
  expect(await migrationOf('run')).toEqual(['0001-create-probe.compatible', '0002-drop-old.breaking'])
})
