import { statfsSync } from 'node:fs'

/** With less than this a write is as good as refused. */
const FREE_BYTES_MIN = 512 * 1024
const LOOK_MS = 2_000

/** A sentence when there is no room on the disk of a folder; undefined when there is, or when that is unknown. */
export function diskProblem(folder: string): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < FREE_BYTES_MIN ? `the disk of ${folder} is full` : undefined
  } catch {
    return undefined
  }
}

/** Whether an error, or what it came from, says that there is no room on a disk. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && (at.code === 'ENOSPC' || at.code === 'EDQUOT')) return true
  }
  return false
}

/** Look at the disk of a folder every two seconds, and tell when it is full and when it no longer is; call to end that. */
export function watchDisk(folder: string, told: (problem: string | undefined) => void): () => void {
  let problem: string | undefined
  const timer = setInterval(() => {
    const found = diskProblem(folder)
    if (found === problem) return
    problem = found
    told(found)
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
