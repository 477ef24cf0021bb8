import { JournalRolledBackError, type Journal } from '@uptick/journal'
import type { RetainedBatches } from './retained-batches.ts'
import type { Sweeps } from './sweeps.ts'
import type { TermEvents } from './term.ts'

const LOOK_MS = 1_000

interface Watched {
  readonly journal: Pick<Journal, 'head' | 'confirm'>
  readonly epoch: number
  /** The batches that the leader has committed. */
  readonly batches: RetainedBatches
  readonly events: Pick<TermEvents, 'rolledBack'>
}

/**
 * Has a leader find out that its journal has lost rows though there are no orders: an append would be refused, and a
 * renewal looks at epochs alone. Until then its knowledge may be lost with the process.
 */
export function watchHead(sweeps: Sweeps, leader: Watched): void {
  sweeps.every(LOOK_MS, () => void compare(leader))
}

/** Never rejects: a failed look is repeated at the next interval. */
async function compare({ epoch, journal, batches, events }: Watched): Promise<void> {
  const newest = batches.find(batches.last)
  try {
    if (!newest || (await journal.head()).last >= newest.last) return
    // A server that is behind gives the same answer.
    const { head, holds } = await journal.confirm(newest)
    // Another leader: what is missing then is found when this one is fenced.
    if (holds || head.epoch !== epoch) return
    events.rolledBack(new JournalRolledBackError(`the journal ends at ${head.last}, our state at ${newest.last}`))
  } catch {
    // The next append finds out why.
  }
}
