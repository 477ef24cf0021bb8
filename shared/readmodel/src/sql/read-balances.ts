import type { BalanceChange } from '../rows.ts'
import type { Queryable } from './queryable.ts'

/** An account's balances as recorded, by asset. */
export async function readBalances(
  db: Queryable,
  shard: number,
  account: number,
): Promise<{ asset: number; free: bigint; locked: bigint; sequence: number }[]> {
  const { rows } = await db.query<{ asset: number; free: string; locked: string; sequence: string }>({
    text: 'SELECT asset, free, locked, sequence FROM balances WHERE shard = $1 AND account = $2 ORDER BY asset',
    values: [shard, account],
  })
  return rows.map((row) => ({
    asset: row.asset,
    free: BigInt(row.free),
    locked: BigInt(row.locked),
    sequence: Number(row.sequence),
  }))
}

interface ChangeRow {
  sequence: string
  time: string
  reason: number
  free_delta: string
  locked_delta: string
  free: string
  locked: string
}

/** Changes of one balance after sequence `after`, in order, at most `limit`. */
export async function readBalanceChanges(
  db: Queryable,
  shard: number,
  account: number,
  asset: number,
  after: number,
  limit: number,
): Promise<BalanceChange[]> {
  const { rows } = await db.query<ChangeRow>({
    text: `
      SELECT sequence, time, reason, free_delta, locked_delta, free, locked FROM balance_changes
      WHERE shard = $1 AND account = $2 AND asset = $3 AND sequence > $4 ORDER BY sequence LIMIT $5`,
    values: [shard, account, asset, after, limit],
  })
  return rows.map((row) => ({
    account,
    asset,
    sequence: Number(row.sequence),
    time: Number(row.time),
    reason: row.reason,
    freeDelta: BigInt(row.free_delta),
    lockedDelta: BigInt(row.locked_delta),
    free: BigInt(row.free),
    locked: BigInt(row.locked),
  }))
}
