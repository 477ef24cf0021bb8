import { fileURLToPath } from 'node:url'
import { migrate } from '@uptick/journal'
import type { MigrationSet } from '@uptick/journal'
import type { Pool } from 'pg'

/** The gateway's own tables: API keys and what operators asked for. */
export const gatewayMigrations: MigrationSet = {
  name: 'gateway',
  folder: fileURLToPath(new URL('../../migrations/', import.meta.url)),
  table: 'gateway_migration',
}

/** SQLSTATEs of a table, or a column, that an older release did not have. */
const NOT_THERE = new Set(['42P01', '42703'])

/** Migrate if needed. Usually they are there; loading the migration runner only to see that would cost start-up time. */
export async function ensureTables(databaseUrl: string, pool: Pool): Promise<void> {
  try {
    await pool.query('SELECT unlimited FROM api_key LIMIT 0')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!NOT_THERE.has(code)) throw error
    await migrate(databaseUrl, [gatewayMigrations])
  }
}
