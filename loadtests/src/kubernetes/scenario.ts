import type { Scenario } from '../prove/rows.ts'
import type { Stage } from './stage.ts'

/** A scenario on Kubernetes, and how it is played once. The load runs before, during and after it. */
export interface KubernetesScenario extends Scenario {
  readonly what: string
  /** Profile of the load; steady unless given. */
  readonly profile?: string
  /** Part of the requested rate that is the profile's base rate, so that its peak does not exceed the request. */
  readonly share?: number
  /** Duration of that profile; the play must not take longer. */
  readonly profileSeconds?: number
  /** It must fail: it shows that failures are detected. */
  readonly mustFail?: boolean
  readonly play: (stage: Stage) => Promise<void>
  /** Undo what the play has changed, whatever its result. Called without load. */
  readonly restore?: (stage: Stage) => Promise<void>
}

/** A planned change: nothing fails, and no request waits as long as after a crash. */
export const PLANNED_BUDGET_MS = 2_000
