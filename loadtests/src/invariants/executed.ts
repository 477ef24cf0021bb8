import type { Command, Exchange, Outcome } from '@uptick/core'

/** One command of the journal, as a replay executed it. Reused: the command and the words must not be kept. */
export interface Executed {
  readonly command: Command
  readonly outcome: Outcome
  readonly sequence: number
  /** Journaled, µs. */
  readonly time: number
  readonly epoch: number
  /** The state after it. */
  readonly exchange: Exchange
}

/**
 * Looks at every command of a journal in order, and knows what must not be. Sees outcomes only, never how they came about,
 * so it serves any replay: of a simulation, or of a real journal.
 */
export interface Checker {
  /** A sentence each, beginning with the invariant's number. */
  readonly violations: string[]
  see(executed: Executed): void
}
