import { retryWithBackoff } from './backoff.ts'
import { openPool } from './connections/bounded-pool.ts'
import { hasNoRoom, PoolerError, reasonOf, SchemaMissingError, SchemaVersionError, sqlState } from './errors.ts'
import { migrationSets, type MigrationSet } from './migrate.ts'
import { checkSchema } from './schema-version.ts'

const PROTOCOL_VIOLATION = '08P01'

export interface SchemaWait {
  readonly sets?: readonly MigrationSet[]
  readonly signal: AbortSignal
  /** Called with the reason after each unsuccessful look. */
  readonly onWait: (reason: string) => void
}

/**
 * Wait until the database answers and has every migration that this build needs: a release starts its processes and its
 * migration at the same time. Resolves with false when `signal` aborted the wait.
 *
 * @throws SchemaVersionError when waiting would not help: the schema is newer than this build allows
 */
export async function waitForSchema(connectionString: string, options: SchemaWait): Promise<boolean> {
  const { sets = migrationSets, signal, onWait } = options
  const pool = openPool(connectionString, { name: 'uptick-schema', max: 1 })
  try {
    const misfit = await retryWithBackoff(
      async () => {
        try {
          await checkSchema(pool, sets)
        } catch (error) {
          if (error instanceof SchemaVersionError && !(error instanceof SchemaMissingError)) return error
          throw error
        }
        return undefined
      },
      signal,
      (error) => onWait(whyNot(error)),
    )
    if (misfit) throw misfit
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  } finally {
    await pool.close()
  }
}

function whyNot(error: unknown): string {
  if (error instanceof SchemaMissingError) return error.message
  if (hasNoRoom(error)) return reasonOf(error)
  // PgBouncer refuses settings at the start of a connection, unless it is configured to drop them.
  const isPooler = sqlState(error) === PROTOCOL_VIOLATION && reasonOf(error).includes('startup parameter')
  if (isPooler) return new PoolerError().message
  return `PostgreSQL does not answer: ${reasonOf(error)}`
}
