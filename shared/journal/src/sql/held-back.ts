import { oneRow } from './one-row.ts'
import type { Queryable } from './queryable.ts'

/** What keeps PostgreSQL from removing dead row versions, which slow down everything that updates a row. */
export interface HeldBack {
  /** Age of the oldest transaction of this database that reads or writes, prepared ones included; 0 without one. */
  readonly oldestSeconds: number
  /** Its owner, for the operator; '' without one. */
  readonly oldest: string
  /** The replication slot that holds back the most, and by how many transactions; 0 without one. */
  readonly slotTransactions: number
  readonly slot: string
  /** Bytes of the tables whose rows are updated again and again, dead rows included. */
  readonly rowBytes: number
}

/** Where a user may not see the sessions of others, they are not counted: grant pg_read_all_stats. */
export async function readHeldBack(db: Queryable): Promise<HeldBack> {
  const answer = await db.query<{
    seconds: number | null
    oldest: string | null
    transactions: string | null
    slot: string | null
    bytes: string
  }>({
    text: `
      WITH transaction AS (
        SELECT extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds,
          format('process %s of %s, %s, %s', pid, usename, coalesce(nullif(application_name, ''), 'no name'), state) AS who
        FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
        UNION ALL
        SELECT extract(epoch FROM clock_timestamp() - prepared)::float8, format('prepared transaction %s of %s', gid, owner)
        FROM pg_prepared_xacts WHERE database = current_database()
      ), oldest AS (
        SELECT * FROM transaction WHERE seconds IS NOT NULL ORDER BY seconds DESC LIMIT 1
      ), slot AS (
        SELECT slot_name AS slot, age(xmin) AS transactions FROM pg_replication_slots
        WHERE xmin IS NOT NULL ORDER BY 2 DESC LIMIT 1
      )
      SELECT oldest.seconds, oldest.who AS oldest, slot.transactions, slot.slot,
        (SELECT coalesce(sum(pg_relation_size(c.oid)), 0) FROM pg_class c
         WHERE c.oid IN (to_regclass('journal_head'), to_regclass('journal_lease'), to_regclass('journal_member'),
           to_regclass('read_offset'))) AS bytes
      FROM (SELECT) one LEFT JOIN oldest ON true LEFT JOIN slot ON true`,
  })
  const row = oneRow(answer)
  return {
    oldestSeconds: row.seconds ?? 0,
    oldest: row.oldest ?? '',
    slotTransactions: Number(row.transactions ?? 0),
    slot: row.slot ?? '',
    rowBytes: Number(row.bytes),
  }
}
