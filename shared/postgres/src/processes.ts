import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

const PS_BYTES_MAX = 16 * 1024 * 1024
const hasProc = existsSync('/proc/self/cmdline')

/** Whether a process has this number. It may be another one by now, or have ended without a parent that took note of it. */
export function alive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** How the process was started, its arguments separated by spaces; empty when there is none, or it has ended. */
export function commandLine(pid: number): string {
  try {
    if (hasProc) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return ps('-o', 'args=', '-p', String(pid))
  } catch {
    return ''
  }
}

/** Numbers of the processes of this machine whose command line holds all of `words`. */
export function processesWith(...words: readonly string[]): number[] {
  return allProcesses().filter((pid) => {
    const line = commandLine(pid)
    return words.every((word) => line.includes(word))
  })
}

/** Numbers of the processes that work in a folder (a path without links), where the system says so: on Linux. */
export function processesIn(folder: string): number[] {
  if (!hasProc) return []
  return allProcesses().filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder
    } catch {
      // It has ended, or belongs to another user.
      return false
    }
  })
}

/** A signal to a process that may have ended in between. @throws Error when it may not be sent */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function allProcesses(): number[] {
  const names = hasProc ? readdirSync('/proc') : ps('-axo', 'pid=').split('\n')
  return names.map((name) => Number(name.trim())).filter((pid) => Number.isSafeInteger(pid) && pid > 0)
}

function ps(...args: string[]): string {
  return execFileSync('ps', args, { encoding: 'utf8', maxBuffer: PS_BYTES_MAX })
}
