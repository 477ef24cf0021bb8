import type { Server } from '../connections/server.ts'
import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

/** The expressions of a SELECT that identify the server of a connection. */
export const SERVER_COLUMNS = `pg_postmaster_start_time()::text AS at, pg_is_in_recovery() AS standby,
  current_setting('transaction_read_only')::boolean AS readonly`

export interface ServerColumns {
  readonly at: string
  readonly standby: boolean
  readonly readonly: boolean
}

export function serverIn({ at, standby, readonly }: ServerColumns): Server {
  return { startedAt: at, isStandby: standby, isReadOnly: readonly }
}

/** The server of `db`, one connection. */
export async function serverOf(db: Queryable): Promise<Server> {
  return serverIn(oneRow(await db.query<ServerColumns>({ text: `SELECT ${SERVER_COLUMNS}` })))
}
