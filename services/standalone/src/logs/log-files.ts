import { mkdirSync, openSync } from 'node:fs'
import { constants, copyFile, rename, rm, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, messageOf } from '@uptick/commandline'

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
  readonly #told: (sentence: string) => void
  readonly #paths = new Set<string>()
  /** Those of which it was told that they are lost. */
  readonly #lost = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isRotating = false

  /** `told` hears in a sentence when what processes log is lost. */
  constructor(told: (sentence: string) => void) {
    this.#told = told
  }

  /**
   * Open a log to append to it, and keep it short from now on. Its folder is made anew when it was removed.
   * Undefined when it cannot be opened: the disk may be full.
   */
  open(path: string): number | undefined {
    this.keep(path)
    try {
      mkdirSync(dirname(path), { recursive: true })
      const file = openSync(path, 'a', 0o600)
      this.#lost.delete(path)
      return file
    } catch (error) {
      this.#lost.add(path)
      this.#told(`${path} cannot be opened (${messageOf(error)}): what is logged there is lost`)
      return undefined
    }
  }

  /** Keep a log short that others open. */
  keep(path: string): void {
    this.#paths.add(path)
    this.#timer ??= setInterval(() => void this.look(), LOOK_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Make old ones of those that are too long, and tell of those that are gone: once, until they are opened again. */
  async look(): Promise<void> {
    if (this.#isRotating) return
    this.#isRotating = true
    const gone: string[] = []
    for (const path of this.#paths) {
      try {
        await rotateLog(path)
      } catch (error) {
        // One that cannot be rotated now is looked at again.
        if (errorCode(error) === 'ENOENT' && !this.#lost.has(path)) gone.push(path)
      }
    }
    this.#isRotating = false
    for (const path of gone) this.#lost.add(path)
    if (gone.length > 0)
      this.#told(`${gone.join(', ')} removed while in use: what is logged there is lost until its process starts again`)
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
