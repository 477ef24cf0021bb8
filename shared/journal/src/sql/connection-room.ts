import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

/**
 * How many connections PostgreSQL accepts, and their users; the limits of role and database are absent when there are
 * none.
 */
export interface ConnectionRoom {
  readonly max: number
  /** Kept for administrators. */
  readonly reserved: number
  readonly inUse: number
  /** Of those in use, not of this software. */
  readonly others: number
}

export async function readConnectionRoom(db: Queryable): Promise<ConnectionRoom> {
  const answer = await db.query<{ max: number; reserved: number; used: number; others: number }>({
    text: `
      SELECT current_setting('max_connections')::integer AS max,
        current_setting('superuser_reserved_connections')::integer
          + COALESCE(NULLIF(current_setting('reserved_connections', true), ''), '0')::integer AS reserved,
        count(*)::integer AS used,
        (count(*) FILTER (WHERE application_name IS NULL OR application_name NOT LIKE 'uptick-%'))::integer AS others
      FROM pg_stat_activity WHERE datid IS NOT NULL AND pid <> pg_backend_pid()`,
  })
  const { max, reserved, used, others } = oneRow(answer)
  return { max, reserved, inUse: used, others }
}
