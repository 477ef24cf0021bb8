import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Problem } from '@uptick/commandline'
import { processesWith, sendSignal, stopLeftover } from '@uptick/postgres'
import { guardName } from './guard-url.ts'

/** How long services may take to end by themselves. */
const DRAIN_MS_MAX = 10_000
/** How long after SIGKILL. A process survives it only while the kernel holds it. */
const KILL_MS_MAX = 20_000
const POLL_MS = 50

/**
 * Services and PostgreSQL of a supervisor that was killed notice it and shut down. Wait for them, within a bound, so
 * that the new ones find their ports free and no other process writes. Called with the folder locked, so no supervisor
 * runs.
 *
 * @param told is called with a message when there is something to wait for
 * @throws Problem when a process does not end even after SIGKILL
 */
export async function stopLeftovers(folder: string, told: (sentence: string) => void): Promise<void> {
  let left = leftServices(folder)
  if (left.length > 0) told(`ending what is left over of the run before (processes ${left.join(', ')})`)
  // A suspended process could not shut down in order.
  for (const pid of left) for (const name of ['SIGTERM', 'SIGCONT'] as const) sendSignal(pid, name)
  const began = performance.now()
  for (let isKilled = false; left.length > 0; left = leftServices(folder)) {
    const waited = performance.now() - began
    if (waited > DRAIN_MS_MAX + KILL_MS_MAX) throw new Problem(stuckMessage(folder, left))
    if (waited > DRAIN_MS_MAX && !isKilled) {
      isKilled = true
      told(`processes ${left.join(', ')} have not ended after ${DRAIN_MS_MAX / 1000} s: killing them`)
      for (const pid of left) sendSignal(pid, 'SIGKILL')
    }
    await delay(POLL_MS)
  }
  await stopLeftover(join(folder, 'postgres'), told)
}

/** Their command line names the folder. A zombie has none. */
function leftServices(folder: string): number[] {
  return processesWith(`${guardName(folder)} `)
}

function stuckMessage(folder: string, left: readonly number[]): string {
  const which = `Process ${left.join(', ')}, left over on ${folder},`
  return `${which} does not end even after SIGKILL: see why the system holds it, then try again.`
}
