import type { Queryable } from './queryable.ts'

/**
 * The highest sequence up to which no shard needs its batches any more: each has a complete snapshot of it or of a later
 * one, and one older to fall back on. 0 when some shard has not.
 */
export async function confirmedSequence(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ confirmed: string | null }>({
    text: `
      SELECT min(COALESCE((
        SELECT sequence FROM journal_snapshot s WHERE s.shard = h.shard AND s.complete
        ORDER BY sequence DESC, id DESC OFFSET 1 LIMIT 1), 0)) AS confirmed
      FROM journal_head h`,
  })
  return Number(rows[0]?.confirmed ?? 0)
}
