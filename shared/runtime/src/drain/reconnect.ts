/** Close code of RFC 6455's registry: the service restarts, come back. */
export const SERVICE_RESTART = 1012

const REASON = /^restart; reconnect after (\d+) ms$/

/** The reason of a close frame that tells its client when to come back (ms). Short enough for a close frame (123 bytes). */
export function reconnectReason(delayMs: number): string {
  return `restart; reconnect after ${Math.max(0, Math.round(delayMs))} ms`
}

/** What `reconnectReason` said, ms; undefined for any other reason. */
export function reconnectDelayOf(reason: string): number | undefined {
  const match = REASON.exec(reason)
  return match ? Number(match[1]) : undefined
}

export interface ReconnectOptions {
  /** Clients that the other processes can take in a second. */
  readonly ratePerSecond: number
  /** No client is told less, ms. */
  readonly leastMs: number
  /** Spread at random on top, ms. */
  readonly spreadMs: number
  /** 0 up to 1. */
  readonly random: () => number
}

/**
 * Delays for clients that are sent away. Each gets the next free slot of a timetable with `ratePerSecond` slots, so that
 * they return at that rate even when they all had to be sent away at once.
 */
export class ReconnectTimetable {
  readonly #options: ReconnectOptions
  #nextSlot = -Infinity

  constructor(options: ReconnectOptions) {
    this.#options = options
  }

  /** The delay for the next client, in whole ms, at the time `now` (ms). */
  next(now: number): number {
    const { ratePerSecond, leastMs, spreadMs, random } = this.#options
    const slot = Math.max(this.#nextSlot, now)
    this.#nextSlot = slot + 1_000 / ratePerSecond
    return Math.round(slot - now + leastMs + random() * spreadMs)
  }
}
