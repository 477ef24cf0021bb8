import { fileURLToPath } from 'node:url'
import type { MigrationSet } from '@uptick/journal'

/** The gateway's own tables: API keys and what operators asked for. */
export const gatewayMigrations: MigrationSet = {
  name: 'gateway',
  folder: fileURLToPath(new URL('../../migrations/', import.meta.url)),
  table: 'gateway_migration',
}
