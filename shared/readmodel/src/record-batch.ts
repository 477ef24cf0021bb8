import { isRefusal } from '@uptick/journal'
import type { RecordedRange, RecordedRows } from './rows.ts'
import { insertPreventedMatches } from './sql/insert-prevented-matches.ts'
import { insertTrades } from './sql/insert-trades.ts'
import { mergeCandles } from './sql/merge-candles.ts'
import { moveOffset } from './sql/move-offset.ts'
import type { Queryable } from './sql/queryable.ts'
import { recordBalances } from './sql/record-balances.ts'
import { upsertDefinitions } from './sql/upsert-definitions.ts'
import { upsertOrders } from './sql/upsert-orders.ts'

/** The offset is not the start of these rows: another recorder is at work, or this one has lost its place. */
export class OffsetConflictError extends Error {
  override name = 'OffsetConflictError'
}

/**
 * Record the rows of a range of commands exactly once: rows and offset are one transaction on `client`, a connection
 * that nothing else uses meanwhile. Throws OffsetConflictError, or PostgreSQL's error; nothing is recorded then, unless
 * the connection broke during the commit: read the offset before trying again.
 */
export async function recordBatch(client: Queryable, range: RecordedRange, rows: RecordedRows): Promise<void> {
  await client.query({ text: 'BEGIN' })
  try {
    // First, because it locks: a second recorder waits here and then finds that it is too late.
    if (!(await moveOffset(client, range))) {
      throw new OffsetConflictError(`shard ${range.shard} is not recorded through ${range.from}`)
    }
    await upsertDefinitions(client, range.shard, rows.definitions)
    await upsertOrders(client, range.shard, rows.orders)
    await insertTrades(client, range.shard, rows.trades)
    await insertPreventedMatches(client, range.shard, rows.preventedMatches)
    await recordBalances(client, range.shard, rows.balances)
    await mergeCandles(client, range.shard, rows.candles)
    await client.query({ text: 'COMMIT' })
  } catch (error) {
    // On a broken or silent connection PostgreSQL rolls back by itself.
    if (error instanceof OffsetConflictError || isRefusal(error)) {
      await client.query({ text: 'ROLLBACK' }).catch(() => undefined)
    }
    throw error
  }
}
