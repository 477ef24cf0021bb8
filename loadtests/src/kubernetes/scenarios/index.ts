import { EXIT_USAGE, Problem } from '@uptick/commandline'
import type { KubernetesScenario } from '../scenario.ts'
import { alertsEngine, alertsGateway } from './alerts.ts'
import { failOverAsync, failOverSync } from './fail-overs.ts'
import { leaderFreeze, leaderKill, postgresRestart, redisLoss } from './faults.ts'
import { flagFlip } from './flag-flip.ts'
import { drainNodes, spotReclaim, zoneCut, zonePower } from './nodes.ts'
import { badRelease, configChange, goBack } from './releases.ts'
import { control, rollAll, rollEngine, rollGateway, steady } from './rolls.ts'
import { scale } from './scale.ts'

/** In the order in which all are played. */
export const scenarios: readonly KubernetesScenario[] = [
  steady,
  rollGateway,
  rollEngine,
  rollAll,
  configChange,
  flagFlip,
  drainNodes,
  scale,
  goBack,
  badRelease,
  leaderKill,
  leaderFreeze,
  redisLoss,
  postgresRestart,
  failOverSync,
  failOverAsync,
  spotReclaim,
  zoneCut,
  zonePower,
  alertsEngine,
  alertsGateway,
  control,
]

const QUICK = ['roll-all', 'drain-nodes', 'rollback', 'bad-release', 'control']

/** The requested scenarios; `zone-loss` selects all with that prefix. @throws Error for an unknown name */
export function chosen(names: readonly string[], isQuick: boolean): KubernetesScenario[] {
  const wanted = names.length > 0 ? names : isQuick ? QUICK : scenarios.map(({ name }) => name)
  return wanted.flatMap((name) => {
    const exact = scenarios.filter((scenario) => scenario.name === name)
    const found = exact.length > 0 ? exact : scenarios.filter((scenario) => scenario.name.startsWith(`${name}-`))
    if (found.length === 0) {
      const known = scenarios.map((scenario) => scenario.name).join(', ')
      throw new Problem(`There is no scenario ${name}; there are ${known}.`, EXIT_USAGE)
    }
    return found
  })
}
