import type { Head } from '../journal.ts'
import type { Loss } from '../lease.ts'
import { JOURNAL_END } from './journal-end.ts'
import type { Queryable } from './queryable.ts'
import { headOf, type HeadColumns, type HeadRow } from './read-head.ts'

/** PostgreSQL's clock, µs since 1970. */
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now'

/** µs since 1970; NULL where there is none. */
const EXPIRES_AT = "(extract(epoch FROM nullif(lease.expires_at, '-infinity')) * 1000000)::bigint AS expires_at"

/** First key of the session locks that are signs of life: "UPTL". The second is the holder's own, drawn at random. */
const LIFE_CLASS = 0x5550_544c

/** The channel on which candidates hear that the lease has changed hands. The payload is the shard. */
export const LEASE_CHANNEL = 'uptick_lease'

export interface LeaseRow {
  readonly head: Head
  readonly claim: string | undefined
  readonly epoch: number
  readonly holder: string
  readonly url: string
  readonly successor: string | undefined
  readonly halted: string | undefined
  readonly expired: boolean
  readonly expiresAt: number
  readonly leaseMs: number | undefined
  readonly abandoned: boolean
  /** What PostgreSQL's clock showed, µs. */
  readonly time: number
}

/** Take the session lock of `life`; it lasts as long as the connection. */
export async function showLife(db: Queryable, life: number): Promise<boolean> {
  const { rows } = await db.query<{ locked: boolean }>({
    text: 'SELECT pg_try_advisory_lock($1::integer, $2::integer) AS locked',
    values: [LIFE_CLASS, life],
  })
  return rows[0]?.locked ?? false
}

/** Every shard has a row, so that claims have a lock to wait for. */
export async function ensureLease(db: Queryable, shard: number): Promise<void> {
  await db.query({
    text: 'INSERT INTO journal_lease (shard) VALUES ($1) ON CONFLICT DO NOTHING',
    values: [shard],
  })
}

/**
 * The lease and the head. The holder's lock is tried in shared mode and released with the statement, so that candidates
 * that look at the same time do not take each other for the holder.
 */
export async function readLease(db: Queryable, shard: number): Promise<LeaseRow | undefined> {
  const { rows } = await db.query<{
    head_epoch: string | null
    last: string | null
    claim: string | null
    epoch: string
    holder: string
    url: string
    successor: string | null
    halted: string | null
    expired: boolean
    expires_at: string | null
    lease_ms: number | null
    abandoned: boolean
    now: string
  }>({
    name: 'read-lease',
    text: `
      SELECT head.epoch AS head_epoch, ${JOURNAL_END} AS last, head.claim, lease.epoch, lease.holder, lease.url, lease.successor,
        lease.halted, lease.expires_at <= clock_timestamp() AS expired, ${EXPIRES_AT}, lease.lease_ms,
        pg_try_advisory_xact_lock_shared($2::integer, lease.life) AS abandoned, ${NOW}
      FROM journal_lease lease LEFT JOIN journal_head head ON head.shard = lease.shard
      WHERE lease.shard = $1`,
    values: [shard, LIFE_CLASS],
  })
  const row = rows[0]
  if (!row) return undefined
  return {
    head: { epoch: Number(row.head_epoch ?? 0), last: Number(row.last ?? 0) },
    claim: row.claim ?? undefined,
    epoch: Number(row.epoch),
    holder: row.holder,
    url: row.url,
    successor: row.successor ?? undefined,
    halted: row.halted ?? undefined,
    expired: row.expired,
    expiresAt: row.expires_at === null ? -Infinity : Number(row.expires_at),
    leaseMs: row.lease_ms ?? undefined,
    abandoned: row.abandoned,
    time: Number(row.now),
  }
}

export interface ClaimRow {
  readonly holder: string
  readonly url: string
  readonly life: number
  readonly leaseMs: number
  /** The epoch whose leader is known to be gone; 0 when none is. */
  readonly ended: number
}

/**
 * Take the lease and raise the epoch in one statement. Of several candidates one goes first; the others wait for its
 * row lock, look again, and find the lease taken. Undefined when the lease was not free.
 */
