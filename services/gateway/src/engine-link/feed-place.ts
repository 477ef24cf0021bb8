import { outcomeWords } from '@uptick/core'
import { outcomeSum, type Hello, type OutcomesFrame, type Seen } from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'

/**
 * A leader that lacks what was shown here asks the journal, and halts the shard if it lacks it, too: what is said here may be
 * the only trace of it. One that still leads after so long has the history that counts.
 */
const AHEAD_MS_MAX = 10_000

/** How far the feed has been followed, and in which history: what a gateway says when it comes back. */
export class FeedPlace {
  readonly #clock: Clock
  readonly #follows: boolean
  /** Outcome to begin with when none was followed. */
  #begin = 1
  #sequence = -1
  /** The last frame, and where what it brought began: what was seen is told from it when the link asks. */
  #frame: OutcomesFrame | undefined
  #from = 0
  #aheadSince: number | undefined

  constructor(clock: Clock, follows: boolean) {
    this.#clock = clock
    this.#follows = follows
  }

  /** The last outcome; 0 before the first. */
  get sequence(): number {
    return Math.max(0, this.#sequence)
  }

  /** Nothing was followed yet. */
  get isNew(): boolean {
    return this.#sequence < 0
  }

  /** The outcome to go on with. */
  get next(): number {
    return this.isNew ? this.#begin : this.#sequence + 1
  }

  /** What HELLO says: nothing was seen where nothing was fed just before `next`. */
  get wanted(): Pick<Hello, 'feedFrom' | 'seen'> {
    if (!this.#follows) return { feedFrom: -1 }
    return { feedFrom: this.next, seen: this.#seen }
  }

  /** Undefined when the last frame is not what was fed just before `next`. */
  get #seen(): Seen | undefined {
    if (this.#frame?.last !== this.#sequence) return undefined
    const { epoch, last: sequence, words, end } = this.#frame
    let newest = this.#from
    for (let at = newest; at < end; at += outcomeWords(words, at)) newest = at
    return { sequence, epoch, sum: outcomeSum(words, newest) }
  }

  /** Begin with this outcome, once. */
  begin(at: number): void {
    this.#begin = at
  }

  /** The feed goes on with `next`; whether that leaves a gap. */
  goOn(next: number): boolean {
    const isGap = this.isNew || next > this.#sequence + 1
    this.#sequence = next - 1
    this.#aheadSince = undefined
    return isGap
  }

  /** Fed to the end of the frame, of which the outcomes from `from` on are new. */
  fed(frame: OutcomesFrame, from: number): void {
    this.#sequence = frame.last
    this.#frame = frame
    this.#from = from
  }

  /** A leader said why we cannot go on: whether the feed begins anew now. */
  refused(reason: unknown): boolean {
    if (reason === 'ahead-of-journal') {
      const now = this.#clock.elapsed()
      this.#aheadSince ??= now
      if (now - this.#aheadSince < AHEAD_MS_MAX) return false
    } else if (reason !== 'another-history') return false
    this.forget()
    return true
  }

  /** What was followed is not the journal's history. */
  forget(): void {
    this.#sequence = -1
    this.#frame = undefined
    this.#aheadSince = undefined
  }
}
