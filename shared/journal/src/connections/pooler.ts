import type { Client } from 'pg'
import { PoolerError } from '../errors.ts'
import { oneRow } from '../sql/one-row.ts'

const PID = 'SELECT pg_backend_pid() AS pid'
/** A pooler with many sessions may lend the same one again by chance. */
const ATTEMPTS = 3

/** Throws when the connection, which has come to `backend`, has no session of its own. `another` opens one like it. */
export type CheckPooler = (backend: number, another: () => Client) => Promise<void>

/**
 * For a client that is not connected yet. PostgreSQL names the backend of a connection at its start; so does a pooler,
 * and makes the number up, which costs nothing to see. Then it is tried whether it lends a session for one transaction
 * only, as PgBouncer does in the modes `transaction` and `statement`: while another connection is in a transaction,
 * ours must still have its own backend. A pooler that lends a session for the whole connection is harmless.
 */
export function watchForPooler(client: Client): CheckPooler {
  let announced: number | undefined
  client.connection.once('backendKeyData', ({ processID }: { readonly processID: number }) => (announced = processID))
  return async (backend, another) => {
    if (announced === backend) return
    const other = another()
    try {
      await other.connect()
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) await tryOnce(client, backend, other)
    } finally {
      await other.end().catch(() => undefined)
    }
  }
}

/** @throws PoolerError when both share one session */
async function tryOnce(client: Client, backend: number, other: Client): Promise<void> {
  await other.query('BEGIN')
  const theirs = await backendOf(other)
  // Ours is asked only if the other connection has another session.
  if (theirs === backend || (await backendOf(client)) !== backend) throw new PoolerError()
  await other.query('ROLLBACK')
}

async function backendOf(client: Client): Promise<number> {
  return oneRow(await client.query<{ pid: number }>(PID)).pid
}
