import type { AnswerTo } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import { EngineClock } from './engine-clock.ts'
import type { Answer } from './query-book.ts'

/** How often the engine is asked. A connection that is dead is found out by that, too. */
const ASK_MS = 1_000
/** A clock that was longer on its way makes deadlines so early that commands wait for a better one. */
const FRESH_MS_MAX = 500

/** Keeps what is known of the clock of the engine that we are linked to. */
export class ClockWatch {
  readonly engine = new EngineClock()
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #askEngine: () => Promise<Answer<AnswerTo<'clock'>>>
  #cancel: () => void = () => undefined
  #ready: (() => void) | undefined
  #isAsking = false

  /** @param askEngine puts the question `clock` to it */
  constructor(
    { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
    askEngine: () => Promise<Answer<AnswerTo<'clock'>>>,
  ) {
    this.#clock = clock
    this.#timers = timers
    this.#askEngine = askEngine
  }

  /**
   * An engine welcomed us, with these extras, for the HELLO of `helloAt` (`Clock.elapsed`). `ready` is called when commands
   * may be sent: at once, or, where the welcome was long on its way or we were frozen meanwhile, when it has told its clock
   * again. An engine of the release before tells none.
   */
  begin(extras: unknown, helloAt: number, ready: () => void): void {
    this.end()
    this.engine.forget()
    const isFresh = this.#clock.elapsed() - helloAt <= FRESH_MS_MAX
    if (!this.#hear(extras) || isFresh) ready()
    else this.#ready = ready
    this.#ask()
  }

  /** The connection is gone. */
  end(): void {
    this.#ready = undefined
    this.#cancel()
  }

  #ask(): void {
    this.#cancel = this.#timers.after(ASK_MS, () => this.#ask())
    if (this.#isAsking) return
    this.#isAsking = true
    const over = (): void => {
      this.#isAsking = false
    }
    this.#askEngine()
      .then(({ value }) => this.#answered(value))
      .then(over, over)
  }

  #answered(value: unknown): void {
    if (!this.#hear(value)) return
    const ready = this.#ready
    this.#ready = undefined
    ready?.()
  }

  #hear(value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !('elapsed' in value)) return false
    const { elapsed } = value
    if (typeof elapsed !== 'number') return false
    this.engine.told(elapsed, this.#clock.elapsed())
    return true
  }
}
