/** A claim that could not be made for so long is given up, µs; one that was made is kept longer, so that it stays unique. */
const TRIED_FOR = 30_000_000
export const CLAIM_KEPT_MS = 60_000
/** Claims that wait, and those of one exchange. */
export const CLAIMS_MAX = 10_000
const EXCHANGED_MAX = 500

interface Claim {
  /** µs. */
  readonly since: number
  readonly won: () => void
}

/**
 * What every gateway hears of and exactly one must do: the first whose claim arrives where counts come together. A claim
 * may be made again: whose the first was decides. As long as that place is away no gateway does it.
 */
export class Claims {
  readonly #waiting = new Map<number, Claim>()

  get size(): number {
    return this.#waiting.size
  }

  /** `won` is called later, if this gateway is the one for `sequence`. At the bound the oldest claim is given up. */
  add(sequence: number, now: number, won: () => void): void {
    const oldest = this.#waiting.size >= CLAIMS_MAX ? this.#waiting.keys().next().value : undefined
    if (oldest !== undefined) this.#waiting.delete(oldest)
    this.#waiting.set(sequence, { since: now, won })
  }

  /** Sequences to claim in this exchange. */
  due(now: number): number[] {
    for (const [sequence, { since }] of this.#waiting) {
      if (now - since <= TRIED_FOR) break
      this.#waiting.delete(sequence)
    }
    return [...this.#waiting.keys()].slice(0, EXCHANGED_MAX)
  }

  /** Which of them are this gateway's. */
  learn(sequences: readonly number[], isOwn: readonly boolean[]): void {
    for (const [i, sequence] of sequences.entries()) {
      const claim = this.#waiting.get(sequence)
      this.#waiting.delete(sequence)
      if (isOwn[i]) claim?.won()
    }
  }
}
