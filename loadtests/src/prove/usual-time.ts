import type { Ground } from './ground.ts'
import type { ProveOptions } from './options.ts'
import type { Played } from './scenarios.ts'

/** Time until an exchange trades, plus the comparison at the end, s, on a machine with two cores. */
const START_SECONDS: Readonly<Record<Ground, number>> = { machine: 16, replica: 20, 'synchronous replicas': 20 }
export const RECONCILE_SECONDS = 5

/** Scenarios that are played on one exchange, and how often. */
export interface Stage {
  readonly ground: Ground
  readonly scenarios: readonly Played[]
  readonly rounds: number
  readonly minutes: number
}

/** One stage for each ground. On other ground than the machine only the number of rounds counts. */
export function stagesOf(
  scenarios: readonly Played[],
  { rounds, minutes }: Pick<ProveOptions, 'rounds' | 'minutes'>,
): Stage[] {
  return [...Map.groupBy(scenarios, (scenario) => scenario.ground ?? 'machine')].map(([ground, played]) => ({
    ground,
    scenarios: played,
    rounds,
    minutes: ground === 'machine' ? minutes : 0,
  }))
}

/** Usual duration of a stage, s. */
export function usualSeconds({ ground, scenarios, rounds, minutes }: Stage): number {
  const round = secondsOf(scenarios)
  const played = Math.max(rounds, Math.ceil((minutes * 60) / round)) * round
  return START_SECONDS[ground] + played + RECONCILE_SECONDS
}

/**
 * Usual remaining time of a running stage, s. @param at index of the scenario that begins @param playedSeconds so far
 */
export function usuallyLeft(stage: Stage, round: number, at: number, playedSeconds: number): number {
  const whole = secondsOf(stage.scenarios)
  const thisRound = secondsOf(stage.scenarios.slice(at))
  const timeLeft = stage.minutes * 60 - playedSeconds - thisRound
  const rounds = Math.max(stage.rounds - round, Math.ceil(timeLeft / whole), 0)
  return thisRound + rounds * whole + RECONCILE_SECONDS
}

function secondsOf(scenarios: readonly Played[]): number {
  return scenarios.reduce((sum, { seconds }) => sum + seconds, 0)
}
