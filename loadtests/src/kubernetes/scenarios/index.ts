import type { KubernetesScenario } from '../scenario.ts'
import { control, rollAll, rollEngine, rollGateway, steady } from './rolls.ts'

/** In the order in which all are played. */
export const scenarios: readonly KubernetesScenario[] = [steady, rollGateway, rollEngine, rollAll, control]

const QUICK = ['roll-all', 'drain-nodes', 'rollback', 'bad-release', 'control']

/** Those that were asked for. @throws Error for a name that there is not */
export function chosen(names: readonly string[], isQuick: boolean): KubernetesScenario[] {
  const wanted = names.length > 0 ? names : isQuick ? QUICK : scenarios.map(({ name }) => name)
  return wanted.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name)
    if (found === undefined)
      throw new Error(`there is no scenario ${name}; there are ${scenarios.map((known) => known.name).join(', ')}`)
    return found
  })
}
