import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, migrationSets } from '../src/index.ts'
import { migrationNames } from '../src/migrate.ts'
import { createDatabase, type TestDatabase } from '../testing/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database.drop())

test('migrating a migrated database changes nothing', async () => {
  expect(await migrate(database.url)).toEqual([])
})

test('each migration is labelled compatible or breaking, and numbered', async () => {
  for (const set of migrationSets) {
    const names = await migrationNames(set)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(name).toMatch(/^\d{4}-[a-z0-9-]+\.(compatible|breaking)$/)
    expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length)
  }
})
