import type { Queryable } from './queryable.ts'

/** First key of the advisory locks of this software: "UPTK". The second is the shard. */
const LOCK_CLASS = 0x5550_544b

/** Take the shard's session lock if it is free; it lasts until `unlockShard` or the end of the connection. */
export async function tryLockShard(db: Queryable, shard: number): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>({
    name: 'try-lock-shard',
    text: 'SELECT pg_try_advisory_lock($1::integer, $2::integer) AS locked',
    values: [LOCK_CLASS, shard],
  })
  return rows[0]!.locked
}

export async function unlockShard(db: Queryable, shard: number): Promise<void> {
  await db.query({
    text: 'SELECT pg_advisory_unlock($1::integer, $2::integer)',
    values: [LOCK_CLASS, shard],
  })
}
