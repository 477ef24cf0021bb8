export type { ArchiveStore } from './archive/archive-store.ts'
export { FolderStore } from './archive/folder-store.ts'
export { JournalArchive } from './archive/journal-archive.ts'
export { Backoff, retryWithBackoff } from './backoff.ts'
export { BoundedPool, openPool, type PoolOptions } from './connections/bounded-pool.ts'
export { connectionShortage, PROCESS_CONNECTIONS, type ConnectionNeeds } from './connections/connection-shortage.ts'
export type { Connection } from './connections/connection-settings.ts'
export { ListeningConnection, type TimedQuery } from './connections/listening-connection.ts'
export { OneServer } from './connections/one-server.ts'
export { closeClient, destroyClient, openClient } from './connections/open-client.ts'
export { refuseStandby } from './connections/server.ts'
export {
  AppendFailedError,
  JournalError,
  JournalGapError,
  JournalHaltedError,
  JournalPrunedError,
  JournalRolledBackError,
  SchemaVersionError,
  SnapshotDamagedError,
  isRefusal,
  NotReplicatedError,
  reasonOf,
} from './errors.ts'
export type {
  Batch,
  Confirmation,
  Head,
  Journal,
  ReadOptions,
  RestoredSnapshot,
  Snapshot,
  StoredBatch,
  TailOptions,
} from './journal.ts'
export type { ClockReading, Lease, LeaseView, Loss } from './lease.ts'
export { migrate, migrationNames, migrationSets, migrationSetsOf } from './migrate.ts'
export type { MigrationSet } from './migrate.ts'
export { ensurePartitions } from './partitions.ts'
export { PostgresJournal, openJournal } from './postgres-journal.ts'
export type { JournalOptions } from './journal-options.ts'
export { Retention } from './retention.ts'
export type { RetentionOptions, RetentionReport } from './retention.ts'
export { PostgresLease, openLease } from './postgres-lease.ts'
export type { LeaseOptions } from './postgres-lease.ts'
export { Presence, type PresenceTimers } from './presence.ts'
export { PostgresRoster, type Roster, type Rostered, type RosterEntry } from './roster.ts'
export { checkSchema, schemaVersion } from './schema-version.ts'
export { endBackend, prepareBackend, type Backend } from './sql/backends.ts'
export { oneRow } from './sql/one-row.ts'
export { serverOf } from './sql/server-of.ts'
export type { Queryable } from './sql/queryable.ts'
export { heldBackProblem } from './held-back.ts'
export { readHeldBack, type HeldBack } from './sql/held-back.ts'
export { checkSynchronousReplication, replicationProblem } from './synchronous-replication.ts'
export type { Replication } from './synchronous-replication.ts'
export { SkipTable } from './skip-table.ts'
export { waitForSchema } from './wait-for-schema.ts'
export type { SchemaWait } from './wait-for-schema.ts'
