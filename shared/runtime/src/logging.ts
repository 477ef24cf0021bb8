import { once } from 'node:events'
import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino'
import sonicBoom from 'sonic-boom'

export type { Logger }

export interface LoggingOptions {
  readonly name: string
  /** pino's: trace, debug, info, warn, error, fatal, silent. */
  readonly level: string
  /** Where lines go; standard output unless a test collects them. */
  readonly destination?: DestinationStream
}

/** One JSON object per line, levels as words, times as ISO text, so that a person and a collector can both read it. */
export function createLogger(options: LoggingOptions): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(settings, options.destination ?? new StandardOutput())
}

/** Past this, a reader of standard output that does not read keeps no process from leaving. */
const LAST_LINE_MS_MAX = 100
/** Lines that wait to be written; what comes on top is dropped. */
const WAITING_BYTES_MAX = 1 << 20

/**
 * Standard output as a destination of lines that never makes its process wait and never ends it: a collector that is
 * stuck or gone, or a full disk, must not stop an exchange. Lines that cannot be written wait for the next attempt, up to
 * a megabyte of them; the others are counted and dropped.
 *
 * What is being written when a process exits would come last, or twice; so the end of a process is to write one more line
 * and wait for it, at most 100 ms. There is no flush at the exit: on a full disk it would never return.
 */
export class StandardOutput implements DestinationStream {
  readonly #stream: sonicBoom.SonicBoom
  readonly #listeners: ((reason: string | undefined) => void)[] = []
  #dropped = 0
  #failed = 0
  #trouble: string | undefined

  constructor(fd = process.stdout.fd) {
    this.#stream = new sonicBoom.SonicBoom({ fd, sync: false, maxLength: WAITING_BYTES_MAX })
    this.#stream.on('drop', () => this.#dropped++)
    this.#stream.on('write', () => this.#turn(undefined))
    this.#stream.on('error', (error: Error) => {
      this.#failed++
      this.#turn(error.message)
    })
  }

  /** Lines that were dropped since the start. */
  get dropped(): number {
    return this.#dropped
  }

  /** Writes that failed since the start; what they carried is tried again. */
  get failed(): number {
    return this.#failed
  }

  write(line: string): void {
    this.#stream.write(line)
  }

  /** Called with the reason when lines cannot be written any more, and with `undefined` when they can again. */
  onTrouble(listener: (reason: string | undefined) => void): void {
    this.#listeners.push(listener)
  }

  /** Write one more line with `lastLine`, and wait until everything is out. Never rejects. */
  async wrote(lastLine: () => void): Promise<void> {
    const drained = once(this.#stream, 'drain', { signal: AbortSignal.timeout(LAST_LINE_MS_MAX) })
    lastLine()
    await drained.catch(() => undefined)
  }

  #turn(reason: string | undefined): void {
    if (reason === this.#trouble) return
    this.#trouble = reason
    for (const listener of this.#listeners) listener(reason)
  }
}

/**
 * What is written to standard output or standard error beside the log – warnings of Node, notes for a person – does not
 * end the process either when it cannot be written.
 */
export function surviveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}
