/**
 * Journaled time is ahead of PostgreSQL's clock by no more than a second; by what the question for it was on its way, which is
 * less than a lease, or than the pause of a process that was frozen meanwhile; and by what clocks drift: µs.
 */
const AHEAD_MAX = 1_000_000 + 6_000_000 + 50_000

/**
 * What is journaled too late can never be taken back: no batch has a time that PostgreSQL's clock, however it was stepped, had
 * not nearly shown by then.
 */
export class JournaledTime {
  /** By the end of a batch: the latest that PostgreSQL's clock had shown when it was written, or written anew after a loss, µs. */
  readonly #written = new Map<number, number>()
  #last = 0
  #shown = 0

  /** The journal ends at `last` now, and PostgreSQL's clock shows `time`. */
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
