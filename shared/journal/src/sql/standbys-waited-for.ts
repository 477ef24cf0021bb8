import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

/** The standbys that commits of this connection wait for at present: `synchronous_standby_names`, '' for none. */
export const STANDBYS_WAITED_FOR = `current_setting('synchronous_standby_names')`

export async function standbysWaitedFor(db: Queryable): Promise<string> {
  const answer = await db.query<{ standbys: string }>({
    name: 'standbys-waited-for',
    text: `SELECT ${STANDBYS_WAITED_FOR} AS standbys`,
  })
  return oneRow(answer).standbys
}
