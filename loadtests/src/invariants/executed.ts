import type { Command, Exchange, Outcome } from '@uptick/core'

/** One command of the journal, as a replay executed it. The object is reused: do not keep the command or the words. */
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
 * Checks every command of a journal in order against an invariant. It sees outcomes only, so it serves any replay: of a
 * simulation, or of a real journal.
 */
export interface Checker {
  /** One sentence each, beginning with the invariant's number. */
  readonly violations: string[]
  see(executed: Executed): void
}
