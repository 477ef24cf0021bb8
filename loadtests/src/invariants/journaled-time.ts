/**
 * How far journaled time may be ahead of PostgreSQL's clock, µs: a second, plus the delay of the question for the clock
 * (less than a lease, or than the pause of a process that was frozen meanwhile), plus the drift of the clocks.
 */
const AHEAD_MAX = 1_000_000 + 6_000_000 + 50_000

/**
 * A journaled time that is too late can never be corrected. So no batch has a time much later than PostgreSQL's clock,
 * however stepped, had shown when the batch was written.
 */
export class JournaledTime {
  /**
   * By end of batch: the latest time of PostgreSQL's clock before it was written, or written again after a loss, µs.
   */
  readonly #written = new Map<number, number>()
  #last = 0
  #shown = 0

  /** The journal now ends at `last`, and PostgreSQL's clock shows `time`. */
  wrote(last: number, time: number): void {
    this.#shown = Math.max(this.#shown, time)
    if (last !== this.#last) this.#written.set(last, this.#shown)
    this.#last = last
  }

  /** @param times journaled, by sequence − 1, µs */
  check(times: readonly number[]): string[] {
    const found = [...this.#written].find(([last, shown]) => (times[last - 1] ?? 0) > shown + AHEAD_MAX)
    if (!found) return []
    const [last, shown] = found
    const seconds = (((times[last - 1] ?? 0) - shown) / 1e6).toFixed(1)
    return [`time: ${last} was journaled ${seconds} s ahead of every clock that PostgreSQL had shown`]
  }
}
