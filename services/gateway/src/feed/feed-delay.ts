import type { Clock } from '@uptick/runtime'
import type { OutcomeSpan } from './outcome-span.ts'
import type { Stage } from './stage.ts'
import { eachOutcome } from './walk.ts'

/** Hears how long after their journaled time outcomes were told to streams, seconds. */
export type DelayObserver = (seconds: number) => void

/**
 * Measures how old the newest outcome of each frame is when all stages before this one have told it. Journaled time is the
 * leader's clock, so the clocks of gateway and leader have to agree; a difference below zero counts as zero.
 */
export class FeedDelay implements Stage {
  readonly #clock: Pick<Clock, 'now'>
  readonly #observe: DelayObserver

  constructor(clock: Pick<Clock, 'now'>, observe: DelayObserver) {
    this.#clock = clock
    this.#observe = observe
  }

  frame(span: OutcomeSpan): void {
    let newest: number | undefined
    eachOutcome(span, (_at, _sequence, time) => (newest = time))
    if (newest !== undefined) this.#observe(Math.max(0, this.#clock.now() - newest) / 1e6)
  }
}
