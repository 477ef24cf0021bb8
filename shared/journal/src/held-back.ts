import type { HeldBack } from './sql/held-back.ts'

/**
 * A dump of a large database takes minutes; a transaction that is open longer was forgotten, or belongs on a replica.
 */
const OLDEST_SECONDS_MAX = 900
/** The slot of a connected replica is behind by seconds. */
const SLOT_TRANSACTIONS_MAX = 1_000_000

/**
 * A sentence for the operator when a transaction or a replication slot keeps dead rows for too long; else undefined.
 */
export function heldBackProblem({ oldestSeconds, oldest, slotTransactions, slot }: HeldBack): string | undefined {
  const kept = 'PostgreSQL removes no dead row versions meanwhile, and updates get slower'
  if (oldestSeconds > OLDEST_SECONDS_MAX) {
    const minutes = Math.floor(oldestSeconds / 60)
    return `a transaction has been open for ${minutes} minutes (${oldest}): ${kept}. End it, or run it on a replica`
  }
  if (slotTransactions <= SLOT_TRANSACTIONS_MAX) return undefined
  return `the replication slot ${slot} is ${slotTransactions} transactions behind: ${kept}. Start its replica, or drop it`
}
