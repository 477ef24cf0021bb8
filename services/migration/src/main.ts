import { ConfigError, createLogger, parseConfig, surviveOutput } from '@uptick/runtime'
import { migrationSchema } from './config.ts'
import { BreakingMigrationError, runMigration } from './run-migration.ts'

/** sysexits.h: misconfigured, so trying again would not help. */
const EX_CONFIG = 78

surviveOutput()
// Nothing to undo: PostgreSQL rolls back what has not ended.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(1))

try {
  const config = parseConfig(migrationSchema, process.env)
  await runMigration(config, createLogger({ name: 'migration', level: config.LOG_LEVEL }))
} catch (error) {
  const known = error instanceof ConfigError || error instanceof BreakingMigrationError
  process.stderr.write(`migration: ${known || !(error instanceof Error) ? String(error) : error.stack}\n`)
  process.exitCode = known ? EX_CONFIG : 1
}
