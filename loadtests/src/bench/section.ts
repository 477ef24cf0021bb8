import { isInterrupted, undoAll, undoWhenInterrupted } from '@uptick/commandline'
import type { Row } from './row.ts'

/** A short run was asked for. */
export const quick = process.env['BENCH_QUICK'] === '1'

/** Report what is being measured now. */
export function progress(text: string): void {
  process.stderr.write(`    ${text}\n`)
}

/** Run a section that starts processes. What it leaves behind is removed when it fails and when it is interrupted. */
export async function cleanly(work: () => Promise<void>): Promise<void> {
  undoWhenInterrupted()
  try {
    await work()
  } catch (error) {
    // A failure during the clean-up after an interruption is ignored.
    if (!isInterrupted()) throw error
  } finally {
    await undoAll()
  }
}

/** Hand the rows to the parent, or print them when the section was started by hand. */
export function report(rows: readonly Row[]): void {
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`)
  else process.send(rows)
}

/**
 * Seconds of processor time that this thread spends on `work`. A garbage collection before it keeps an earlier run's
 * garbage out of the result. For loops that never wait: time of other processes does not count.
 */
export function timed(work: () => void): number {
  globalThis.gc?.()
  const began = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1e6
}
