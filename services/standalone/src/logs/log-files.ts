import { openSync } from 'node:fs'
import { constants, copyFile, rename, rm, stat, truncate } from 'node:fs/promises'

/** A log longer than this becomes an old one; so many old ones are kept. */
export const LOG_BYTES_MAX = 10_000_000
export const OLD_LOGS_MAX = 3
const LOOK_MS = 5_000

/**
 * The logs that processes write into directly, so that they are complete whatever becomes of the supervisor. They are
 * kept short by copying and then cutting them, because the file stays the one that the processes have open: lines written
 * between the two are lost.
 */
export class LogFiles {
  readonly #paths = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isRotating = false

  /** Open a log to append to it, and keep it short from now on. Undefined when it cannot be opened: the disk may be full. */
  open(path: string): number | undefined {
    this.keep(path)
    try {
      return openSync(path, 'a', 0o600)
    } catch {
      return undefined
    }
  }

  /** Keep a log short that others open. */
  keep(path: string): void {
    this.#paths.add(path)
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (this.#isRotating) return
    this.#isRotating = true
    void this.#rotateAll().finally(() => (this.#isRotating = false))
  }

  async #rotateAll(): Promise<void> {
    // One that cannot be rotated now is looked at again.
    for (const path of this.#paths) await rotateLog(path).catch(() => undefined)
  }
}

/** Make a log that is too long an old one, and forget the oldest. On a full disk what it holds is given up instead. */
export async function rotateLog(
  path: string,
  bytesMax = LOG_BYTES_MAX,
  oldMax = OLD_LOGS_MAX,
  copy: (from: string, to: string) => Promise<void> = (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE),
): Promise<void> {
  const { size } = await stat(path)
  if (size <= bytesMax) return
  await rm(`${path}.${oldMax}`, { force: true })
  for (let age = oldMax - 1; age >= 1; age--) {
    await rename(`${path}.${age}`, `${path}.${age + 1}`).catch(() => undefined)
  }
  try {
    await copy(path, `${path}.1`)
  } catch {
    await rm(`${path}.1`, { force: true })
  }
  await truncate(path)
}
