import { mutationsOf, type Room } from '../mutation.ts'

const JOURNAL = 'shared/journal/src'
const testOf = (name: string): string[] => [`shared/journal/test/${name}.test.ts`]

const HALTED = '(SELECT halted FROM journal_lease WHERE shard = $1) AS halted'

export const journal: Room = {
  name: 'journal',
  mutations: [
    ...mutationsOf(`${JOURNAL}/sql/snapshots.ts`, testOf('snapshots'), [
      ['sequence <= $2 AND complete ORDER BY sequence DESC, id DESC', 'sequence <= $2 AND complete ORDER BY id DESC'],
      [
        'shard = $1 AND complete ORDER BY sequence DESC, id DESC LIMIT 1',
        'shard = $1 AND complete ORDER BY id DESC LIMIT 1',
      ],
      ['complete ORDER BY sequence DESC, id DESC LIMIT $2', 'complete ORDER BY id DESC LIMIT $2'],
      ['sequence <= $2 AND complete', 'sequence < $2 AND complete'],
      ["interval '1 hour' END", "interval '3 hours' END"],
    ]),
    ...mutationsOf(`${JOURNAL}/snapshots.ts`, testOf('snapshots'), [
      ['sha256(bytes).equals(checksum) ? bytes : undefined', 'bytes'],
      ['if (damaged.length === 0) return undefined', 'return undefined'],
    ]),
    ...mutationsOf(
      `${JOURNAL}/sql/append-batch.ts`,
      [...testOf('journal'), ...testOf('claims'), ...testOf('open-transaction')],
      [
        [' AND epoch = $2::bigint AND last', ' AND last'],
        [' AND last = $3::bigint - 1', ' AND last < $3::bigint'],
        [' AND claim = $6::uuid\n    RETURNING', '\n    RETURNING'],
        [' AND epoch = $2::bigint AND claim', ' AND claim'],
        [' AND claim = $6::uuid\n    FOR', '\n    FOR'],
        ['FOR SHARE', 'FOR KEY SHARE'],
        ['head.last = $3::bigint - 1', 'head.last < $3::bigint'],
        [' AND last_sequence = $3::bigint - 1', ''],
        ['first_sequence = $7::bigint', 'first_sequence <= $7::bigint'],
        ['return rowCount === 1', 'return rowCount !== null'],
      ],
    ),
    ...mutationsOf(`${JOURNAL}/sql/find-batch.ts`, testOf('claims'), [
      [' AND sha256(payload) = $5`', ' AND $5::bytea IS NOT NULL`'],
    ]),
    ...mutationsOf(`${JOURNAL}/sql/read-head.ts`, testOf('synchronous-commit'), [
      [
        `UPDATE journal_head SET epoch = epoch WHERE shard = $1\n      RETURNING epoch, last, claim, ${HALTED}`,
        `SELECT epoch, \${JOURNAL_END} AS last, claim, ${HALTED}\n      FROM journal_head head WHERE shard = $1`,
      ],
    ]),
    ...mutationsOf(`${JOURNAL}/read.ts`, testOf('journal'), [
      ['if (batch.first > through) return\n        order', 'if (batch.first >= through) return\n        order'],
      ['first !== undefined && first > from', 'first !== undefined && first > from + 10_000_000'],
    ]),
    ...mutationsOf(`${JOURNAL}/tail.ts`, testOf('journal'), [['last < this.#from - 1', 'last < this.#from - 5']]),
    ...mutationsOf(`${JOURNAL}/synchronous-replication.ts`, testOf('schema'), [
      ["if (standbyNames.trim() === '') return", "if (standbyNames.trim() === '*') return"],
      ['if (synchronousStandbys === 0) return', 'if (synchronousStandbys === 1) return'],
    ]),
  ],
}
