import { setTimeout as delay } from 'node:timers/promises'
import { allowFaults, forgetFaults } from '../pod-signal.ts'
import type { AlertFault } from '../alert-fault.ts'
import { ClusterPrometheus, quickenRules } from '../cluster-prometheus.ts'
import type { KubernetesScenario } from '../scenario.ts'
import { engineFaults } from './engine-faults.ts'
import { gatewayFaults } from './gateway-faults.ts'

/** Alerts wait a sixtieth of their time, so that minutes are seconds; what they look back on stays. */
const QUICKER = 60
/** From a fault to its alert: its effect, a scrape, an evaluation, the shortened wait. */
const FIRING_MS_MAX = 120_000
/** Alerts over a past stretch end when it is past: burn rates after five minutes and more. */
const SILENT_MS_MAX = 45_000
const LASTING = new Set(['ErrorBudgetBurns', 'HoldExceeded', 'ProcessRestarting'])
/** Faults that stop trading for as long as they take to be seen. */
const FAULTS_BUDGET_MS = 600_000
const SCRAPED_MS = 10_000

function alerts(part: string, faults: readonly AlertFault[]): KubernetesScenario {
  let putBack: (() => Promise<void>) | undefined
  return {
    name: `alerts-${part}`,
    what: `faults of ${part} are caused one after another, and each of their alerts is seen to fire and to end`,
    planned: false,
    budgetMs: FAULTS_BUDGET_MS,
    async play(stage) {
      await allowFaults()
      putBack = await quickenRules(stage.kubectl, QUICKER)
      const prometheus = await ClusterPrometheus.open(stage.kubectl)
      if (prometheus === undefined) throw new Error('there is no Prometheus beside the exchange')
      const troubles: string[] = []
      try {
        await delay(SCRAPED_MS)
        for (const fault of faults) {
          stage.mark(fault.what)
          const began = performance.now()
          try {
            await fault.cause(stage)
            await prometheus.untilFiring(fault.alerts, FIRING_MS_MAX)
            stage.fact(
              fault.alerts.join(', '),
              `fired ${((performance.now() - began) / 1000).toFixed(0)} s after the fault`,
            )
          } catch (error) {
            troubles.push(`${fault.what}: ${error instanceof Error ? error.message : String(error)}`)
            stage.mark(troubles.at(-1) ?? '')
          }
          await fault.undo(stage)
          await stage.whole()
          const ending = fault.alerts.filter((name) => !LASTING.has(name))
          await prometheus.untilSilent(ending, SILENT_MS_MAX).catch((error: Error) => troubles.push(error.message))
        }
      } finally {
        prometheus.close()
      }
      if (troubles.length > 0) throw new Error(troubles.join('; '))
    },
    async restore(stage) {
      await putBack?.()
      putBack = undefined
      await forgetFaults()
      await stage.whole()
    },
  }
}

export const alertsEngine = alerts('engine', engineFaults)
export const alertsGateway = alerts('gateway', gatewayFaults)
