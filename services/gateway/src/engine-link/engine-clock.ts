/**
 * How slow the engine's monotonic clock may run beside ours: 0.1 % is what two machines come to whose clocks are slewed by
 * NTP as fast as it does that.
 */
const RATE_MIN = 0.999
/** For what lies between reading a clock and acting on it, ms. */
const MARGIN_MS = 5

/**
 * What is known of the engine's monotonic clock: enough to say by when it must have sequenced a command that is given up
 * here at a certain moment. What it told took some time to come, so by now its clock shows at least that and what has
 * passed here since. However long the way is, a deadline is too early by it and never too late; of all that it told, what
 * was quickest counts.
 */
export class EngineClock {
  /** What its clock showed at least when ours showed nought. */
  #origin = Number.POSITIVE_INFINITY

  /** Another engine, whose clock is another one. */
  forget(): void {
    this.#origin = Number.POSITIVE_INFINITY
  }

  /** Its clock showed `elapsed` when ours showed `now` or less, ms. */
  told(elapsed: number, now: number): void {
    const origin = elapsed - now * RATE_MIN
    if (origin > this.#origin || this.#origin === Number.POSITIVE_INFINITY) this.#origin = origin
  }

  /** What its clock does not show before ours shows `end`, both in ms; `Infinity` while it has told nothing. */
  deadline(end: number): number {
    return this.#origin + end * RATE_MIN - MARGIN_MS
  }
}
