import {
  migrate,
  migrationNames,
  migrationSets,
  openPool,
  retryWithBackoff,
  schemaVersion,
  type MigrationSet,
} from '@uptick/journal'
import type { Logger } from '@uptick/runtime'
import type { MigrationConfig } from './config.ts'

/** Breaking migrations are pending without permission to run. Nothing was changed. */
export class BreakingMigrationError extends Error {
  override readonly name = 'BreakingMigrationError'
}

/**
 * Bring the database to the newest schema before the processes of a release are replaced; returns the names of the
 * migrations that ran. Expand only, unless configured otherwise: old and new processes work on the same tables for as
 * long as a roll takes, and after a rollback.
 *
 * @throws BreakingMigrationError before anything is changed
 */
export async function runMigration(
  { DATABASE_URL, BREAKING, WAIT_MS }: Pick<MigrationConfig, 'DATABASE_URL' | 'BREAKING' | 'WAIT_MS'>,
  log: Pick<Logger, 'info' | 'warn'>,
  sets: readonly MigrationSet[] = migrationSets,
): Promise<string[]> {
  const pending = await pendingMigrations(DATABASE_URL, WAIT_MS, log, sets)
  const breaking = pending.filter((name) => !name.endsWith('.compatible'))
  if (breaking.length > 0 && BREAKING === 'refuse') {
    throw new BreakingMigrationError(
      `${breaking.join(', ')}: labelled breaking, so it runs when no process of an older release is left: BREAKING=run`,
    )
  }
  const ran = await migrate(DATABASE_URL, sets)
  log.info({ ran }, ran.length > 0 ? 'migrated' : 'nothing to migrate')
  return ran
}

async function pendingMigrations(
  connectionString: string,
  waitMs: number,
  log: Pick<Logger, 'warn'>,
  sets: readonly MigrationSet[],
): Promise<string[]> {
  const pool = openPool(connectionString, { name: 'uptick-migrate', max: 1 })
  try {
    return await retryWithBackoff(
      async () => {
        const pending: string[] = []
        for (const set of sets) {
          const has = new Set(await schemaVersion(pool, set))
          pending.push(...(await migrationNames(set)).filter((name) => !has.has(name)))
        }
        return pending
      },
      AbortSignal.timeout(waitMs),
      (error) => log.warn({ err: error }, 'PostgreSQL does not answer'),
    )
  } finally {
    await pool.close()
  }
}
