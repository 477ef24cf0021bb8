import { setTimeout as delay } from 'node:timers/promises'

/** How long something is tried, and the pause between two tries, ms. */
export interface Patience {
  readonly forMs: number
  readonly everyMs: number
}

/** For questions that are answered at once. */
const PATIENCE: Patience = { forMs: 10_000, everyMs: 20 }

/** Ask until it holds. @throws Error when that takes too long, with the condition */
export async function until(what: string, holds: () => Promise<boolean>, patience = PATIENCE): Promise<void> {
  for (const began = performance.now(); performance.now() - began < patience.forMs; await delay(patience.everyMs))
    if (await holds()) return
  throw new Error(`it did not come to this: ${what}`)
}

/** Repeat until it succeeds. @throws the last error when that takes too long */
export async function untilDone<T>(attempt: () => Promise<T>, patience = PATIENCE): Promise<T> {
  for (const began = performance.now(); ; await delay(patience.everyMs)) {
    try {
      return await attempt()
    } catch (error) {
      if (performance.now() - began > patience.forMs) throw error
    }
  }
}
