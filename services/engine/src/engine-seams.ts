import type { Journal, Lease, RosterEntry } from '@uptick/journal'
import type { ProcessFacts, Unmet } from '@uptick/protocol'
import type { Clock, Timers } from '@uptick/runtime'
import type { Door } from './link-handler.ts'
import type { DialMember, Evidence, OpenExchange, RecordedThrough } from './seams.ts'
import type { SnapshotPolicy } from './snapshot-taker.ts'

/** What the engine runs on. Everything that touches the world is in here. */
export interface EngineSeams {
  readonly journal: Journal
  readonly lease: Lease
  /** Who else executes the journal, as far as it has said so lately. */
  readonly others: () => readonly RosterEntry[]
  readonly dialMember: DialMember
  readonly door: Door
  readonly clock: Clock
  readonly timers: Timers
  readonly evidence: Evidence
  readonly openExchange: OpenExchange
  readonly recordedThrough: RecordedThrough
  /**
   * Makes ready what a take-over needs of the surroundings; called now and then while standing by. Changes nothing; rejects
   * when this engine could not write if it led.
   */
  readonly rehearse?: () => Promise<void>
  readonly conditions: { set(name: string, met: boolean, reason?: string): void }
  /** The conditions of readiness that are not met, for operators. */
  readonly unmet?: () => readonly Unmet[]
  readonly log: EngineLog
  readonly observer: EngineObserver
  /** The process must end and be started again: its state cannot be used. */
  readonly fail: (reason: string, error?: unknown) => void
}

export interface EngineObserver {
  /** A batch was sequenced. */
  batch(commands: number, bytes: number): void
  /** A batch is durable, so many milliseconds after it was sent to the journal. */
  committed(milliseconds: number): void
  /** Commands came after their deadline, and were not executed. */
  late?(commands: number): void
  handedOff(milliseconds: number): void
  /** From the claim until this engine leads, ms. */
  tookOver?(milliseconds: number): void
  snapshot(bytes: number): void
}

export interface EngineLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface EngineSettings {
  readonly shard: number
  /** Where gateways and other members reach this engine. */
  readonly url: string
  readonly ackPolicy: string
  readonly appendsInFlightMax: number
  readonly retainedBytesMax: number
  readonly leaseMs: number
  readonly snapshots: SnapshotPolicy
  /** Behaviours that this build knows. */
  readonly behaviours: readonly number[]
  /** This process, for operators. */
  readonly process?: ProcessFacts
}

/** What an engine is doing; only `leading` answers gateways. */
export type Role =
  | 'starting'
  | 'recovering'
  | 'standby'
  | 'taking-over'
  | 'leading'
  | 'handing-off'
  | 'contained'
  | 'diverged'
  | 'unfit'
  | 'fenced'
  | 'halted'
  | 'stopping'

/** Where an engine stays until a person has looked, or its process ends. */
export const ENDS: ReadonlySet<Role> = new Set(['contained', 'diverged', 'unfit', 'fenced', 'halted'])

/** What is so says so for good: a behaviour that it does not know harms it no more. */
export const NEVER_LEADS: ReadonlySet<Role> = new Set(['diverged', 'unfit'])
