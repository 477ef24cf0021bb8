import { Exchange, SUPPORTED_BEHAVIOURS } from '@uptick/core'
import type { Journal } from '@uptick/journal'
import { recover } from '@uptick/engine'
import { systemClock, systemTimers } from '@uptick/runtime'

const RETAINED_BYTES_MAX = 256 * 2 ** 20

/** What an engine does before it may lead: snapshot, replay, retained outcomes. Returns how long it took. */
export async function coldStart(journal: Journal): Promise<{ exchange: Exchange; seconds: number }> {
  const began = performance.now()
  const { last } = await journal.head()
  const { exchange } = await recover({
    journal,
    openExchange: (snapshot) => (snapshot === undefined ? new Exchange() : Exchange.restore(snapshot)),
    recordedThrough: () => Promise.resolve(last),
    clock: systemClock,
    timers: systemTimers,
    signal: new AbortController().signal,
    retainedBytesMax: RETAINED_BYTES_MAX,
    behaviours: SUPPORTED_BEHAVIOURS,
    progress: () => undefined,
  })
  return { exchange, seconds: (performance.now() - began) / 1000 }
}
