import type { Queryable } from './queryable.ts'

/** The channel that tells followers of new batches. The payload is the shard. */
export const JOURNAL_CHANNEL = 'uptick_journal'

export async function notifyFollowers(db: Queryable, shard: number): Promise<void> {
  await db.query({
    name: 'notify-followers',
    text: 'SELECT pg_notify($1, $2)',
    values: [JOURNAL_CHANNEL, String(shard)],
  })
}
