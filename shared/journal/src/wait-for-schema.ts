import { Pool } from 'pg'
import { retryWithBackoff } from './backoff.ts'
import { SchemaMissingError, SchemaVersionError } from './errors.ts'
import { migrationSets, type MigrationSet } from './migrate.ts'
import { checkSchema } from './schema-version.ts'

const CONNECT_MS_MAX = 3000

export interface SchemaWait {
  readonly sets?: readonly MigrationSet[]
  readonly signal: AbortSignal
  /** Why it waits, each time that it looked in vain. */
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
  const pool = new Pool({ connectionString, max: 1, connectionTimeoutMillis: CONNECT_MS_MAX })
  // An idle connection that breaks is replaced when the next one is needed.
  pool.on('error', () => undefined)
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
      (error) => onWait(reasonOf(error)),
    )
    if (misfit) throw misfit
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  } finally {
    await pool.end()
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof SchemaMissingError) return error.message
  return `PostgreSQL does not answer: ${error instanceof Error ? error.message : String(error)}`
}
