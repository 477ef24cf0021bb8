import { abuse } from './abuse/abuse.ts'
import { clockStep } from './clock-step.ts'
import { failOvers } from './fail-over.ts'
import { halfOpen } from './half-open.ts'
import { readOnly } from './read-only.ts'
import { scenarios, type Played } from './scenarios.ts'

/**
 * In the order of one round: abusers last of those on the machine, since their limits and bans are in force for minutes; then
 * those on other ground.
 */
export const allScenarios: readonly Played[] = [...scenarios, abuse, readOnly, halfOpen, clockStep, ...failOvers]
