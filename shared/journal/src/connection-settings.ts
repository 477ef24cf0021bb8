import type { ClientConfig } from 'pg'

export const CONNECT_TIMEOUT_MS = 3000
/** How long what the writing connection sends may stay unanswered before it is given up: a connection to a machine that
 * has lost its power says nothing, and traders are held for no longer than four seconds. */
export const WRITE_TIMEOUT_MS = 3000
/** Shorter than the above: PostgreSQL gives up first, and then the outcome is known. */
export const WRITE_STATEMENT_TIMEOUT_MS = 2500
/** The same for every other statement. */
const QUERY_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 4000
const LOCK_TIMEOUT_MS = 2000

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
