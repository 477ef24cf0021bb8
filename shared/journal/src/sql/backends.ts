import type { Server } from '../connections/server.ts'
import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'
import { SERVER_COLUMNS, serverIn, type ServerColumns } from './server-of.ts'

/** A server process, distinguishable from a later one with the same number. */
export interface Backend {
  readonly pid: number
  readonly started: string
}

/**
 * Settings of a connection that writes: a commit is not answered before it is as durable as the server can make it
 * (`remote_apply`, if configured, stays), whatever is configured later; and the server notices a dead peer within 15 s.
 * Returns its backend, and the server that was reached.
 */
export async function prepareBackend(db: Queryable): Promise<Backend & { readonly server: Server }> {
  const answer = await db.query<Backend & ServerColumns>({
    text: `
      SELECT pid, backend_start::text AS started, ${SERVER_COLUMNS},
        set_config('synchronous_commit',
          CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
        set_config('tcp_keepalives_idle', '5', false),
        set_config('tcp_keepalives_interval', '2', false),
        set_config('tcp_keepalives_count', '5', false)
      FROM pg_stat_activity WHERE pid = pg_backend_pid()`,
  })
  const { pid, started, ...server } = oneRow(answer)
  return { pid, started, server: serverIn(server) }
}

/** End a backend if it still runs; returns whether it is gone. */
export async function endBackend(db: Queryable, backend: Backend): Promise<boolean> {
  const answer = await db.query<{ gone: boolean }>({
    text: `
      SELECT COALESCE(bool_and(pg_terminate_backend(pid, 2000)), true) AS gone
      FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2`,
    values: [backend.pid, backend.started],
  })
  return oneRow(answer).gone
}

/** End the backends of this software that `waiting` waits for; returns how many. */
export async function endBlockers(db: Queryable, waiting: Backend): Promise<number> {
  const { rowCount } = await db.query({
    text: `
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid = ANY (pg_blocking_pids($1)) AND application_name LIKE 'uptick-%'`,
    values: [waiting.pid],
  })
  return rowCount ?? 0
}
