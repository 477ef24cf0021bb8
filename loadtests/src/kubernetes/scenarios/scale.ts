import { setTimeout as delay } from 'node:timers/promises'
import { PLANNED_BUDGET_MS, type KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'

/** Long enough for metrics, an autoscaler, new pods, and the way back. */
const SURGE_SECONDS = 240
/** The load runs before and after the play, and must not end within it. */
const MARGIN_MS = 12_000

const LOOK_MS = 250
const LOOK_CALM_MS = 2_500
/** Time to measure the calm load, and to set the autoscaler, before the surge. */
const CALM_MS = 20_000
const SENSITIVE_MS = 5_000
/** The autoscaler acts above this multiple of the calm load's measurement: a small cluster has small loads. */
const TARGET_FACTOR = 1.25
/** The manifests wait five minutes before the first gateway is removed. */
const QUICK_DOWN = { stabilizationWindowSeconds: 10, policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }] }

interface Autoscaler {
  readonly spec: {
    readonly minReplicas: number
    readonly metrics: readonly object[]
    readonly behavior: { readonly scaleDown: object }
  }
  readonly status: {
    readonly currentMetrics?: readonly {
      readonly resource?: { readonly current: { readonly averageUtilization: number } }
    }[]
  }
}

let before: Autoscaler | undefined

/** Processor time of gateways in % of their requests: the minimum that the autoscaler measures for a while. */
async function calmLoad({ kubectl }: Stage, milliseconds: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (const end = performance.now() + milliseconds; performance.now() < end; await delay(LOOK_CALM_MS)) {
    before = await kubectl.json<Autoscaler>(['get', 'hpa', 'gateway'])
    least = Math.min(least, before.status.currentMetrics?.[0]?.resource?.current.averageUtilization ?? least)
  }
  if (least === Number.POSITIVE_INFINITY) throw new Error('the autoscaler measures nothing')
  return least
}

/** Set the autoscaler so that the surge, and nothing less, is too much for the present gateways. */
async function makeSensitive(stage: Stage, calm: number): Promise<void> {
  const target = Math.max(10, Math.round(calm * TARGET_FACTOR))
  stage.fact(
    'processor of gateways under the calm load',
    `${calm} % of what they request; the autoscaler acts past ${target} %`,
  )
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } }
  await patch(stage, { metrics: [{ type: 'Resource', resource }], behavior: { scaleDown: QUICK_DOWN } })
}

function patch({ kubectl }: Stage, spec: object): Promise<unknown> {
  return kubectl.run(['patch', 'hpa', 'gateway', '--type=merge', '--patch', JSON.stringify({ spec })])
}

export const scale: KubernetesScenario = {
  name: 'scale',
  what: 'four times the load within seconds, and back: gateways come and go',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  profile: 'surge',
  share: 0.5,
  profileSeconds: SURGE_SECONDS,
  async play(stage) {
    const deadline = performance.now() + SURGE_SECONDS * 1000 - MARGIN_MS
    const least = stage.ready('gateway')
    const surge = performance.now() + 0.2 * SURGE_SECONDS * 1000 - 3_000
    await delay(surge - performance.now() - SENSITIVE_MS - CALM_MS)
    await makeSensitive(stage, await calmLoad(stage, CALM_MS))
    await delay(surge - performance.now())
    stage.mark('the surge begins')
    await by(stage, deadline, 'another gateway is ready', () => stage.ready('gateway') > least)
    stage.fact('from the surge to another ready gateway', `${((performance.now() - surge) / 1000).toFixed(1)} s`)
    let most = 0
    const surged = (): boolean => {
      most = Math.max(most, stage.ready('gateway'))
      return performance.now() > surge + 0.5 * SURGE_SECONDS * 1000
    }
    await by(stage, deadline, 'the autoscaler is as before', surged)
    // Otherwise it would keep gateways that are almost idle.
    await patch(stage, { metrics: before?.spec.metrics })
    const isDown = (): boolean => {
      most = Math.max(most, stage.ready('gateway'))
      return stage.pods('gateway').length < most
    }
    await by(stage, deadline, 'a gateway has gone', isDown)
    stage.fact('most gateways', String(most))
    stage.mark('the first gateway has gone')
    await delay(Math.max(0, deadline - performance.now()))
  },
  async restore(stage) {
    const spec = before?.spec
    if (spec === undefined) return
    await stage.until('gateways are as few as before', () => stage.pods('gateway').length <= spec.minReplicas)
    await patch(stage, { metrics: spec.metrics, behavior: { scaleDown: spec.behavior.scaleDown } })
    before = undefined
  },
}

async function by(stage: Stage, deadline: number, what: string, isSo: () => boolean): Promise<void> {
  for (; !isSo(); await delay(LOOK_MS))
    if (performance.now() > deadline) throw new Error(`not before the load ended: ${what}`)
  stage.mark(what)
}
