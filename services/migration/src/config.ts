import { serviceSettings } from '@uptick/runtime'
import { Type, type Static } from 'typebox'

/** Settings of the migration: names of environment variables. */
export const migrationSchema = Type.Object({
  LOG_LEVEL: serviceSettings.LOG_LEVEL,
  DATABASE_URL: Type.String({ minLength: 1, secret: true, description: 'connection string of PostgreSQL' }),
  BREAKING: Type.Enum(['refuse', 'run'], {
    default: 'refuse',
    description: 'migrations labelled breaking: run them only when no process of an older release is left',
  }),
  WAIT_MS: Type.Integer({ minimum: 0, default: 300_000, description: 'how long to wait for PostgreSQL to answer' }),
})

export type MigrationConfig = Static<typeof migrationSchema>
