import { abuse } from './abuse/abuse.ts'
import { clockStep } from './clock-step.ts'
import { failOvers } from './fail-over.ts'
import { flagFlip } from './flag-flip.ts'
import { halfOpen } from './half-open.ts'
import { readOnly } from './read-only.ts'
import { scenarios, type Played } from './scenarios.ts'

/**
 * The scenarios in the order of one round. Abusers come last on the machine, because their limits and bans last for
 * minutes. Then come the scenarios on other ground.
 */
export const allScenarios: readonly Played[] = [
  ...scenarios,
  flagFlip,
  abuse,
  readOnly,
  halfOpen,
  clockStep,
  ...failOvers,
]
