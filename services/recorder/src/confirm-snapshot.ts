import { Exchange } from '@uptick/core'
import type { Journal } from '@uptick/journal'
import { BatchReader } from '@uptick/protocol'
import { DivergedError } from './replica.ts'

/**
 * Restore the newest snapshot of a sequence up to `atMost`, and compare its running hash with the hash in the journal's
 * next batch. Then the journal up to the snapshot, which includes `through`, is no longer needed.
 *
 * @throws DivergedError, SnapshotError, or when there is no such snapshot
 */
export async function confirmSnapshot(journal: Journal, through: number, atMost: number): Promise<void> {
  const snapshot = await journal.latestSnapshot(atMost)
  if (!snapshot || snapshot.sequence < through) throw new Error(`no undamaged snapshot contains sequence ${through}`)
  const exchange = Exchange.restore(snapshot.bytes)
  const { sequence } = exchange
  const hash = BigInt.asUintN(64, exchange.runningHash())
  if (sequence !== snapshot.sequence)
    throw new DivergedError('a snapshot is of another sequence than it says', { sequence })
  for await (const batch of journal.read(sequence + 1, { through: sequence + 1 })) {
    const { firstSequence, hashBefore } = new BatchReader().open(batch.payload)
    if (firstSequence === sequence + 1 && (hashBefore === undefined || hashBefore === hash)) return
    throw new DivergedError('a snapshot differs from the state that the journal continues from', {
      sequence,
      firstSequence,
    })
  }
  throw new Error(`nothing in the journal follows the snapshot of ${sequence}, so that it cannot be compared`)
}
