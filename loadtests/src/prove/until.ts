import { setTimeout as delay } from 'node:timers/promises'

const POLL_MS = 20
const UNTIL_MS_MAX = 10_000

/** Ask until it holds. @throws Error after 10 s, with what it did not come to */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); performance.now() - began < UNTIL_MS_MAX; await delay(POLL_MS))
    if (await holds()) return
  throw new Error(`it did not come to this: ${what}`)
}
