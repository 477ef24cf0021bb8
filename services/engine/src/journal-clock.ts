import type { ClockReading } from '@uptick/journal'
import type { Clock } from '@uptick/runtime'

/** How far the leader's wall clock may be from PostgreSQL's, µs. A clock that is further off is not used. */
export const CLOCKS_APART_MAX = 1_000_000
/** Journaled time gains on real time no faster than this times as fast as the monotonic clock runs. */
const RATE_MAX = 2

/**
 * The time that batches are journaled at. It never falls, and a time too far ahead can never be taken back. So the
 * leader's wall clock counts only within a second of PostgreSQL's, which all members share, and a jump of either is
 * followed slowly.
 */
export class JournalClock {
  readonly #clock: Clock
  readonly #reading: () => ClockReading | undefined
  /** Journaled time of the batch before, of this epoch, and when that was: `Clock.elapsed`, ms. */
  #last: { readonly time: number; readonly elapsed: number } | undefined

  /** @param reading the last that is known of PostgreSQL's clock; undefined where there is none */
  constructor(clock: Clock, reading: () => ClockReading | undefined) {
    this.#clock = clock
    this.#reading = reading
  }

  /** The time of a batch that is cut now, after one of `before`; both µs. */
  next(before: number): number {
    const elapsed = this.#clock.elapsed()
    const time = Math.max(before, Math.floor(this.#slowly(elapsed)))
    this.#last = { time, elapsed }
    return time
  }

  /** The time without a jump. */
  #slowly(elapsed: number): number {
    const now = this.#clock.now()
    const reading = this.#reading()
    // Whatever happened during the question's round trip, PostgreSQL's clock is within these two bounds.
    const most = reading ? reading.time + (elapsed - reading.askedAt) * 1_000 + CLOCKS_APART_MAX : now
    const least = reading ? reading.time + (elapsed - reading.heardAt) * 1_000 - CLOCKS_APART_MAX : now
    // The first of an epoch may be long after the one before; of two clocks the one that is behind does no lasting harm.
    if (this.#last === undefined) return Math.min(now, most)
    const reached = this.#last.time + (elapsed - this.#last.elapsed) * 1_000 * RATE_MAX
    return Math.min(reached, most, Math.max(now, least))
  }
}
