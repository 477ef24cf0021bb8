import { readFile } from 'node:fs/promises'

const EVERY_MS = 1_000

export interface WatchedFilesOptions<T> {
  readonly paths: readonly string[]
  /** Makes the value of what is in the files, in the order of `paths`. Throws when they cannot be used. */
  readonly parse: (contents: readonly Buffer[]) => T
  /** Hears each value after the first. */
  readonly changed?: (value: T) => void
  /** The files cannot be used, and the value before stays; undefined when they can be used again. */
  readonly failed?: (error: Error | undefined) => void
  /** How often the files are read, ms. */
  readonly everyMs?: number
}

/**
 * Files that are replaced while the process runs: secrets, certificates. They are read again and again and compared, which
 * also sees what notifications miss: a symbolic link that points elsewhere, a folder that is mounted anew. Several files
 * are not replaced at once, so what cannot be used counts as bad only when it is the same at the next reading.
 */
export class WatchedFiles<T> {
  readonly #options: WatchedFilesOptions<T>
  readonly #timer: NodeJS.Timeout
  #contents: readonly Buffer[]
  /** What could not be used at the last reading. */
  #refused: string | undefined
  #isFailed = false
  #isReading = false
  #value: T

  private constructor(options: WatchedFilesOptions<T>, contents: readonly Buffer[]) {
    this.#options = options
    this.#contents = contents
    this.#value = options.parse(contents)
    this.#timer = setInterval(() => void this.look(), options.everyMs ?? EVERY_MS)
    this.#timer.unref()
  }

  /** @throws (rejects with) Error when the files cannot be read or used */
  static async open<T>(options: WatchedFilesOptions<T>): Promise<WatchedFiles<T>> {
    return new WatchedFiles(options, await read(options.paths))
  }

  /** What the files held when they could last be used. */
  get value(): T {
    return this.#value
  }

  /** Read the files now. Never rejects. */
  async look(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    try {
      const contents = await read(this.#options.paths)
      const isSame = contents.every((content, index) => this.#contents[index]?.equals(content) === true)
      if (!isSame) this.#take(contents)
      this.#refused = undefined
      if (this.#isFailed) this.#options.failed?.(undefined)
      this.#isFailed = false
    } catch (error) {
      this.#refuse(error instanceof Error ? error : new Error(String(error)))
    } finally {
      this.#isReading = false
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #take(contents: readonly Buffer[]): void {
    this.#value = this.#options.parse(contents)
    this.#contents = contents
    this.#options.changed?.(this.#value)
  }

  #refuse(error: Error): void {
    const isSame = this.#refused === error.message
    this.#refused = error.message
    if (!isSame || this.#isFailed) return
    this.#isFailed = true
    this.#options.failed?.(error)
  }
}

function read(paths: readonly string[]): Promise<Buffer[]> {
  return Promise.all(paths.map((path) => readFile(path)))
}
