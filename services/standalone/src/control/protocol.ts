/** Answers of the supervisor's control interface: `GET /status`, and `POST /rolls/<what>` line by line. */

/** The present state of a process, as it reports it. */
export interface ProcessStatus {
  readonly name: string
  readonly process: number
  readonly ready: boolean
  /** What an engine does; for other processes their kind. */
  readonly role: string
  /** The epoch that it leads or follows; undefined where there is none. */
  readonly epoch?: number | undefined
  /** Last sequence that it has executed, received or recorded. */
  readonly sequence?: number | undefined
  /** Commands of the journal that it has not executed, received or recorded yet. */
  readonly lag?: number | undefined
  /** The leader's running hash; for a standby, whether its own hash is the same. */
  readonly hash?: string | undefined
  /** Why it is not ready. */
  readonly reason: string
}

export interface ClusterStatus {
  /** Undefined without a leader. */
  readonly leader: string | undefined
  readonly epoch: number | undefined
  readonly sequence: number | undefined
  readonly hash: string | undefined
  readonly processes: readonly ProcessStatus[]
}

export const ROLLED = ['engine', 'gateway', 'recorder', 'all'] as const
export type Rolled = (typeof ROLLED)[number]

/** One step of a roll, and how long it took. */
export interface RollStep {
  readonly process: string
  readonly what: string
  readonly milliseconds: number
}

/** A line of the answer to a roll. */
export type RollLine =
  | RollStep
  | { readonly done: true; readonly milliseconds: number }
  | { readonly failed: string; readonly refused: boolean }

/** The roll was refused; the message says why. */
export class RollRefused extends Error {
  override readonly name = 'RollRefused'
}
