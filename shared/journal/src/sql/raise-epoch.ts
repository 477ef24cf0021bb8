import type { Head } from '../journal.ts'
import type { Queryable } from './queryable.ts'

/** Raise the epoch by one; the first leader of a shard creates its head row. */
export async function raiseEpoch(db: Queryable, shard: number): Promise<Head> {
  const { rows } = await db.query<{ epoch: string; last: string }>({
    text: `
      INSERT INTO journal_head AS head (shard, epoch, last) VALUES ($1, 1, 0)
      ON CONFLICT (shard) DO UPDATE SET epoch = head.epoch + 1
      RETURNING epoch, last`,
    values: [shard],
  })
  return { epoch: Number(rows[0].epoch), last: Number(rows[0].last) }
}
