import type { Journal, Lease } from '@uptick/journal'
import type { EngineObserver, EngineSeams, EngineSettings } from './engine-seams.ts'
import type { Recovered } from './recovery.ts'
import type { Poison } from './sequencer.ts'

/** One epoch of leading, as it stands in the journal. */
export interface Term {
  readonly epoch: number
  /** Whether no other member can lead yet: asked whenever something is to leave. */
  readonly mayAnswer: () => boolean
  /** Whether this epoch is still the journal's newest, at some moment after the call. */
  readonly leads: () => Promise<boolean>
}

/** What a leader tells its engine. */
export interface TermEvents {
  poisoned(poison: Poison): void
  fenced(): void
  rolledBack(error: unknown): void
  halted(error: unknown): void
  trouble(error: unknown): void
  /** An operator wants another member to lead. */
  handOffAsked(): void
}

/** What a leader runs on. */
export interface LeaderSeams extends Pick<EngineSeams, 'clock' | 'timers' | 'others' | 'unmet'> {
  readonly journal: Pick<Journal, 'append' | 'resolve' | 'confirm' | 'head' | 'read'>
  readonly lease: Pick<Lease, 'reading'>
  readonly observer: Pick<EngineObserver, 'batch' | 'committed' | 'late'>
}

export type LeaderSettings = Pick<
  EngineSettings,
  'shard' | 'url' | 'ackPolicy' | 'behaviours' | 'appendsInFlightMax' | 'process'
>

/** State at the head of the journal, which one epoch alone may extend. */
export type LedState = Omit<Recovered, 'replica'>
