import { readFileSync } from 'node:fs'

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Seconds of processor time of a process and its children so far; undefined where there is no `/proc`. */
export function processorSeconds(process: number): number | undefined {
  try {
    return ticks(process) / TICKS_PER_SECOND
  } catch {
    return undefined
  }
}

function ticks(process: number): number {
  const text = readFileSync(`/proc/${process}/stat`, 'latin1')
  // The name, in brackets, may contain anything. User and system time are the 12th and 13th field after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const children = readFileSync(`/proc/${process}/task/${process}/children`, 'latin1').trim()
  const own = Number(fields[11]) + Number(fields[12])
  return children === '' ? own : children.split(' ').reduce((sum, child) => sum + ticks(Number(child)), own)
}
