import type { Queryable } from './queryable.ts'
import { headOf, type HeadRow, type HeadColumns } from './read-head.ts'

/**
 * Raise the epoch, to more than `above` in any case, under a claim of its own; the first leader of a shard creates its
 * head row.
 */
export async function raiseEpoch(db: Queryable, shard: number, above = 0): Promise<HeadRow> {
  const { rows } = await db.query<HeadColumns>({
    text: `
      INSERT INTO journal_head AS head (shard, epoch, last, claim) VALUES ($1, $2::bigint + 1, 0, gen_random_uuid())
      ON CONFLICT (shard) DO UPDATE SET epoch = GREATEST(head.epoch, $2::bigint) + 1, claim = gen_random_uuid()
      RETURNING epoch, last, claim`,
    values: [shard, above],
  })
  return headOf(rows[0])
}
