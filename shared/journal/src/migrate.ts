import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { closeClient, openClient } from './connections/open-client.ts'
import { JournalError, sqlState } from './errors.ts'

/** A folder of migrations with the table that records which of them ran. */
export interface MigrationSet {
  readonly name: string
  readonly folder: string
  readonly table: string
}

/**
 * Every table of the exchange: those of the journal, of the read model, and the gateway's own (API keys, operators'
 * requests). Each file's name ends in `.compatible.sql` or `.breaking.sql`.
 */
export const migrationSets: readonly MigrationSet[] = [
  set('journal', new URL('../migrations/', import.meta.url)),
  set('readmodel', new URL('../../readmodel/migrations/', import.meta.url)),
  set('gateway', new URL('../../../services/gateway/migrations/', import.meta.url)),
]

/** The sets that a service works on: it waits for these and no others. */
export function migrationSetsOf(...names: readonly ('journal' | 'readmodel' | 'gateway')[]): readonly MigrationSet[] {
  return migrationSets.filter(({ name }) => names.some((wanted) => wanted === name))
}

const LOCK_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 60_000
/** How much longer to wait for the answer, ms: PostgreSQL may be gone silently. */
const ANSWER_MS = 5000
const ATTEMPTS_MAX = 6
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Bring the database at `connectionString` to the newest schema, and say which migrations ran. Running it again, or
 * from several processes at once, is harmless: they take turns. A migration that does not get its lock within 5 s gives
 * way to the traffic that holds it and is tried again, six times in all.
 */
export async function migrate(
  connectionString: string,
  sets: readonly MigrationSet[] = migrationSets,
): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await migrateOnce(connectionString, sets)
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || sqlState(error) !== LOCK_NOT_AVAILABLE) {
        throw new JournalError('the database schema could not be migrated', { cause: error })
      }
      await delay(200 * attempt)
    }
  }
}

async function migrateOnce(connectionString: string, sets: readonly MigrationSet[]): Promise<string[]> {
  // Loaded here, because services that only check the version should not pay for its startup.
  const { runner } = await import('node-pg-migrate')
  const client = openClient(connectionString, 'uptick-migrate', {
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + ANSWER_MS,
  })
  await client.connect()
  try {
    const ran: string[] = []
    for (const { folder, table } of sets) {
      const done = await runner({
        dbClient: client,
        dir: folder,
        migrationsTable: table,
        direction: 'up',
        advisoryLockMode: 'wait',
        ignorePattern: String.raw`\..*|.*(?<!\.sql)`,
        log: () => undefined,
      })
      ran.push(...done.map(({ name }) => name))
    }
    return ran
  } finally {
    await closeClient(client)
  }
}

/** The names of a set's migrations in this build, in order, without `.sql`. */
export async function migrationNames(from: MigrationSet): Promise<string[]> {
  const files = await readdir(from.folder)
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -4))
    .toSorted()
}

function set(name: string, folder: URL): MigrationSet {
  return { name, folder: fileURLToPath(folder), table: `${name}_migration` }
}
