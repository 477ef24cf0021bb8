import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const STOP_MAX_MS = 30_000
const POLL_MS = 20
/** No system gives out this process id. */
const NOBODYS_PID = 2_147_483_646

/** What the first lines of postmaster.pid say; undefined when there is no such file. */
export function readPidFile(directory: string): { pid: number; ready: boolean } | undefined {
  const path = join(directory, 'postmaster.pid')
  if (!existsSync(path)) return undefined
  const lines = readFileSync(path, 'utf8').split('\n')
  return { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * A PostgreSQL that outlived its supervisor (killed with -9, say) is shut down in an orderly way, so that the next one
 * finds a clean directory. A pid file whose number now belongs to another program (after a reboot, in a container) is
 * made harmless without deleting it: PostgreSQL still checks the shared memory that it names.
 *
 * @throws Error when the old server does not end within 30 s
 */
export async function stopLeftover(directory: string): Promise<'none' | 'stopped'> {
  const found = readPidFile(directory)
  if (found === undefined || !alive(found.pid)) return 'none'
  if (!isServerOf(found.pid, directory)) {
    const path = join(directory, 'postmaster.pid')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(NOBODYS_PID)))
    return 'none'
  }
  process.kill(found.pid, 'SIGINT')
  for (let waited = 0; alive(found.pid); waited += POLL_MS) {
    if (waited > STOP_MAX_MS)
      throw new Error(`the PostgreSQL left over in ${directory} (process ${found.pid}) does not stop`)
    await delay(POLL_MS)
  }
  return 'stopped'
}

export function alive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function isServerOf(pid: number, directory: string): boolean {
  const line = commandLine(pid)
  return line.includes('postgres') && line.includes(directory)
}

/** How the process was started, its arguments separated by spaces; empty when there is no such process. */
export function commandLine(pid: number): string {
  try {
    const linux = `/proc/${pid}/cmdline`
    if (existsSync('/proc/self/cmdline')) return readFileSync(linux, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}
