import type { Head } from '../journal.ts'
import type { Queryable } from './queryable.ts'

export async function readHead(db: Queryable, shard: number): Promise<Head> {
  const { rows } = await db.query<{ epoch: string; last: string }>({
    name: 'read-head',
    text: 'SELECT epoch, last FROM journal_head WHERE shard = $1',
    values: [shard],
  })
  const row = rows[0]
  return row ? { epoch: Number(row.epoch), last: Number(row.last) } : { epoch: 0, last: 0 }
}

/**
 * The head once every append that is under way has ended, and once what they wrote is as durable as a commit of our own:
 * the row is locked and written again, unchanged.
 */
export async function settleHead(db: Queryable, shard: number): Promise<Head> {
  const { rows } = await db.query<{ epoch: string; last: string }>({
    text: 'UPDATE journal_head SET last = last WHERE shard = $1 RETURNING epoch, last',
    values: [shard],
  })
  const row = rows[0]
  return row ? { epoch: Number(row.epoch), last: Number(row.last) } : { epoch: 0, last: 0 }
}
