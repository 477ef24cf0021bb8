import { type Command, CommandKind } from '@uptick/core'
import type { OutcomeView } from './outcome-view.ts'

export type Build = (command: Command) => void

/** A command on its way to the engine and back. */
export interface Pending {
  build: Build
  readonly resolve: (outcome: OutcomeView | PromiseLike<OutcomeView>) => void
  readonly reject: (reason: unknown) => void
  /** `Clock.elapsed`; the hold is counted from here. */
  readonly queuedAt: number
  /** The command is not sent for the first time after this, µs. */
  readonly sendBefore: number
  sends: number
  /** The command waited while no engine led. */
  wasHeld: boolean
  /** The caller was answered: with the outcome, or with the error past the hold. */
  settled: boolean
  answered: boolean
}

/** A command that has not left this gateway yet. */
export function newPending(
  build: Build,
  sendBefore: number,
  queuedAt: number,
  resolve: Pending['resolve'],
  reject: Pending['reject'],
): Pending {
  return { build, resolve, reject, queuedAt, sendBefore, sends: 0, wasHeld: false, settled: false, answered: false }
}

/** Settle the promise of the caller; returns whether the caller was still waiting. */
export function settle(pending: Pending, reason: unknown): boolean {
  if (pending.settled) return false
  pending.settled = true
  pending.reject(reason)
  return true
}

/** The command that is sent under the number of one that was given up. */
export function nothing(command: Command): void {
  command.kind = CommandKind.TICK
}
