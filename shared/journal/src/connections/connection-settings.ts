import type { ClientConfig } from 'pg'

const CONNECT_TIMEOUT_MS = 3000
/**
 * How long a statement of the writing connection may stay unanswered before the connection is given up, ms: a machine
 * that has lost its power says nothing, and gateways hold requests for no longer than four seconds.
 */
export const WRITE_TIMEOUT_MS = 3000
/** Shorter than the above, ms: PostgreSQL gives up first, so the outcome is known. */
export const WRITE_STATEMENT_TIMEOUT_MS = 2500
/** The same for every other statement. */
const QUERY_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 4000
const LOCK_TIMEOUT_MS = 2000
/** A client that is silent in the middle of a transaction holds locks that others wait for. */
const TRANSACTION_SILENCE_MS = 10_000
/** PostgreSQL notices within 15 s that the client's machine is gone, and frees its connection. */
const SERVER_KEEPALIVE = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=5'

/** How to reach PostgreSQL: a connection string or the settings of `pg`. */
export type Connection = string | ClientConfig

/**
 * Settings of every connection, so that no statement waits without a bound. A statement that is unanswered after
 * `query_timeout` has failed, and the owner of the connection destroys it: the other end may be gone silently, and
 * keepalive alone takes minutes to notice.
 */
export function connectionSettings(connection: Connection, applicationName: string): ClientConfig {
  const given = typeof connection === 'string' ? { connectionString: connection } : connection
  return {
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: TRANSACTION_SILENCE_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    options: SERVER_KEEPALIVE,
    ...given,
    application_name: applicationName,
  }
}

/**
 * The same through a pooler that lends a connection for a transaction, such as PgBouncer. It takes no settings at the
 * start of a connection: the timeout of statements is the pooler's or the role's, and the one here is the client's.
 */
export function pooledSettings(connection: Connection, applicationName: string): ClientConfig {
  return {
    ...connectionSettings(connection, applicationName),
    statement_timeout: false,
    lock_timeout: undefined,
    idle_in_transaction_session_timeout: undefined,
    options: undefined,
  }
}
