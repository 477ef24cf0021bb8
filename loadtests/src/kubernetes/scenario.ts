import type { Scenario } from '../prove/rows.ts'
import type { Stage } from './stage.ts'

/** A scenario on Kubernetes and how it is played once. The load runs before, meanwhile and after. */
export interface KubernetesScenario extends Scenario {
  readonly what: string
  /** Load over time; steady unless told. */
  readonly profile?: string
  /** Of the rate that was asked for, what the profile counts in: so that its peak is no more than that. */
  readonly share?: number
  /** How long that profile takes; the play must not take longer. */
  readonly profileSeconds?: number
  /** It has to fail: what it shows is that failures are seen. */
  readonly mustFail?: boolean
  readonly play: (stage: Stage) => Promise<void>
  /** Put back what the play has changed, whatever became of it. Without load. */
  readonly restore?: (stage: Stage) => Promise<void>
}

/** A planned change: nothing fails, and no request waits as long as for a death. */
export const PLANNED_BUDGET_MS = 2_000
