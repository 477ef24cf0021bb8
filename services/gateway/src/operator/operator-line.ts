import { outcomeSequence, type Command } from '@uptick/core'
import type { AnswerTo, Question, QuestionKind } from '@uptick/protocol'
import type { CancelTimer } from '@uptick/runtime'
import { EngineLink } from '../engine-link/link.ts'
import type { OutcomeView } from '../engine-link/outcome-view.ts'
import { HOLD_MS_DEFAULT } from '@uptick/link'
import type { LinkOptions } from '../engine-link/link-options.ts'
import type { Answer } from '../engine-link/query-book.ts'

/** Operators are rare: a permanent connection of each gateway would only take up connections of the engine. */
const IDLE_MS_MAX = 10_000

/** The traders' link, where traders see the effect of an operator's command. */
type Shown = Pick<EngineLink, 'sequence' | 'onOutcomes' | 'onFeedReset'>

/**
 * The operator API's own connection to the engine, with the role of an operator and a session of its own. The traders'
 * link may not send its commands. It is dialled when it is needed, and closed after ten idle seconds.
 */
export class OperatorLine {
  readonly #options: LinkOptions
  readonly #link: EngineLink
  readonly #traders: Shown
  /** Callers that wait until the traders' link has reached a sequence. */
  readonly #waiting = new Set<{ readonly sequence: number; readonly resolve: () => void }>()
  #isDialled = false
  #underWay = 0
  #cancelRest: CancelTimer = () => undefined
  #closed = false

  /** @param options as those of `traders`, but with a `dial` for the role of an operator */
  constructor(options: LinkOptions, traders: Shown) {
    this.#options = options
    this.#traders = traders
    this.#link = new EngineLink({ ...options, follows: false })
    traders.onOutcomes((_words, _from, _to, _first, last) => this.#arrived(last))
    traders.onFeedReset((next) => this.#arrived(next - 1))
  }

  /**
   * As `EngineLink.submit`, for administrative commands. Traders of this gateway see the effect when it resolves,
   * unless their link is down until the hold ends.
   */
  async submit(build: (command: Command) => void): Promise<OutcomeView> {
    const { clock, holdMs = HOLD_MS_DEFAULT } = this.#options
    const until = clock.elapsed() + holdMs
    const outcome = await this.#use(() => this.#link.submit(build))
    await this.#shown(outcomeSequence(outcome.words, outcome.offset), until - clock.elapsed())
    return outcome
  }

  /** As `EngineLink.query`, for questions that only an operator may ask. */
  query<Kind extends QuestionKind>(question: Question<Kind>): Promise<Answer<AnswerTo<Kind>>> {
    return this.#use(() => this.#link.query(question))
  }

  /** Commands that are not answered, including those that were given up and not resolved yet. */
  get unanswered(): number {
    const { queued, unanswered } = this.#link.state
    return queued + unanswered
  }

  close(): void {
    this.#closed = true
    this.#cancelRest()
    this.#link.close()
  }

  #shown(sequence: number, msMax: number): Promise<void> {
    if (this.#traders.sequence >= sequence || msMax <= 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { sequence, resolve }
    this.#waiting.add(waiter)
    const cancel = this.#options.timers.after(msMax, resolve)
    return promise.finally(() => {
      cancel()
      this.#waiting.delete(waiter)
    })
  }

  #arrived(last: number): void {
    for (const { sequence, resolve } of this.#waiting) if (sequence <= last) resolve()
  }

  async #use<T>(run: () => Promise<T>): Promise<T> {
    this.#cancelRest()
    if (!this.#isDialled && !this.#closed) {
      this.#isDialled = true
      this.#link.start()
    }
    this.#underWay++
    try {
      return await run()
    } finally {
      if (--this.#underWay === 0) this.#restLater()
    }
  }

  #restLater(): void {
    if (this.#closed) return
    this.#cancelRest = this.#options.timers.after(IDLE_MS_MAX, () => {
      // Commands that were given up and not resolved keep the connection open.
      if (this.unanswered > 0) return this.#restLater()
      this.#isDialled = false
      this.#link.rest()
    })
  }
}
