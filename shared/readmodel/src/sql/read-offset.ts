import type { Queryable } from './queryable.ts'

/** How far the journal is recorded. */
export interface RecordedOffset {
  readonly sequence: number
  /** Journaled time of that command, µs; 0 before the first. */
  readonly time: number
}

export async function readOffset(db: Queryable, shard: number): Promise<RecordedOffset> {
  const { rows } = await db.query<{ sequence: string; journal_time: string }>({
    name: 'read-offset',
    text: 'SELECT sequence, journal_time FROM read_offset WHERE shard = $1',
    values: [shard],
  })
  const row = rows[0]
  return row ? { sequence: Number(row.sequence), time: Number(row.journal_time) } : { sequence: 0, time: 0 }
}

/** Last sequence recorded of every shard that has any. */
export async function readOffsets(db: Queryable): Promise<Map<number, number>> {
  const { rows } = await db.query<{ shard: number; sequence: string }>({
    text: 'SELECT shard, sequence FROM read_offset',
  })
  return new Map(rows.map(({ shard, sequence }) => [shard, Number(sequence)]))
}
