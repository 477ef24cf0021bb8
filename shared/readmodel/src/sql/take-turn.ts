import type { Queryable } from './queryable.ts'

/**
 * Try to become the shard's recorder, for as long as the session lives. The server finds out within 15 s when the machine
 * at its other end is gone.
 */
export async function takeTurn(db: Queryable, shard: number): Promise<boolean> {
  const { rows } = await db.query<{ taken: boolean }>({
    text: `
      SELECT pg_try_advisory_lock(hashtext('uptick recorder'), $1::integer) AS taken,
        set_config('tcp_keepalives_idle', '5', false),
        set_config('tcp_keepalives_interval', '2', false),
        set_config('tcp_keepalives_count', '5', false)`,
    values: [shard],
  })
  return rows[0]?.taken ?? false
}
