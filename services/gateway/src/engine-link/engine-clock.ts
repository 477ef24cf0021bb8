/**
 * How slow the engine's monotonic clock may run compared with ours. 0.1 % is the largest difference between two
 * machines whose clocks NTP slews at its fastest rate.
 */
const RATE_MIN = 0.999
/** For the time between reading a clock and acting on it, ms. */
const MARGIN_MS = 5

/**
 * An estimate of the engine's monotonic clock. It gives the time by which the engine must have sequenced a command that
 * its caller gives up at a certain moment. The engine's answer took some time to arrive, so its clock now shows at
 * least that answer plus the time that has passed here since. So a deadline may be too early by the delay of the
 * answer, and is never too late. The answer with the smallest delay counts.
 */
export class EngineClock {
  /** What the engine's clock showed at least when ours showed 0. */
  #origin = Number.POSITIVE_INFINITY

  /** Another engine has another clock. */
  forget(): void {
    this.#origin = Number.POSITIVE_INFINITY
  }

  /** The engine's clock showed `elapsed` when ours showed `now` or less, ms. */
  told(elapsed: number, now: number): void {
    const origin = elapsed - now * RATE_MIN
    if (origin > this.#origin || this.#origin === Number.POSITIVE_INFINITY) this.#origin = origin
  }

  /** A time that the engine's clock does not show before ours shows `end` (ms); `Infinity` before the first answer. */
  deadline(end: number): number {
    return this.#origin + end * RATE_MIN - MARGIN_MS
  }
}
