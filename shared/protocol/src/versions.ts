import { JournalForm } from '@uptick/core'
import { BATCH_VERSION } from './batch-codec.ts'

/**
 * Which layout to write. A release that brings a new layout writes its predecessor until the journal has activated the
 * behaviour that stands for it: rolling back then always finds what it can read. `behaviour` 0 is active from the
 * start. Ascending by version; a row is added with each new layout and never changed.
 */
const BATCH_ACTIVATIONS: readonly [Activation, ...Activation[]] = [{ version: BATCH_VERSION, behaviour: 0 }]

interface Activation {
  readonly version: number
  readonly behaviour: number
}

/** The batch version to write, given the behaviours that the journal has activated so far. */
export function writtenBatchVersion(active: readonly number[]): number {
  let version = BATCH_ACTIVATIONS[0].version
  for (const row of BATCH_ACTIVATIONS) {
    if (row.behaviour !== 0 && !active.includes(row.behaviour)) break
    version = row.version
  }
  return version
}

/** Whether each append moves the journal's head row on, given what the journal has activated so far. */
export function movesHead(active: readonly number[]): boolean {
  return !active.includes(JournalForm.END_IS_LAST_BATCH)
}
