import type { Queryable } from './queryable.ts'

/** The epoch from which the shard continues without the lost rows; 0 when nothing was given up. */
export async function readReleased(db: Queryable, shard: number): Promise<number> {
  const { rows } = await db.query<{ epoch: string | null }>({
    text: 'SELECT max(epoch) AS epoch FROM journal_release WHERE shard = $1',
    values: [shard],
  })
  return Number(rows[0]?.epoch ?? 0)
}

/**
 * Lift a halt without the lost rows: one statement raises the epoch above `epochSeen` and records the decision. Returns
 * the journal's last sequence; undefined when the shard is not halted.
 */
export async function insertRelease(
  db: Queryable,
  shard: number,
  epochSeen: number,
  reason: string,
  operator: string,
): Promise<number | undefined> {
  const { rows } = await db.query<{ last: string }>({
    text: `
      WITH halted AS (
        UPDATE journal_lease SET halted = NULL WHERE shard = $1::integer AND halted IS NOT NULL RETURNING shard
      ), head AS (
        UPDATE journal_head head SET epoch = GREATEST(head.epoch, $2::bigint) + 1, claim = gen_random_uuid() FROM halted
        WHERE head.shard = halted.shard RETURNING head.shard, head.epoch, head.last
      )
      INSERT INTO journal_release (shard, epoch, last, reason, operator)
      SELECT shard, epoch, last, $3::text, $4::text FROM head RETURNING last`,
    values: [shard, epochSeen, reason, operator],
  })
  return rows[0] && Number(rows[0].last)
}
