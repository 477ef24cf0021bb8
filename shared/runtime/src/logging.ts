import { once } from 'node:events'
import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino'

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
  return options.destination ? pino(settings, options.destination) : pino(settings)
}

/** Past this, a reader of standard output that does not read keeps nobody from leaving. */
const LAST_LINE_MS_MAX = 100

/**
 * Standard output as a destination that never makes its process wait: a collector that is stuck must not stop an
 * exchange. What is being written when a process exits would then come last, or twice; so the end of a process is to
 * write one more line and wait for it, at most 100 ms.
 */
export function standardOutput(): DestinationStream & { wrote: (lastLine: () => void) => Promise<void> } {
  const stream = destination({ fd: process.stdout.fd, sync: false })
  return {
    write: (line) => void stream.write(line),
    wrote: async (lastLine) => {
      const drained = once(stream, 'drain', { signal: AbortSignal.timeout(LAST_LINE_MS_MAX) })
      lastLine()
      await drained.catch(() => {})
    },
  }
}
