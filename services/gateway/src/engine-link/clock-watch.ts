import type { AnswerTo } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import { EngineClock } from './engine-clock.ts'
import type { Answer } from './query-book.ts'

/** How often the engine's clock is asked for. The question also detects a dead connection. */
const ASK_MS = 1_000
/** An answer that took longer gives deadlines that are too early; commands then wait for a faster answer. */
const FRESH_MS_MAX = 500

/** Tracks the clock of the engine that this gateway is linked to. */
export class ClockWatch {
  readonly engine = new EngineClock()
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #askEngine: () => Promise<Answer<AnswerTo<'clock'>>>
  #cancel: () => void = () => undefined
  #ready: (() => void) | undefined
  #isAsking = false

  /** @param askEngine asks the engine the question `clock` */
  constructor(
    { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
    askEngine: () => Promise<Answer<AnswerTo<'clock'>>>,
  ) {
    this.#clock = clock
    this.#timers = timers
    this.#askEngine = askEngine
  }

  /**
   * An engine answered the HELLO of `helloAt` (`Clock.elapsed`) with a WELCOME that has these extras. `ready` is called
   * when commands may be sent. That is at once, unless the WELCOME took long or this process was frozen meanwhile: then
   * it is after the engine has sent its clock again. An engine of the previous release sends no clock.
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
