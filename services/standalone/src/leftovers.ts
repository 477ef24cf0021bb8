import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { alive, commandLine, stopLeftover } from '@uptick/postgres'
import { readRunning } from './data-folder.ts'

const DRAIN_MAX_MS = 10_000
const POLL_MS = 20

/**
 * Services and PostgreSQL of a supervisor that was killed: they notice, and are shutting down. Wait for them, with an
 * end, so that the new ones find their ports free and nobody writes beside them. Called with the folder locked, so
 * there is no supervisor.
 */
export async function stopLeftovers(folder: string): Promise<void> {
  const running = readRunning(folder)
  if (running === undefined) return
  const { postgres: _, ...services } = running.processes
  const left = Object.entries(services).filter(([name, pid]) => isService(name, pid))
  for (const [, pid] of left) signal(pid, 'SIGTERM')
  for (const [name, pid] of left) {
    for (let waited = 0; isService(name, pid); waited += POLL_MS) {
      if (waited > DRAIN_MAX_MS) signal(pid, 'SIGKILL')
      await delay(POLL_MS)
    }
  }
  await stopLeftover(join(folder, 'postgres'))
}

/** Process ids are used again, so the command line decides. A dead child of a dead parent has an empty one. */
function isService(name: string, pid: number): boolean {
  if (!alive(pid)) return false
  const line = commandLine(pid)
  return line.includes('child-guard.ts') && line.includes(name.replace(/-\d.*|-before$/, ''))
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended in between.
  }
}
