import { mutationsOf, type Room } from '../mutation.ts'

const JOURNAL = 'shared/journal/src'
const testOf = (name: string): string[] => [`shared/journal/test/${name}.test.ts`]

const HALTED = '(SELECT halted FROM journal_lease WHERE shard = $1) AS halted'

/** A halt stops the leader, and no member leads before it is lifted. */
const halted = [
  ...mutationsOf(
    `${JOURNAL}/sql/lease.ts`,
    [...testOf('lease'), ...testOf('halt')],
    [
      [
        'epoch = GREATEST(head.epoch, $3::bigint) + 1, claim = gen_random_uuid()',
        'epoch = head.epoch + 0 * $3::bigint',
      ],
      ['GREATEST(head.epoch, $3::bigint) + 1', 'head.epoch + 1 + 0 * $3::bigint'],
      [
        'SELECT shard, $3::bigint + 1, 0, gen_random_uuid() FROM lease',
        'SELECT shard, 1, 0, gen_random_uuid() FROM lease',
      ],
      ['        WHERE head.epoch <= $4::bigint\n', '        WHERE $4::bigint >= 0\n'],
      ['WHERE head.epoch <= $4::bigint', 'WHERE head.epoch < $4::bigint'],
      ['AND lease.halted IS NULL AND head', 'AND head'],
      ['shard = $1::integer AND halted IS NULL AND (', 'shard = $1::integer AND ('],
    ],
  ),
  ...mutationsOf(`${JOURNAL}/journal-writer.ts`, testOf('lease'), [
    [
      'if (head.epoch > epoch && head.halted !== undefined) throw',
      'if (head.epoch === epoch && head.halted !== undefined) throw',
    ],
  ]),
  ...mutationsOf(`${JOURNAL}/sql/read-head.ts`, testOf('lease'), [
    [`AS last, claim, ${HALTED}`, 'AS last, claim, NULL AS halted'],
  ]),
  ...mutationsOf(`${JOURNAL}/postgres-journal.ts`, testOf('lease'), [
    ['if (halted !== undefined && epoch > loss.epochSeen) return', 'if (halted !== undefined) return'],
    ['this.shard, halted ?? reason, loss', 'this.shard, reason, loss'],
  ]),
]

/** What is read stands on the server that takes the appends, and the claim compares the last batch. */
const oneServer = [
  ...mutationsOf(`${JOURNAL}/journal-writer.ts`, testOf('claims'), [
    ['if (claimed && !holds)', 'if (claimed === undefined && !holds)'],
    [
      'newest === undefined || findBatch(this.#connection, this.#shard, newest),\n      ]),',
      'newest === undefined || newest.last > 0,\n      ]),',
    ],
  ]),
  ...mutationsOf(`${JOURNAL}/connections/one-server.ts`, testOf('one-server'), [
    ['    throw new OtherServerError(reason)\n', ''],
    ['writing.startedAt === server.startedAt', 'writing.isStandby === server.isStandby'],
    ['    if (isMove) for (const leave of this.#movers) leave(server)\n', ''],
    ['    if (!server.isStandby) this.#doubt()\n', ''],
    ['if (this.#refused.delete(name)) this.#tell()', 'this.#refused.delete(name)'],
  ]),
  ...mutationsOf(`${JOURNAL}/postgres-lease.ts`, testOf('one-server'), [
    ["      this.#journal.server.join('the lease', server)\n", ''],
    ['if (this.#open && this.#open.server.startedAt !== startedAt) this.#open.lose()', 'void startedAt'],
  ]),
  ...mutationsOf(`${JOURNAL}/connections/bounded-pool.ts`, testOf('one-server'), [
    ['      server?.join(name, reached)\n', ''],
    ['if (at !== startedAt) this.#forget(client)', 'void [client, at, startedAt]'],
  ]),
  ...mutationsOf(`${JOURNAL}/connections/listening-connection.ts`, testOf('one-server'), [
    ['        this.#server.join(this.#name, this.#standsOn)\n', ''],
    ['if (this.#client && this.#standsOn?.startedAt !== startedAt) this.#lose(this.#client)', 'void startedAt'],
  ]),
  ...mutationsOf(`${JOURNAL}/writing-connection.ts`, testOf('one-server'), [
    ['      this.#server.write(server)\n', ''],
    ["this.#open && this.#abandon(this.#open, new Error('the address leads to another server'))", 'undefined'],
  ]),
]

