import { isInterrupted, undoAll, undoWhenInterrupted } from '@uptick/commandline'
import type { Row } from './row.ts'

/** A short run was asked for. */
export const quick = process.env['BENCH_QUICK'] === '1'

/** Report what is being measured now. */
export function progress(text: string): void {
  process.stderr.write(`    ${text}\n`)
}

/** Run a section that starts processes: what it leaves behind is undone when it fails, and when it is interrupted. */
export async function cleanly(work: () => Promise<void>): Promise<void> {
  undoWhenInterrupted()
  try {
    await work()
  } catch (error) {
    // What fails while everything is being undone is of no interest.
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
 * Seconds of processor time that this thread spends on `work`, after a collection so that an earlier run's garbage is
 * not on its bill. For loops that never wait: what other processes take of the machine meanwhile does not count.
 */
export function timed(work: () => void): number {
  globalThis.gc?.()
  const began = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(began)
  return (user + system) / 1e6
}
