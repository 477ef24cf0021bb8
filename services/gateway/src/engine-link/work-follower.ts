import { EventKind, eachEvent, outcomeRepeated, WorkAt, WorkKind, wordAt } from '@uptick/core'
import type { Clock } from '@uptick/runtime'
import { OUTCOME_UNKNOWN } from './link-errors.ts'
import type { OutcomeView } from './outcome-view.ts'
import { unfinishedWork, UnfinishedReply } from './unfinished-reply.ts'

/**
 * A market with unfinished work reports at least this often: no step takes longer. Past the hold, a longer silence
 * gives the reply up.
 */
const STEP_MS_MAX = 250

/**
 * Follows in the feed which markets have unfinished work: they take no command until it is done. Completes the replies
 * whose orders and cancels that work belongs to.
 */
export class WorkFollower {
  /** Symbols whose markets take no command now, according to the feed. */
  readonly busy = new Set<number>()
  readonly #clock: Clock
  readonly #holdMs: number
  readonly #freed: (symbol: number) => void
  readonly #unfinished = new Set<UnfinishedReply>()

  constructor(clock: Clock, holdMs: number, freed: (symbol: number) => void) {
    this.#clock = clock
    this.#holdMs = holdMs
    this.#freed = freed
  }

  get unfinished(): number {
    return this.#unfinished.size
  }

  /** An outcome with events about work. */
  follow(words: Int32Array, offset: number): void {
    const now = this.#clock.elapsed()
    for (const reply of this.#unfinished) {
      if (!reply.follow(words, offset, now)) continue
      this.#unfinished.delete(reply)
      reply.resolve(reply.outcome())
    }
    eachEvent(words, offset, (kind, at) => {
      if (kind !== EventKind.WORK) return
      const symbol = wordAt(words, at + WorkAt.SYMBOL)
      if (words[at + WorkAt.WORK] !== WorkKind.NONE) this.busy.add(symbol)
      else if (this.busy.delete(symbol)) this.#freed(symbol)
    })
  }

  /**
   * The reply as its sender gets it: at once when it is complete, else when the feed has brought the rest. A repeated
   * reply describes the past, and its rest may have gone by: then its outcome is unknown here, and a query tells it.
   * `since`: when its sender began to wait.
   */
  complete(view: OutcomeView, since = this.#clock.elapsed()): OutcomeView | Promise<OutcomeView> {
    const subject = unfinishedWork(view)
    if (subject === undefined) return view
    if (outcomeRepeated(view.words, view.offset)) {
      const past = Promise.reject(OUTCOME_UNKNOWN)
      past.catch(() => undefined)
      return past
    }
    const whole = new Promise<OutcomeView>((resolve, reject) => {
      this.#unfinished.add(
        new UnfinishedReply(view, subject, { resolve, reject }, { since, now: this.#clock.elapsed() }),
      )
    })
    // Its sender may have been answered before, at the end of the hold.
    whole.catch(() => undefined)
    return whole
  }

  /** The feed has a gap: its events are unknown. */
  reset(): void {
    this.#giveUp(() => true)
    this.busy.clear()
  }

  /** Give up the replies whose senders have waited longer than the hold and that make no progress. */
  expire(): void {
    const now = this.#clock.elapsed()
    this.#giveUp(({ since, heardAt }) => since <= now - this.#holdMs && heardAt <= now - STEP_MS_MAX)
  }

  close(): void {
    this.#giveUp(() => true)
  }

  #giveUp(isOver: (reply: UnfinishedReply) => boolean): void {
    for (const reply of this.#unfinished) {
      if (!isOver(reply)) continue
      this.#unfinished.delete(reply)
      reply.reject(OUTCOME_UNKNOWN)
    }
  }
}