export async function claimLease(db: Queryable, shard: number, claim: ClaimRow): Promise<HeadRow | undefined> {
  const { rows } = await db.query<HeadColumns>({
    name: 'claim-lease',
    text: `
      WITH free AS (
        SELECT shard FROM journal_lease
        WHERE shard = $1::integer AND halted IS NULL AND (
          expires_at <= clock_timestamp() OR successor = $2::text OR holder = $2::text OR epoch = $6::bigint)
        FOR UPDATE
      ), head AS (
        INSERT INTO journal_head AS head (shard, epoch, last, claim) SELECT shard, 1, 0, gen_random_uuid() FROM free
        ON CONFLICT (shard) DO UPDATE SET epoch = head.epoch + 1, claim = gen_random_uuid()
        RETURNING shard, epoch, last, claim
      ), told AS (
        SELECT pg_notify('${LEASE_CHANNEL}', $1::text) FROM head
      )
      UPDATE journal_lease lease SET epoch = head.epoch, holder = $2::text, url = $3::text, life = $4::integer,
        expires_at = clock_timestamp() + $5::float8 * interval '1 millisecond', lease_ms = $5::float8::integer,
        successor = NULL
      FROM head LEFT JOIN told ON true
      WHERE lease.shard = head.shard
      RETURNING head.epoch, head.last, head.claim`,
    values: [shard, claim.holder, claim.url, claim.life, claim.leaseMs, claim.ended || -1],
  })
  return rows[0] && headOf(rows[0])
}

/**
 * Prolong the lease of `epoch`; returns PostgreSQL's clock, µs. Undefined when it is no longer the holder's, the epoch
 * no longer the journal's, or the shard halted.
 */
export async function renewLease(
  db: Queryable,
  shard: number,
  epoch: number,
  { holder, life, leaseMs }: Pick<ClaimRow, 'holder' | 'life' | 'leaseMs'>,
): Promise<number | undefined> {
  const { rows } = await db.query<{ now: string }>({
    name: 'renew-lease',
    text: `
      UPDATE journal_lease lease SET life = $4, lease_ms = $5::float8::integer,
        expires_at = clock_timestamp() + $5::float8 * interval '1 millisecond'
      FROM journal_head head
      WHERE lease.shard = $1 AND lease.epoch = $2 AND lease.holder = $3 AND lease.successor IS NULL
        AND lease.halted IS NULL AND head.shard = lease.shard AND head.epoch = $2
      RETURNING ${NOW}`,
    values: [shard, epoch, holder, life, leaseMs],
  })
  const row = rows[0]
  return row && Number(row.now)
}

/**
 * Name the successor, which may then claim at once; without one, the lease ends now. False when it was not the
 * holder's.
 */
export async function handLease(
  db: Queryable,
  shard: number,
  epoch: number,
  holder: string,
  successor: string | undefined,
): Promise<boolean> {
  const { rows } = await db.query<{ told: unknown }>({
    text: `
      WITH handed AS (
        UPDATE journal_lease SET successor = $4::text,
          expires_at = CASE WHEN $4::text IS NULL THEN '-infinity' ELSE expires_at END
        WHERE shard = $1::integer AND epoch = $2::bigint AND holder = $3::text
        RETURNING 1
      )
      SELECT pg_notify('${LEASE_CHANNEL}', $1::text) AS told FROM handed`,
    values: [shard, epoch, holder, successor],
  })
  return rows.length === 1
}

/**
 * Let no member lead until the halt is lifted; returns false and changes nothing when the epoch was raised above
 * `loss.foundAt`. The epoch is raised in the same statement, for no member and above `loss.epochSeen`: the append is
 * the fence here too, also of releases that look at nothing else. The rows are locked in the order in which every other
 * statement locks them, lease before head.
 */
export async function haltLease(db: Queryable, shard: number, reason: string, loss: Loss): Promise<boolean> {
  const { rows } = await db.query({
    text: `
      WITH lease AS (
        SELECT shard FROM journal_lease WHERE shard = $1::integer FOR UPDATE
      ), head AS (
        INSERT INTO journal_head AS head (shard, epoch, last, claim)
        SELECT shard, $3::bigint + 1, 0, gen_random_uuid() FROM lease
        ON CONFLICT (shard) DO UPDATE SET epoch = GREATEST(head.epoch, $3::bigint) + 1, claim = gen_random_uuid()
        WHERE head.epoch <= $4::bigint
        RETURNING shard
      ), halted AS (
        UPDATE journal_lease SET halted = $2::text FROM head WHERE journal_lease.shard = head.shard
        RETURNING journal_lease.shard
      )
      SELECT pg_notify('${LEASE_CHANNEL}', $1::text) FROM halted`,
    values: [shard, reason, loss.epochSeen, loss.foundAt],
  })
  return rows.length === 1
}

/** Let the first member that claims lead again. */
export async function liftHalt(db: Queryable, shard: number): Promise<void> {
  await db.query({ text: 'UPDATE journal_lease SET halted = NULL WHERE shard = $1', values: [shard] })
}
