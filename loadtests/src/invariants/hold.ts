/**
 * How long an answer may take beyond the hold, ms. For an order that continues in later steps the gateway waits up to
 * 250 ms after the last of them.
 */
const LATE_MS_MAX = 350
/**
 * How much too early a request may be given up, ms. A deadline is early by the delay of the engine's clock, which is up
 * to 300 ms on the slowest links here. Commands of one frame share the earliest deadline.
 */
const EARLY_MS_MAX = 400

/** The promise for requests that no engine answers: they are held for the hold, no longer, and then answered. */
export class Hold {
  readonly violations: string[] = []
  readonly #holdMs: number

  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  /** A request to a gateway that ran all the time was answered, or given up, after `ms`. */
  answered(ms: number, isGivenUp: boolean): void {
    if (ms > this.#holdMs + LATE_MS_MAX) this.violations.push(`hold: a request was answered after ${ms.toFixed(0)} ms`)
    if (isGivenUp && ms < this.#holdMs - EARLY_MS_MAX)
      this.violations.push(`hold: a request was given up after ${ms.toFixed(0)} ms`)
  }
}
