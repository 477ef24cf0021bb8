import type { Queryable } from '../sql/queryable.ts'
import { type ConnectionRoom, readConnectionRoom } from '../sql/connection-room.ts'

/**
 * Maximum of connections of a process, by its service. Of an engine: to write, for its lease, to listen, and a pool; of
 * a recorder: to write rows, for its turn, to listen, for retention, and a pool; of a gateway: to listen, and for
 * history, unless `HISTORY_CONNECTIONS_MAX` says otherwise.
 */
export const PROCESS_CONNECTIONS = { engine: 6, recorder: 6, gateway: 3 } as const

export interface ConnectionNeeds {
  /** Maximum of connections of this process. */
  readonly own: number
  /** Maximum of all processes of the exchange; 0 when the number of processes is not configured. */
  readonly planned: number
}

/** A sentence for the operator when PostgreSQL has too few connections for this process, or for all; else undefined. */
export async function connectionShortage(db: Queryable, needs: ConnectionNeeds): Promise<string | undefined> {
  return shortageIn(await readConnectionRoom(db), needs)
}

/** The same for known figures. */
export function shortageIn(
  { max, reserved, inUse, others }: ConnectionRoom,
  needs: ConnectionNeeds,
): string | undefined {
  const { own, planned } = needs
  const allowed = `PostgreSQL takes ${max} connections (max_connections), ${reserved} of them for administrators only`
  const free = max - reserved - others
  if (planned > free) {
    const foreign = others > 0 ? `, and other programs have ${others}` : ''
    return `${allowed}${foreign}: the exchange as it is configured opens up to ${planned}, ${planned - free} too many`
  }
  const left = max - reserved - inUse
  if (own <= left) return undefined
  return `${allowed}, and ${inUse} are in use: ${Math.max(0, left)} are left, and this process opens up to ${own}`
}
