import type { RecordedRange } from '../rows.ts'
import type { Queryable } from './queryable.ts'

/** The channel that tells readers the recorded sequence: `shard:sequence`. */
export const RECORDED_CHANNEL = 'uptick_recorded'

/** Move the offset from `from` to `through`; false if another recorder has moved it. The first row comes from `from` 0. */
export async function moveOffset(db: Queryable, { shard, from, through, time }: RecordedRange): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'move-offset',
    text: `
      WITH moved AS (
        INSERT INTO read_offset AS o (shard, sequence, journal_time)
        SELECT $1::integer, $3::bigint, $4::bigint
        WHERE $2::bigint = 0 OR EXISTS (SELECT 1 FROM read_offset WHERE shard = $1::integer)
        ON CONFLICT (shard) DO UPDATE
          SET sequence = $3::bigint, journal_time = $4::bigint, recorded_at = clock_timestamp()
          WHERE o.sequence = $2::bigint
        RETURNING 1
      )
      SELECT pg_notify('${RECORDED_CHANNEL}', $1::text || ':' || $3::text) FROM moved`,
    values: [shard, from, through, time],
  })
  return rowCount === 1
}
