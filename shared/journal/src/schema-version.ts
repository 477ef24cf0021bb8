import { SchemaMissingError, SchemaVersionError, sqlState } from './errors.ts'
import { migrationNames, type MigrationSet, migrationSets } from './migrate.ts'
import type { Queryable } from './sql/queryable.ts'

const UNDEFINED_TABLE = '42P01'

/** The names of the migrations of `set` that the database has, in order; empty for a database without the schema. */
export async function schemaVersion(db: Queryable, set: MigrationSet): Promise<string[]> {
  try {
    const { rows } = await db.query<{ name: string }>({ text: `SELECT name FROM ${set.table} ORDER BY name` })
    return rows.map(({ name }) => name)
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return []
    throw error
  }
}

/**
 * Check at boot that this build can work with the database: it has every migration that this build brings, and none
 * from a newer build is labelled breaking.
 *
 * @throws SchemaVersionError with a sentence for the operator; a SchemaMissingError when running the migrations helps
 */
export async function checkSchema(db: Queryable, sets: readonly MigrationSet[] = migrationSets): Promise<void> {
  for (const set of sets) {
    const has = await schemaVersion(db, set)
    const known = await migrationNames(set)
    const missing = known.filter((name) => !has.includes(name))
    if (missing.length > 0) {
      throw new SchemaMissingError(`the ${set.name} schema lacks ${missing.join(', ')}: run the migrations first`)
    }
    const breaking = has.filter((name) => !known.includes(name) && !name.endsWith('.compatible'))
    if (breaking.length > 0) {
      throw new SchemaVersionError(`the ${set.name} schema is newer than this build allows: ${breaking.join(', ')}`)
    }
  }
}
