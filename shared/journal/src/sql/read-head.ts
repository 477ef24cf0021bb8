import type { Head } from '../journal.ts'
import { JOURNAL_END } from './journal-end.ts'
import type { Queryable } from './queryable.ts'

/** The head as it is stored. */
export interface HeadRow extends Head {
  /** Names the claim of the epoch uniquely; undefined when only older releases have claimed. */
  readonly claim: string | undefined
  /** Why no member may lead; undefined when one may, and when it was not requested. */
  readonly halted: string | undefined
}

export interface HeadColumns {
  readonly epoch: string
  readonly last: string
  readonly claim: string | null
  readonly halted?: string | null
}

/** The head before the first leader, when there is no row. */
export function headOf(row: HeadColumns | undefined): HeadRow {
  return {
    epoch: Number(row?.epoch ?? 0),
    last: Number(row?.last ?? 0),
    claim: row?.claim ?? undefined,
    halted: row?.halted ?? undefined,
  }
}

export async function readHead(db: Queryable, shard: number): Promise<HeadRow> {
  const { rows } = await db.query<HeadColumns>({
    name: 'read-head',
    text: `
      SELECT epoch, ${JOURNAL_END} AS last, claim, (SELECT halted FROM journal_lease WHERE shard = $1) AS halted
      FROM journal_head head WHERE shard = $1`,
    values: [shard],
  })
  return headOf(rows[0])
}

/**
 * The head once every append under way has ended, and once their rows are as durable as a commit of our own: the row is
 * locked and written again, with the journal's end in it.
 */
export async function settleHead(db: Queryable, shard: number): Promise<HeadRow> {
  const { rows } = await db.query<HeadColumns>({
    text: `
      UPDATE journal_head SET epoch = epoch WHERE shard = $1
      RETURNING epoch, last, claim, (SELECT halted FROM journal_lease WHERE shard = $1) AS halted`,
    values: [shard],
  })
  return headOf(rows[0])
}
