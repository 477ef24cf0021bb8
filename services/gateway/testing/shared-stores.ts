import { setTimeout as delay } from 'node:timers/promises'
import { systemTimers, type Clock } from '@uptick/runtime'
import type { FillOutcome } from '../src/limits/limits.ts'
import type { LineState } from '../src/limits/redis-line.ts'
import { RedisCounts } from '../src/limits/redis-counts.ts'
import { SharedStore } from '../src/limits/shared-store.ts'

/** A store of counts in the Redis at `url`, which it has begun to dial; its line's states are kept. */
export function openStore(url: string, scope: string, clock: Clock): SharedStore & { states: LineState[] } {
  const states: LineState[] = []
  const changed = (state: LineState, reason: string): void => {
    if (process.env['TEST_LOG_LEVEL'] !== undefined) process.stderr.write(`${scope} ${state} ${reason}\n`)
    states.push(state)
  }
  const line = new RedisCounts({ url, scope, timers: systemTimers, changed })
  const store = new SharedStore({ line, clock, timers: systemTimers })
  store.start()
  return Object.assign(store, { states })
}

/** Resolves when the condition holds; the test's own timeout is the bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(2)
}

/** Resolves when the stores have told all that they counted. */
export const told = (...all: readonly SharedStore[]): Promise<void> =>
  until(() => all.every((store) => store.pending === 0))

export const NOW = 1_700_000_000_000_000

/** An outcome that has just been journaled. */
export const at = (sequence: number, session = 0, time = NOW): FillOutcome => ({ sequence, session, time })
