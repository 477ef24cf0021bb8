export {
  AppendFailedError,
  JournalError,
  JournalGapError,
  JournalPrunedError,
  JournalRolledBackError,
  SchemaVersionError,
  SnapshotDamagedError,
} from './errors.ts'
export { migrate, migrationSets } from './migrate.ts'
export type { MigrationSet } from './migrate.ts'
