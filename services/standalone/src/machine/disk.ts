import { statfsSync } from 'node:fs'

/** With less free space than this a write is as good as refused. */
const FREE_BYTES_MIN = 512 * 1024
const LOOK_MS = 2_000

/** A message when the disk of a folder has no room; undefined when it has, or when that is unknown. */
export function diskProblem(folder: string): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < FREE_BYTES_MIN ? `the disk of ${folder} is full` : undefined
  } catch {
    return undefined
  }
}

/** Whether an error, or its cause, is a full disk. */
export function isDiskFull(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if ('code' in at && (at.code === 'ENOSPC' || at.code === 'EDQUOT')) return true
  }
  return false
}

/** Check the disk of a folder every two seconds; report when it is full and when it is not. Call the result to stop. */
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
