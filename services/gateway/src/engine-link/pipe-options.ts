import type { Clock } from '@uptick/runtime'
import type { EngineClock } from './engine-clock.ts'

/** Observes how long a change of leader held callers, and which error they got when it took too long. */
export interface HoldObserver {
  /** A command that had to wait for another leader was executed: ms from its call to its outcome. */
  held(milliseconds: number): void
  /** The hold ended first: `unknown` when it had been sent (-1007), else `busy` (-1008). */
  gaveUp(answer: 'busy' | 'unknown'): void
}

export interface PipeOptions {
  readonly observer?: HoldObserver | undefined
  readonly clock: Clock
  /** Commands waiting to be sent; one more is refused. */
  readonly queueMax: number
  /** The caller of a command that is not answered within this time gets an error. */
  readonly holdMs: number
  /** Gives the time by which the engine must have sequenced a command that is given up here later. */
  readonly engineClock: Pick<EngineClock, 'deadline'>
  /** Symbols whose markets take no command now. */
  readonly busy: Set<number>
}
