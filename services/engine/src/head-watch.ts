import { JournalRolledBackError } from '@uptick/journal'
import type { LeaderOptions } from './leader-options.ts'
import type { Sweeps } from './sweeps.ts'

const LOOK_MS = 1_000

type Watched = Pick<LeaderOptions, 'epoch' | 'journal' | 'batches' | 'events'>

/**
 * Has a leader find out that its journal has lost rows though nobody trades: an append would be refused, and a renewal looks
 * at epochs alone. Until then its knowledge may go with the process.
 */
export function watchHead(sweeps: Sweeps, leader: Watched): void {
  sweeps.every(LOOK_MS, () => void compare(leader))
}

/** Never rejects: what does not answer is asked again at the next look. */
async function compare({ epoch, journal, batches, events }: Watched): Promise<void> {
  const newest = batches.find(batches.last)
  try {
    if (!newest || (await journal.head()).last >= newest.last) return
    // A server that is behind says so, too.
    const { head, holds } = await journal.confirm(newest)
    // Another leader: what is missing then is found when this one is fenced.
    if (holds || head.epoch !== epoch) return
    events.rolledBack(new JournalRolledBackError(`the journal ends at ${head.last}, our state at ${newest.last}`))
  } catch {
    // Whoever appends finds out why.
  }
}
