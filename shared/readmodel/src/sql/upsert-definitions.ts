import type { RecordedDefinition } from '../rows.ts'
import { numbers, texts } from './array-literal.ts'
import type { Queryable } from './queryable.ts'

export async function upsertDefinitions(
  db: Queryable,
  shard: number,
  rows: readonly RecordedDefinition[],
): Promise<void> {
  if (rows.length === 0) return
  await db.query({
    text: `
      INSERT INTO definitions (shard, subject, id, part, definition, sequence)
      SELECT $1, * FROM unnest($2::text[], $3::integer[], $4::text[], $5::text[], $6::bigint[])
      ON CONFLICT (shard, subject, id, part) DO UPDATE
        SET definition = EXCLUDED.definition, sequence = EXCLUDED.sequence`,
    values: [
      shard,
      texts(rows, (row) => row.subject),
      numbers(rows, (row) => row.id),
      texts(rows, (row) => row.part),
      texts(rows, (row) => row.definition),
      numbers(rows, (row) => row.sequence),
    ],
  })
}

/** The definitions of one subject, by id. */
export async function readDefinitions(
  db: Queryable,
  shard: number,
  subject: RecordedDefinition['subject'],
): Promise<RecordedDefinition[]> {
  const { rows } = await db.query<{ id: number; part: string; definition: string; sequence: string }>({
    text: `
      SELECT id, part, definition, sequence FROM definitions WHERE shard = $1 AND subject = $2 ORDER BY id, part`,
    values: [shard, subject],
  })
  return rows.map((row) => ({ ...row, subject, sequence: Number(row.sequence) }))
}
