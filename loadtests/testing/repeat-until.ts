import { setTimeout as delay } from 'node:timers/promises'

const PAUSE_MS = 100

/**
 * Does `action` again and again until `event` has settled: for a subscription that is in force only when something of
 * it has arrived. Resolves or rejects as `event` does; the test's own timeout is the bound.
 */
export async function repeatUntil<T>(event: Promise<T>, action: () => Promise<unknown>): Promise<T> {
  const state = { settled: false }
  const mark = () => void (state.settled = true)
  event.then(mark, mark)
  while (!state.settled) {
    await action()
    await Promise.race([event, delay(PAUSE_MS)])
  }
  return event
}
