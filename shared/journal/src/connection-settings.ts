import type { ClientConfig } from 'pg'

export const CONNECT_TIMEOUT_MS = 3000
/** How long an append may stay unanswered before its connection is given up and its outcome is unknown. */
export const APPEND_TIMEOUT_MS = 5000
/** Shorter than the above: PostgreSQL gives up first, and then the outcome is known. */
export const STATEMENT_TIMEOUT_MS = 4000
export const LOCK_TIMEOUT_MS = 2000
/** The client's own watch over every other statement, for a server that has gone silent. */
export const QUERY_TIMEOUT_MS = 10_000

/** How to reach PostgreSQL: a connection string or the settings of `pg`. */
export type Connection = string | ClientConfig

/** Settings of every connection of the journal: nothing waits for ever. */
export function connectionSettings(connection: Connection, applicationName: string): ClientConfig {
  const given = typeof connection === 'string' ? { connectionString: connection } : connection
  return {
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    ...given,
    application_name: applicationName,
  }
}
