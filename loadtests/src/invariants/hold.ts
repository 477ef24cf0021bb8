/**
 * How long an answer may take beyond the hold, ms. One whose order goes on in later steps is waited for up to 250 ms after the
 * last of them.
 */
const LATE_MS_MAX = 350
/**
 * A deadline is early by what the engine's clock took to arrive, which is up to 300 ms on the slowest links here, and commands of
 * one frame share the earliest of theirs.
 */
const EARLY_MS_MAX = 400

/** What is promised of requests that no engine answers: they are held so long, no longer, and then answered. */
export class Hold {
  readonly violations: string[] = []
  readonly #holdMs: number

  constructor(holdMs: number) {
    this.#holdMs = holdMs
  }

  /** A request was answered `ms` after it came to a gateway that ran all the time; or given up. */
  answered(ms: number, isGivenUp: boolean): void {
    if (ms > this.#holdMs + LATE_MS_MAX) this.violations.push(`hold: a request was answered after ${ms.toFixed(0)} ms`)
    if (isGivenUp && ms < this.#holdMs - EARLY_MS_MAX)
      this.violations.push(`hold: a request was given up after ${ms.toFixed(0)} ms`)
  }
}
