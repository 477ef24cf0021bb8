import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { PostgresError } from './postgres-error.ts'
import { alive, commandLine, processesIn, sendSignal } from './processes.ts'

const POLL_MS = 50
/** For the system to take note that they have ended; in a container there may be no process that does. */
const REAP_MS = 2_000
/** No system gives out this process id. */
const NOBODYS_PID = 2_147_483_646

/** How long each way to end a server is given before the next, rougher one. */
export interface StopTimes {
  /** SIGINT: sessions are ended and a checkpoint is written. */
  readonly fastMs: number
  /** SIGQUIT: recovery is left to the next start. PostgreSQL itself kills what has not ended after 5 s. */
  readonly immediateMs: number
  /** SIGKILL to all of its processes. One that does not end then hangs in the system itself. */
  readonly killMs: number
}

export const STOP_TIMES: StopTimes = { fastMs: 30_000, immediateMs: 7_000, killMs: 20_000 }

/** What the first lines of postmaster.pid say; undefined when there is no such file. */
export function readPidFile(directory: string): { pid: number; ready: boolean } | undefined {
  const lines = textOf(join(directory, 'postmaster.pid'))?.split('\n')
  return lines && { pid: Number(lines[0]), ready: lines[7]?.trim() === 'ready' }
}

/** Undefined when there is no such file: a server that ends removes its own at any moment. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * A PostgreSQL that outlived its supervisor (killed with -9, say) is ended, so that the next one finds a clean directory
 * without a writer: in an orderly way if it can, also when it was suspended, and with SIGKILL if it cannot. A pid file
 * that was left behind no longer keeps the next server from starting. The caller has the directory for itself.
 *
 * @param told hears a sentence when there is something to wait for
 * @throws PostgresError when a process of the old server does not end even after SIGKILL
 */
export async function stopLeftover(
  directory: string,
  told: (sentence: string) => void = () => undefined,
  times: StopTimes = STOP_TIMES,
): Promise<'none' | 'stopped'> {
  if (!existsSync(directory)) return 'none'
  const left = serverProcesses(directory)
  if (left.length > 0) {
    const which = left.find((pid) => isPostmaster(pid)) ?? left[0]
    told(`ending the PostgreSQL left over in ${directory} (process ${which})`)
    await endServer(directory, 'fast', told, times)
    for (let waited = 0; waited < REAP_MS && left.some((pid) => alive(pid)); waited += POLL_MS) await delay(POLL_MS)
  }
  clearPidFile(directory)
  return left.length > 0 ? 'stopped' : 'none'
}

/**
 * End the server of a directory and wait until all of its processes are gone: each way is given its time, then comes the
 * next rougher one. A suspended process is woken up, or it could not end in order.
 *
 * @throws PostgresError when a process does not end even after SIGKILL
 */
export async function endServer(
  directory: string,
  mode: 'fast' | 'immediate',
  told: (sentence: string) => void,
  { fastMs, immediateMs, killMs }: StopTimes = STOP_TIMES,
): Promise<void> {
  if (mode === 'fast') {
    if (await isGoneAfter('SIGINT', directory, fastMs)) return
    told(`PostgreSQL has not ended after ${fastMs / 1000} s: ending it at once, its next start recovers`)
  }
  if (await isGoneAfter('SIGQUIT', directory, immediateMs)) return
  told('PostgreSQL has still not ended: killing its processes')
  if (await isGoneAfter('SIGKILL', directory, killMs)) return
  const left = serverProcesses(directory).join(', ')
  throw new PostgresError(
    `Process ${left} of the PostgreSQL in ${directory} does not end even after SIGKILL: see why the system holds it, then try again.`,
  )
}

/** Signal the server, and wait until none of its processes is left; false when some are after `ms`. */
async function isGoneAfter(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL', directory: string, ms: number): Promise<boolean> {
  const began = performance.now()
  const asked = new Set<number>()
  for (; ; await delay(POLL_MS)) {
    const left = serverProcesses(directory)
    if (left.length === 0) return true
    if (performance.now() - began > ms) return false
    const postmaster = left.find((pid) => isPostmaster(pid))
    // It tells its children; where it is gone itself, they cannot end in order any more.
    const addressed = postmaster === undefined || signal === 'SIGKILL' ? left : [postmaster]
    for (const pid of addressed) {
      if (asked.has(pid)) continue
      sendSignal(pid, postmaster === undefined && signal === 'SIGINT' ? 'SIGQUIT' : signal)
      asked.add(pid)
    }
    if (asked.size === addressed.length) for (const pid of left) sendSignal(pid, 'SIGCONT')
  }
}

/**
 * Every process of the server of a directory. PostgreSQL works in its data directory, which also finds sessions whose
 * postmaster is gone; where the system does not say who works there, it is the one that the pid file names.
 */
function serverProcesses(directory: string): number[] {
  if (!existsSync(directory)) return []
  const isOfServer = (pid: number): boolean => isPostmaster(pid) || commandLine(pid).startsWith('postgres: ')
  const found = processesIn(realpathSync(directory)).filter((pid) => isOfServer(pid))
  const named = readPidFile(directory)?.pid ?? 0
  if (!found.includes(named) && alive(named) && isPostmaster(named) && commandLine(named).includes(directory))
    found.push(named)
  return found
}

/** Sessions and workers call themselves `postgres: …` instead. */
function isPostmaster(pid: number): boolean {
  return /(^|\/)postgres -D /.test(commandLine(pid))
}

/**
 * Called when no process of the server is left. A pid file whose number now belongs to another program (after a reboot, in
 * a container) is made harmless without deleting it: PostgreSQL still checks the shared memory that it names. One that holds
 * no number (the machine crashed while it was written) says nothing, and would only be refused; PostgreSQL then finds
 * shared memory in use by the directory itself.
 */
function clearPidFile(directory: string): void {
  const path = join(directory, 'postmaster.pid')
  const text = textOf(path)
  if (text === undefined) return
  const pid = /^-?[1-9]\d{0,9}(?=\s|$)/.exec(text)?.[0]
  if (pid === undefined) rmSync(path)
  else if (alive(Number(pid))) writeFileSync(path, text.replace(/^\d+/, String(NOBODYS_PID)))
}
