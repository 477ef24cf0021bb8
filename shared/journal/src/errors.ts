/** Something about the journal failed; `cause` holds what PostgreSQL or the network said. */
export class JournalError extends Error {
  override name = 'JournalError'
}

/**
 * An append failed. `outcome` says what is known: `absent` – PostgreSQL refused it, nothing was written; `unknown` – the
 * connection was lost before the answer, so ask `resolve`.
 */
export class AppendFailedError extends JournalError {
  override name = 'AppendFailedError'
  readonly outcome: 'absent' | 'unknown'

  constructor(message: string, outcome: 'absent' | 'unknown', options?: ErrorOptions) {
    super(message, options)
    this.outcome = outcome
  }
}

/** The server that a connection has reached takes no writes; another connection may reach one that does. */
export class NotWritableError extends JournalError {
  override name = 'NotWritableError'
}

/** What stands before PostgreSQL gives a connection no session of its own. */
export class PoolerError extends JournalError {
  override name = 'PoolerError'

  constructor(options?: ErrorOptions) {
    super(
      'a pooler such as PgBouncer lends sessions of PostgreSQL for one transaction each, and the journal needs its own, ' +
        'with locks and settings: connect to PostgreSQL itself, or through a pooler in session mode',
      options,
    )
  }
}

/** A connection has come to another server than the writing connection of its process. */
export class OtherServerError extends JournalError {
  override name = 'OtherServerError'
}

/** The rows may be on one machine only, where the ack policy promises two. */
export class NotReplicatedError extends JournalError {
  override name = 'NotReplicatedError'

  constructor(reason: string) {
    super(`the ack policy journal-synchronous cannot be kept: ${reason}`)
  }
}

/** The batch does not follow the journal's last one, because an earlier append failed. Nothing was written. */
export class JournalGapError extends JournalError {
  override name = 'JournalGapError'
}

/** The journal holds less than the caller has seen confirmed: a fail-over lost rows. The shard must halt. */
export class JournalRolledBackError extends JournalError {
  override name = 'JournalRolledBackError'
  /** The newest epoch of which something was seen and is lost; 0 when it is no newer than the known ones. */
  readonly epochSeen: number

  constructor(message: string, epochSeen = 0) {
    super(message)
    this.epochSeen = epochSeen
  }
}

/** The shard is halted: no member may lead before an operator has decided. Nothing was written. */
export class JournalHaltedError extends JournalError {
  override name = 'JournalHaltedError'
}

/** The requested batches have been removed, and no configured archive has them; start from a snapshot. */
export class JournalPrunedError extends JournalError {
  override name = 'JournalPrunedError'
}

/** A file of the archive differs from what was written, or has another format. */
export class ArchiveDamagedError extends JournalError {
  override name = 'ArchiveDamagedError'
}

/** Bytes read back are not the bytes written. */
export class SnapshotDamagedError extends JournalError {
  override name = 'SnapshotDamagedError'
}

/** The database's schema does not fit this build. */
export class SchemaVersionError extends JournalError {
  override name = 'SchemaVersionError'
}

/** The schema lacks migrations of this build, and fits once they ran. */
export class SchemaMissingError extends SchemaVersionError {
  override name = 'SchemaMissingError'
}

/** The SQLSTATE of an error or of its nearest cause that has one. */
export function sqlState(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string' && /^[0-9A-Z]{5}$/.test(at.code)) return at.code
  }
  return undefined
}

/** Severity as PostgreSQL reports it; undefined for other errors. */
export function severity(error: unknown): string | undefined {
  return error instanceof Error && 'severity' in error && typeof error.severity === 'string'
    ? error.severity
    : undefined
}

/** SQLSTATEs of errors of one statement, after which its session continues. */
const STATEMENT_REFUSED = /^(0A|21|22|23|25006|26|42|55|57014)/

/**
 * Whether PostgreSQL refused a statement and its session continues: nothing of it was executed. The severity is in the
 * language of `lc_messages`; where that is not English, only SQLSTATEs are believed that never end a session.
 */
export function isRefusal(error: unknown): boolean {
  const said = severity(error)
  if (said === undefined || said === 'FATAL' || said === 'PANIC') return false
  return said === 'ERROR' || STATEMENT_REFUSED.test(sqlState(error) ?? '')
}

/**
 * SQLSTATEs of errors of a session or its server and not of the statement: read-only, shutting down, a lost prepared
 * statement. Another connection may succeed.
 */
const SESSION_UNUSABLE = /^(25006|57P|26000)/

/** Whether every later statement on the open connection would fail, too. */
export function isUnusable(error: unknown): boolean {
  return SESSION_UNUSABLE.test(sqlState(error) ?? '')
}

const TOO_MANY_CONNECTIONS = '53300'

/** Whether PostgreSQL accepts no further connection at the moment. */
export function hasNoRoom(error: unknown): boolean {
  return sqlState(error) === TOO_MANY_CONNECTIONS
}

/** The message of an error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const isOwn = 'code' in error && error.code === TOO_MANY_CONNECTIONS
  return isOwn ? `PostgreSQL has no connection left (max_connections): ${error.message}` : error.message
}
