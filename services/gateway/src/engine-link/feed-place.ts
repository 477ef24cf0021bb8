import { outcomeWords } from '@uptick/core'
import { outcomeSum, type Hello, type OutcomesFrame, type Seen } from '@uptick/protocol'
import type { Clock } from '@uptick/runtime'

/**
 * How long a leader may lack outcomes that this gateway has followed. Such a leader asks the journal, and halts the
 * shard if the journal lacks them too: this gateway's word may be the only trace of them. A leader that still leads
 * after this time has the history that counts.
 */
const AHEAD_MS_MAX = 10_000

/** How far this gateway has followed the feed, and in which history: what it tells the engine when it reconnects. */
export class FeedPlace {
  readonly #clock: Clock
  readonly #follows: boolean
  /** Outcome to begin with when none was followed yet. */
  #begin = 1
  #sequence = -1
  /** The last frame, and the outcome that its new part begins with. `seen` is computed from it when the link asks. */
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

  /** No outcome was followed yet. */
  get isNew(): boolean {
    return this.#sequence < 0
  }

  /** The outcome to continue with. */
  get next(): number {
    return this.isNew ? this.#begin : this.#sequence + 1
  }

  /** The fields of HELLO. `seen` is absent when the outcome before `next` was not followed here. */
  get wanted(): Pick<Hello, 'feedFrom' | 'seen'> {
    if (!this.#follows) return { feedFrom: -1 }
    return { feedFrom: this.next, seen: this.#seen }
  }

  /** Undefined when the last frame does not end just before `next`. */
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

  /** The feed continues with `next`. Returns whether that leaves a gap. */
  goOn(next: number): boolean {
    const isGap = this.isNew || next > this.#sequence + 1
    this.#sequence = next - 1
    this.#aheadSince = undefined
    return isGap
  }

  /** The frame was followed to its end; its outcomes from `from` on are new. */
  fed(frame: OutcomesFrame, from: number): void {
    this.#sequence = frame.last
    this.#frame = frame
    this.#from = from
  }

  /** A leader refused the feed for this reason. Returns whether the feed restarts now. */
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
