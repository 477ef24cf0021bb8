import type { Exchange } from '@uptick/core'
import type { ClockReading, Journal, RosterEntry } from '@uptick/journal'
import type { ClosedOrders } from './closed-orders.ts'
import type { RetainedBatches } from './retained-batches.ts'
import type { RetainedOutcomes } from './retained-outcomes.ts'
import type { Clock, Timers } from './seams.ts'
import type { Poison } from './sequencer.ts'

/** What a leader says to the life that it is part of. */
export interface LeaderEvents {
  batch(commands: number, bytes: number): void
  committed(milliseconds: number): void
  /** Commands came after their deadline, and were not executed. */
  late?(commands: number): void
  poisoned(poison: Poison): void
  fenced(): void
  rolledBack(error: unknown): void
  halted(error: unknown): void
  trouble(error: unknown): void
  /** An operator wants another member to lead. */
  handOffAsked(): void
}

/** What a leader is given. */
export interface LeaderOptions {
  /** State at the head of the journal, which this epoch alone may extend. */
  readonly exchange: Exchange
  readonly epoch: number
  readonly shard: number
  readonly ackPolicy: string
  readonly behaviours: readonly number[]
  readonly retained: RetainedOutcomes
  readonly closedOrders: ClosedOrders
  readonly batches: RetainedBatches
  /** Whether nobody else can lead yet: asked whenever something is to leave. */
  readonly mayAnswer: () => boolean
  /** Whether this epoch is still the journal's newest, at some moment after the call. */
  readonly leads: () => Promise<boolean>
  /** Who else executes the journal, whether it has joined or not. */
  readonly others: () => readonly RosterEntry[]
  readonly journal: Pick<Journal, 'append' | 'resolve' | 'confirm' | 'head' | 'read'>
  readonly clock: Clock
  /** The last that is known of PostgreSQL's clock. */
  readonly reading: () => ClockReading | undefined
  readonly timers: Timers
  readonly appendsInFlightMax: number
  readonly events: LeaderEvents
}
