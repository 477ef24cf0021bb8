/** Without an outcome for this long (µs) the leader's present time is unknown. */
const FRESH_MAX = 1_000_000

/**
 * The journaled time up to which a gateway has seen everything of a shard. The journal's times never decrease, so a
 * later trade has this time or a later one: an interval that ended by then is final.
 */
export class JournalTime {
  readonly #ask: () => Promise<unknown>
  #time = 0
  #seenAt = Number.NEGATIVE_INFINITY
  #isAsking = false

  /** `ask` has the leader journal its time, with a command that changes nothing. */
  constructor(ask: () => Promise<unknown> = () => Promise.resolve()) {
    this.#ask = ask
  }

  /** µs; 0 before the first outcome. */
  get time(): number {
    return this.#time
  }

  /** Whether the time is close to the leader's present, by the gateway's clock (`now` in µs). */
  isFresh(now: number): boolean {
    return now - this.#seenAt <= FRESH_MAX
  }

  /** The feed brought an outcome that was journaled at `time`; it is `now` (both µs). */
  saw(time: number, now: number): void {
    if (time > this.#time) this.#time = time
    this.#seenAt = now
  }

  /**
   * A caller waits for a time that the leader's clock may have reached. Without orders nothing is journaled, so the
   * leader is asked, one question at a time. A caller that still waits after the answer calls again.
   */
  want(): void {
    if (this.#isAsking) return
    this.#isAsking = true
    const asked = (): void => {
      this.#isAsking = false
    }
    this.#ask().then(asked, asked)
  }
}
