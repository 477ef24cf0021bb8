import { PortForward } from '@uptick/deploy'
import { UnleashAdmin } from '@uptick/operator'
import { flipFlags } from '../../flags/flip-flags.ts'
import { ServerRollout, type UseUnleash } from '../../flags/server-rollout.ts'
import { SideWatch } from '../../flags/side-watch.ts'
import { PLANNED_BUDGET_MS, type KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { secret, traderUrl, withStores } from '../stores.ts'

const UNLEASH_PORT = 4242
const COMPONENT = 'flag-server'

/** A port-forward ends with the pod that it leads to, so each task has its own. */
function unleashOf({ kubectl }: Stage): UseUnleash {
  return async (task) => {
    const { UNLEASH_ADMIN_TOKEN: token = '' } = await secret(kubectl, 'uptick-flags')
    const forward = await PortForward.open(kubectl, 'service/unleash', UNLEASH_PORT)
    try {
      return await task(new UnleashAdmin(`http://127.0.0.1:${forward.port}`, token))
    } finally {
      forward.close()
    }
  }
}

export const flagFlip: KubernetesScenario = {
  name: 'flag-flip',
  what: 'flags by account go from 0 to 10, 50, 100 and 0 %, and Unleash is killed and comes back in between',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  async play(stage) {
    const { kubectl } = stage
    const url = await traderUrl(kubectl)
    const names = (): string[] => stage.pods(COMPONENT).map(({ metadata }) => metadata.name)
    if (names().length === 0) throw new Error('there is no Unleash in this cluster')
    let killed: readonly string[] = []
    const isBack = (): boolean => stage.ready(COMPONENT) > 0 && names().every((name) => !killed.includes(name))
    const faults = [
      {
        name: 'Unleash is killed',
        strike: async () => {
          killed = names()
          await kubectl.run(['delete', 'pod', ...killed, '--grace-period=0', '--force'])
        },
      },
      { name: 'Unleash comes back', strike: () => stage.until('Unleash is ready', isBack) },
    ]
    const rollout = await ServerRollout.of(unleashOf(stage), faults)
    const watch = await withStores(kubectl, ({ operator }) => SideWatch.begin({ url, operator }))
    try {
      await flipFlags(rollout, watch, {
        mark: (what) => void stage.mark(what),
        agreed: (times) => stage.fact('until all gateways agreed', times.map((ms) => `${ms.toFixed(0)} ms`).join(', ')),
      })
    } finally {
      await watch.end()
    }
  },
}
