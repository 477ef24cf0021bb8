import { mkdirSync, openSync } from 'node:fs'
import { constants, copyFile, rename, rm, stat, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode, messageOf } from '@uptick/commandline'

/** A longer log is rotated; this many old ones are kept. */
export const LOG_BYTES_MAX = 10_000_000
export const OLD_LOGS_MAX = 3
const LOOK_MS = 5_000

/**
 * The logs that processes write to directly, so that they are complete whatever happens to the supervisor. They are
 * rotated by copying and then truncating, because the processes keep the same file open. Lines written between the two
 * steps are lost.
 */
export class LogFiles {
  readonly #told: (sentence: string) => void
  readonly #paths = new Set<string>()
  /** Logs whose loss was reported. */
  readonly #lost = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #isRotating = false

  /** `told` is called with a message when output of processes is lost. */
  constructor(told: (sentence: string) => void) {
    this.#told = told
  }

  /**
   * Open a log for appending, and rotate it from now on. Its folder is created again when it was removed. Undefined
   * when it cannot be opened: the disk may be full.
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

  /** Rotate a log that other processes open. */
  keep(path: string): void {
    this.#paths.add(path)
    this.#timer ??= setInterval(() => void this.look(), LOOK_MS).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Rotate the logs that are too long, and report missing ones, once until they are opened again. */
  async look(): Promise<void> {
    if (this.#isRotating) return
    this.#isRotating = true
    const gone: string[] = []
    for (const path of this.#paths) {
      try {
        await rotateLog(path)
      } catch (error) {
        // A log that cannot be rotated now is tried again at the next look.
        if (errorCode(error) === 'ENOENT' && !this.#lost.has(path)) gone.push(path)
      }
    }
    this.#isRotating = false
    for (const path of gone) this.#lost.add(path)
    if (gone.length > 0)
      this.#told(`${gone.join(', ')} removed while in use: what is logged there is lost until its process starts again`)
  }
}

/** Rotate a log and drop the oldest one. On a full disk its content is dropped instead. */
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
