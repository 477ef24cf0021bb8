import { setTimeout as delay } from 'node:timers/promises'
import { ClusterPrometheus } from '../cluster-prometheus.ts'
import { PLANNED_BUDGET_MS, type KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'

const STEADY_MS = 10_000
/** The last moments are scraped and evaluated, too. */
const EVALUATED_MS = 10_000

export const steady: KubernetesScenario = {
  name: 'steady',
  what: 'nothing is done',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  play: () => delay(STEADY_MS),
}

function roll(name: string, ...parts: readonly string[]): KubernetesScenario {
  return {
    name,
    what: `every pod of ${parts.join(', ')} is replaced`,
    planned: true,
    budgetMs: PLANNED_BUDGET_MS,
    async play(stage) {
      const began = performance.now()
      await stage.restart(...parts)
      stage.mark('all replaced')
      await nothingFired(stage, began)
    },
  }
}

export const rollGateway = roll('roll-gateway', 'gateway')
export const rollEngine = roll('roll-engine', 'engine')
export const rollAll = roll('roll-all', 'recorder', 'engine', 'gateway')

/**
 * A planned change is no reason to call an operator. Where no Prometheus runs beside the exchange, nothing is asked.
 *
 * @throws Error with the alerts that fired since `began`
 */
async function nothingFired(stage: Stage, began: number): Promise<void> {
  const prometheus = await ClusterPrometheus.open(stage.kubectl)
  if (prometheus === undefined) return
  try {
    await delay(EVALUATED_MS)
    const fired = await prometheus.firedIn((performance.now() - began) / 1000)
    stage.fact('alerts in the roll', fired.length === 0 ? 'none' : fired.join(', '))
    if (fired.length > 0) throw new Error(`alerts fired in a planned change: ${fired.join(', ')}`)
  } finally {
    prometheus.close()
  }
}

/** Settings under which a gateway ends without a drain. */
const NO_DRAIN = ['DRAIN_FLOOR_MS=0', 'DRAIN_MS=0', 'EVICTION_MS=100']

/** The same roll without the drain must fail: if it does not, the load is too weak to show anything. */
export const control: KubernetesScenario = {
  name: 'control',
  what: 'every gateway is replaced, with the drain switched off',
  planned: false,
  mustFail: true,
  budgetMs: 240_000,
  async play(stage) {
    stage.mark('the drain is switched off')
    await stage.kubectl.run(['set', 'env', 'deployment/gateway', ...NO_DRAIN])
    await stage.whole()
    // Twice: each gateway breaks only a few requests, and a small load has few.
    await stage.restart('gateway', 'gateway')
    stage.mark('all replaced')
  },
  async restore(stage) {
    await stage.kubectl.run(['set', 'env', 'deployment/gateway', ...NO_DRAIN.map((name) => name.replace(/=.*/, '-'))])
  },
}
