import { EventKind, eachEvent, outcomeRepeated, WorkAt, WorkKind } from '@uptick/core'
import type { Clock } from '../seams.ts'
import { OUTCOME_UNKNOWN } from './link-errors.ts'
import type { OutcomeView } from './outcome-view.ts'
import { unfinishedWork, UnfinishedReply } from './unfinished-reply.ts'

/**
 * Follows in the feed which markets have unfinished work – they take no command until it is done – and completes the
 * replies whose orders and cancels that work is.
 */
export class WorkFollower {
  /** Symbols of markets that take no command now, as far as the feed has told. */
  readonly busy = new Set<number>()
  readonly #clock: Clock
  /** A reply that hears nothing for so long is given up, ms. */
  readonly #silenceMax: number
  readonly #freed: (symbol: number) => void
  readonly #unfinished = new Set<UnfinishedReply>()

  constructor(clock: Clock, silenceMax: number, freed: (symbol: number) => void) {
    this.#clock = clock
    this.#silenceMax = silenceMax
    this.#freed = freed
  }

  get unfinished(): number {
    return this.#unfinished.size
  }

  /** An outcome that tells of work. */
  follow(words: Int32Array, offset: number): void {
    const now = this.#clock.elapsed()
    for (const reply of this.#unfinished) {
      if (!reply.follow(words, offset, now)) continue
      this.#unfinished.delete(reply)
      reply.resolve(reply.outcome())
    }
    eachEvent(words, offset, (kind, at) => {
      if (kind !== EventKind.WORK) return
      const symbol = words[at + WorkAt.SYMBOL]!
      if (words[at + WorkAt.WORK] !== WorkKind.NONE) this.busy.add(symbol)
      else if (this.busy.delete(symbol)) this.#freed(symbol)
    })
  }

  /**
   * The reply as its sender is to get it: whole at once, or once the feed has told the rest. A repeated one is about the
   * past, and its rest may have gone by: then its outcome is unknown here, and a query tells.
   */
  complete(view: OutcomeView): OutcomeView | Promise<OutcomeView> {
    const subject = unfinishedWork(view)
    if (subject === undefined) return view
    if (outcomeRepeated(view.words, view.offset)) {
      const past = Promise.reject(OUTCOME_UNKNOWN)
      past.catch(() => undefined)
      return past
    }
    const whole = new Promise<OutcomeView>((resolve, reject) => {
      this.#unfinished.add(new UnfinishedReply(view, subject, { resolve, reject }, this.#clock.elapsed()))
    })
    // Its sender may have been answered before, at the end of the hold.
    whole.catch(() => undefined)
    return whole
  }

  /** The feed has a gap: what happened in it is not known. */
  reset(): void {
    this.#giveUp(() => true)
    this.busy.clear()
  }

  /** Give up the replies that have heard nothing for too long. */
  expire(): void {
    const before = this.#clock.elapsed() - this.#silenceMax
    this.#giveUp(({ heardAt }) => heardAt <= before)
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
