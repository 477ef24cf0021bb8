import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino'

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
