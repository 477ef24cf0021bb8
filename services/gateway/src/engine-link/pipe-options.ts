import type { Clock } from '@uptick/runtime'
import type { EngineClock } from './engine-clock.ts'

/** Hears how long callers were held by a change of leader, and what they were told when it took too long. */
export interface HoldObserver {
  /** A command was executed that had to wait for another leader: from its call to its outcome, ms. */
  held(milliseconds: number): void
  /** The hold ended first: `unknown` when it had been sent (-1007), else `busy` (-1008). */
  gaveUp(answer: 'busy' | 'unknown'): void
}

export interface PipeOptions {
  readonly observer?: HoldObserver | undefined
  readonly clock: Clock
  /** Commands waiting to be sent; one more is refused. */
  readonly queueMax: number
  /** A command that is not answered by then is given up by its caller. */
  readonly holdMs: number
  /** Says by when the engine must have sequenced what is given up here later. */
  readonly engineClock: Pick<EngineClock, 'deadline'>
  /** Symbols of markets that take no command now. */
  readonly busy: Set<number>
}
