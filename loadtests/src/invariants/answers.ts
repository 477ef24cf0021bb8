import { nothingGivenUp, type GivenUp } from './given-up.ts'

/** A reply as a client received it. */
export interface GivenAnswer {
  /** Sequence of the outcome in the feed. */
  readonly sequence: number
  /** Checksum of the outcome's words. */
  readonly checksum: number
  /** A description for people. */
  readonly what: string
}

/** A reply that continued in later outcomes, as the journal has it. */
export interface WholeReply {
  readonly checksum: number
  /** Sequence at which it was complete. */
  readonly end: number
}

/** I2: every reply that a client received is in the journal, word for word, at the sequence of the reply. */
export class Answers {
  readonly #given: GivenAnswer[] = []

  get count(): number {
    return this.#given.length
  }

  given(answer: GivenAnswer): void {
    this.#given.push(answer)
  }

  /**
   * @param journaled checksums of the journal's outcomes, by sequence − 1
   * @param whole replies that continued in later outcomes, assembled from the journal, by sequence
   */
  check(
    journaled: readonly number[],
    whole: ReadonlyMap<number, WholeReply> = new Map(),
    givenUp: GivenUp = nothingGivenUp,
  ): string[] {
    return this.#given.flatMap(({ sequence, checksum, what }) => {
      const reply = whole.get(sequence)
      const isThere = (reply?.checksum ?? journaled[sequence - 1]) === checksum
      if (isThere || givenUp.has(sequence, reply?.end)) return []
      return [`I2: ${what} was answered at ${sequence}, the journal differs there`]
    })
  }
}
