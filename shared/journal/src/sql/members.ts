import type { Queryable } from './queryable.ts'
import type { Rostered, RosterEntry } from '../roster.ts'

/** Count the member's sign up, and read the signs of the others, in one statement. */
export async function signMember(db: Queryable, shard: number, entry: RosterEntry): Promise<Rostered[]> {
  const { rows } = await db.query<{ place: string; holder: string; behaviours: number[]; signs: string }>({
    text: `
      WITH signed AS (
        INSERT INTO journal_member AS member (shard, place, holder, behaviours) VALUES ($1, $2::text, $3, $4)
        ON CONFLICT (shard, place) DO UPDATE
          SET holder = EXCLUDED.holder, behaviours = EXCLUDED.behaviours, signs = member.signs + 1
      )
      SELECT place, holder, behaviours, signs FROM journal_member WHERE shard = $1 AND place <> $2::text ORDER BY place`,
    values: [shard, entry.place, entry.holder, entry.behaviours],
  })
  return rows.map(({ signs, ...row }) => ({ ...row, signs: Number(signs) }))
}

/** Take a member off the roster, if it has not signed since it was read with `signs`. */
export async function strikeMember(db: Queryable, shard: number, { place, holder, signs }: Rostered): Promise<void> {
  await db.query({
    text: 'DELETE FROM journal_member WHERE shard = $1 AND place = $2 AND holder = $3 AND signs = $4',
    values: [shard, place, holder, signs],
  })
}

/** The member takes itself off. */
export async function signOff(db: Queryable, shard: number, { place, holder }: RosterEntry): Promise<void> {
  await db.query({
    text: 'DELETE FROM journal_member WHERE shard = $1 AND place = $2 AND holder = $3',
    values: [shard, place, holder],
  })
}