/** Nothing counts as written that may be on one machine only. */
const synchronous = [
  ...mutationsOf(
    `${JOURNAL}/synchronous-writes.ts`,
    [`${JOURNAL}/synchronous-writes.test.ts`],
    [
      ['    this.#check(standbys)\n    if (perf', '    if (perf'],
      ['    if (performance.now() - sentAt > CONFIRM_AFTER_MS) await this.#confirm()\n', ''],
      ['if (performance.now() - sentAt > CONFIRM_AFTER_MS) await', 'await'],
      ['[this.#db.query<Row>(config), this.#confirm()]', '[this.#db.query<Row>(config)]'],
      ['    if (this.#brokenAt !== -Infinity) await this.#confirm()\n', ''],
      ['now - this.#brokenAt < SETTLED_AFTER_MS', 'now < this.#brokenAt'],
      ["if (standbys.trim() === '')", "if (standbys === '')"],
    ],
  ),
  ...mutationsOf(`${JOURNAL}/journal-writer.ts`, testOf('synchronous-writes'), [
    ['    if (this.#synchronous) await this.#synchronous.appended(standbys, sentAt)\n', ''],
    [
      '        claimLease(this.#assured, this.#shard, claim),',
      '        claimLease(this.#connection, this.#shard, claim),',
    ],
    [
      'const head = await settleHead(this.#assured, this.#shard)',
      'const head = await settleHead(this.#connection, this.#shard)',
    ],
    [
      'const { epoch, last, claim } = await settleHead(this.#assured,',
      'const { epoch, last, claim } = await settleHead(this.#connection,',
    ],
    ['    if (found && this.#synchronous) await settleHead(this.#assured, this.#shard)\n', ''],
  ]),
]

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
        [
          'first_sequence = $7::bigint',
          'first_sequence <= $7::bigint',
          'of the batches that begin no later than the one before, only that one can end there: its key finds it faster',
        ],
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
    ...halted,
    ...oneServer,
    ...synchronous,
    ...mutationsOf(
      `${JOURNAL}/presence.ts`,
      [`${JOURNAL}/presence.test.ts`],
      [
        ['if (silent < SILENT_SIGNS_MAX) this', 'if (silent <= SILENT_SIGNS_MAX) this'],
        [
          '        () => undefined,\n      )\n      .finally',
          '        () => this.#heard([]),\n      )\n      .finally',
        ],
        [' && known.entry.holder === entry.holder', ''],
        ['isSame ? known.silent + 1 : 0', 'known ? known.silent + 1 : 0'],
      ],
    ),
    ...mutationsOf(`${JOURNAL}/sql/members.ts`, testOf('roster'), [
      [', behaviours = EXCLUDED.behaviours', ''],
      [', signs = member.signs + 1', ''],
      [' AND signs = $4', ' AND $4::bigint > 0'],
      ["place = $2 AND holder = $3',", "place = $2 AND $3 <> \\'\\'',"],
      ['WHERE shard = $1 AND place <>', 'WHERE shard >= $1 AND place <>'],
    ]),
    ...mutationsOf(`${JOURNAL}/synchronous-replication.ts`, testOf('schema'), [
      ["if (standbyNames.trim() === '') return", "if (standbyNames.trim() === '*') return"],
      ['if (synchronousStandbys === 0) return', 'if (synchronousStandbys === 1) return'],
    ]),
  ],
}
