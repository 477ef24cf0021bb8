import { setTimeout as delay } from 'node:timers/promises'
import { heldBackProblem, readHeldBack, type Queryable } from '@uptick/journal'
import { Gauge, type ServiceContext } from '@uptick/runtime'

const LOOK_MS = 15_000

/**
 * Measures what keeps PostgreSQL from removing dead row versions, and names the session to end in the advisory
 * condition `transactions`. Resolves when `signal` aborts.
 */
export async function watchHeldBack(
  context: Pick<ServiceContext<unknown>, 'lifecycle' | 'log' | 'metrics'>,
  db: Queryable,
  signal: AbortSignal,
): Promise<void> {
  const { oldest, slot, rows } = heldBackGauges(context.metrics)
  let isTold = false
  while (!signal.aborted) {
    // While PostgreSQL is unreachable the gauges keep their last values; the follower reports it.
    const held = await readHeldBack(db).catch(() => undefined)
    if (held) {
      oldest.set(held.oldestSeconds)
      slot.set(held.slotTransactions)
      rows.set(held.rowBytes)
      const problem = heldBackProblem(held)
      context.lifecycle.note('transactions', problem === undefined, problem ?? '')
      // One log line, not one for each look.
      if (problem !== undefined && !isTold) context.log.warn({ held }, problem)
      isTold = problem !== undefined
    }
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** What keeps dead row versions, and how much they take. */
export function heldBackGauges(
  registry: ServiceContext<unknown>['metrics'],
): Readonly<Record<'oldest' | 'slot' | 'rows', Gauge>> {
  const registers = [registry]
  return {
    oldest: new Gauge({
      name: 'recorder_database_oldest_transaction_age_seconds',
      help: 'Age of the oldest transaction that keeps PostgreSQL from removing dead row versions',
      registers,
    }),
    slot: new Gauge({
      name: 'recorder_database_slot_lag_transactions',
      help: 'Transactions of which a replication slot keeps dead row versions',
      registers,
    }),
    rows: new Gauge({
      name: 'recorder_database_updated_rows_bytes',
      help: 'Size of the tables of which each row is updated again and again, with what is dead in them',
      registers,
    }),
  }
}
