/**
 * A claim that failed for this long is given up, µs. A claim that succeeded is kept longer, so that it stays unique.
 */
const TRIED_FOR = 30_000_000
export const CLAIM_KEPT_MS = 60_000
/** Bound on the claims that wait, and on the claims of one exchange. */
export const CLAIMS_MAX = 10_000
const EXCHANGED_MAX = 500

interface Claim {
  /** µs. */
  readonly since: number
  readonly won: () => void
}

/**
 * Work of which every gateway hears and that exactly one must do. The first gateway whose claim reaches the shared
 * store does it. A claim may be repeated: the first one counts. While the store is unreachable no gateway does the
 * work.
 */
export class Claims {
  readonly #waiting = new Map<number, Claim>()

  get size(): number {
    return this.#waiting.size
  }

  /** Claim `sequence`; `won` is called later if this gateway gets it. At the bound the oldest claim is given up. */
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

  /** The store has answered which of the claims this gateway won. */
  learn(sequences: readonly number[], isOwn: readonly boolean[]): void {
    for (const [i, sequence] of sequences.entries()) {
      const claim = this.#waiting.get(sequence)
      this.#waiting.delete(sequence)
      if (isOwn[i]) claim?.won()
    }
  }
}
