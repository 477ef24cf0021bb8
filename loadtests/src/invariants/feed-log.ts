import { nothingGivenUp, type GivenUp } from './given-up.ts'

/**
 * I9, as one follower of the feed sees it. Outcomes come one after the other without a gap, also after a change of
 * connection or leader. Nothing leaves an engine before it is durable, and everything equals the journal.
 */
export class FeedLog {
  readonly violations: string[] = []
  readonly #name: string
  readonly #checksums = new Map<number, number>()
  #last: number | undefined
  /** Places where the feed continued after a declared gap. */
  readonly resets: { readonly after: number; readonly next: number }[] = []

  constructor(name: string) {
    this.#name = name
  }

  get last(): number {
    return this.#last ?? 0
  }

  /** The feed declares that it begins at `next`. */
  reset(next: number): void {
    if (this.#last !== undefined) this.resets.push({ after: this.#last, next })
    this.#last = next - 1
  }

  /** The outcome of `sequence` arrived; `durable` is the end of the journal at that moment. */
  heard(sequence: number, checksum: number, durable: number): void {
    if (this.#last !== undefined && sequence !== this.#last + 1)
      this.violations.push(`I9: ${this.#name} heard ${sequence} after ${this.#last}`)
    if (sequence > durable) this.violations.push(`I9: ${this.#name} heard ${sequence}, durable was ${durable}`)
    this.#last = sequence
    this.#checksums.set(sequence, checksum)
  }

  /**
   * @param journaled checksums of the journal's outcomes, by sequence − 1
   * @param retained whether engines still had the outcomes after a sequence when the feed went on at another one
   */
  check(
    journaled: readonly number[],
    retained: (after: number, next: number) => boolean,
    givenUp: GivenUp = nothingGivenUp,
  ): string[] {
    const violations = [...this.violations]
    for (const { after, next } of this.resets) {
      if (next !== after + 1 && !givenUp.has(after) && retained(after + 1, next))
        violations.push(`I9: ${this.#name} was at ${after} and got no suffix, but began anew at ${next}`)
    }
    for (const [sequence, checksum] of this.#checksums) {
      if (journaled[sequence - 1] === checksum || givenUp.has(sequence)) continue
      violations.push(`I9: ${this.#name} heard another outcome ${sequence} than the journal holds`)
      break
    }
    return violations
  }
}
