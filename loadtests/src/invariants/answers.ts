import { nothingGivenUp, type GivenUp } from './given-up.ts'

/** A reply as a client got it. */
export interface GivenAnswer {
  /** Where the outcome stands in the feed. */
  readonly sequence: number
  /** Of the outcome's words. */
  readonly checksum: number
  /** For a person to read. */
  readonly what: string
}

/** A reply that went on in later outcomes, as the journal has it. */
export interface WholeReply {
  readonly checksum: number
  /** Where it was whole. */
  readonly end: number
}

/** I2: all that a client was told is in the journal, word for word, at the sequence under which it was told. */
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
   * @param whole of the replies that went on in later outcomes, put together from the journal, by sequence
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
