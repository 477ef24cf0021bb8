import { ConfigError } from '../config.ts'

/** The times, in ms, that must fit together for a process to be replaced unseen. Parts that do not apply are left out. */
export interface TimeBudget {
  /** What the supervisor grants between its first signal and SIGKILL, its own hook before the signal included. */
  readonly graceMs: number
  /** The supervisor's hook before the signal. */
  readonly preStopMs?: number
  /** Least time to go on serving, so that all balancers learn that this process goes. */
  readonly floorMs?: number
  /** Most time past the floor for HTTP clients to leave. */
  readonly drainMs?: number
  /** Most time to move WebSockets. */
  readonly evictionMs?: number
  /** Most time to give work or leadership to another process, and to close what is left. */
  readonly handOffMs?: number
  /** A leader that fell silent can be replaced after this time. */
  readonly leaseMs?: number
  /** How long requests are held while there is no leader. */
  readonly holdMs?: number
}

/** Taking over and answering what was held, once the lease has run out. */
export const TAKE_OVER_MS = 1_000
/** Clients give up on a request about then: an answer after that reaches no client. */
export const HOLD_MS_BELOW = 5_000

/** Raised when times do not fit together; every problem shows its sum. */
export class TimeBudgetError extends ConfigError {
  override readonly name = 'TimeBudgetError'
}

/**
 * Check at boot what would otherwise be seen in the middle of a drain, as SIGKILL:
 * pre-stop + floor + drain + eviction + hand-off < grace, and lease + 1 s < hold < 5 s.
 *
 * @throws TimeBudgetError with all sums that do not hold.
 */
export function checkTimeBudget(budget: TimeBudget): void {
  const problems = [...graceProblems(budget), ...holdProblems(budget)]
  if (problems.length > 0) throw new TimeBudgetError(problems)
}

function graceProblems(budget: TimeBudget): string[] {
  const parts: [name: string, milliseconds: number | undefined][] = [
    ['pre-stop', budget.preStopMs],
    ['floor', budget.floorMs],
    ['drain', budget.drainMs],
    ['eviction', budget.evictionMs],
    ['hand-off', budget.handOffMs],
  ]
  const given = parts.flatMap(([name, milliseconds]) => (milliseconds === undefined ? [] : [{ name, milliseconds }]))
  const sum = given.reduce((total, { milliseconds }) => total + milliseconds, 0)
  if (sum < budget.graceMs) return []
  const shown = given.map(({ name, milliseconds }) => `${name} ${milliseconds}`).join(' + ')
  return [`${shown} = ${sum} ms must be less than the grace period of ${budget.graceMs} ms`]
}

function holdProblems({ leaseMs, holdMs }: TimeBudget): string[] {
  if (holdMs === undefined) return []
  const problems: string[] = []
  if (leaseMs !== undefined && leaseMs + TAKE_OVER_MS >= holdMs) {
    const sum = `lease ${leaseMs} + take-over ${TAKE_OVER_MS} = ${leaseMs + TAKE_OVER_MS} ms`
    problems.push(`${sum} must be less than the hold of ${holdMs} ms`)
  }
  if (holdMs >= HOLD_MS_BELOW) problems.push(`a hold of ${holdMs} ms must be less than ${HOLD_MS_BELOW} ms`)
  return problems
}
