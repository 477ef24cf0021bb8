import { afterAll, assert, beforeAll, expect, test } from 'vitest'
import type { Pool } from 'pg'
import {
  checkSchema,
  checkSynchronousReplication,
  migrationSets,
  replicationProblem,
  schemaVersion,
} from '../src/index.ts'
import { migrationNames } from '../src/migrate.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'
import { openTestPool } from '../testing/test-pool.ts'

let database: TestDatabase
let pool: Pool
beforeAll(async () => {
  database = await createDatabase()
  pool = openTestPool(database.url)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

test('the schema fits this build; a newer compatible one does too, a newer breaking one does not', async () => {
  for (const set of migrationSets) expect(await schemaVersion(pool, set)).toEqual(await migrationNames(set))
  await checkSchema(pool)
  const insert = 'INSERT INTO journal_migration (name, run_on) VALUES ($1, now())'
  await pool.query(insert, ['0998-add-column.compatible'])
  await checkSchema(pool)
  await pool.query(insert, ['0999-drop-column.breaking'])
  await expect(checkSchema(pool)).rejects.toThrow('newer than this build allows: 0999-drop-column.breaking')
})

test('a schema that lacks a migration is refused', async () => {
  await pool.query('DELETE FROM readmodel_migration')
  await expect(checkSchema(pool)).rejects.toThrow(/readmodel schema lacks 0001-.*: run the migrations first|newer/)
  await pool.query('DROP TABLE readmodel_migration')
  const [, readmodel] = migrationSets
  assert(readmodel)
  expect(await schemaVersion(pool, readmodel)).toEqual([])
})

test('synchronous replication is demanded in words an operator can act on', async () => {
  await expect(checkSynchronousReplication(pool)).rejects.toThrow('synchronous_standby_names is empty')
  expect(replicationProblem({ standbyNames: '*', synchronousStandbys: 0 })).toMatch('is streaming')
  expect(replicationProblem({ standbyNames: '*', synchronousStandbys: null })).toMatch('pg_monitor')
  expect(replicationProblem({ standbyNames: '*', synchronousStandbys: 1 })).toBeUndefined()
})
