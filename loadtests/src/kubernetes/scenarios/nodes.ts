import { setTimeout as delay } from 'node:timers/promises'
import { nodesOf, workingNodes, zoneToLose } from '../cluster-nodes.ts'
import type { Fault } from '../fault-command.ts'
import { PLANNED_BUDGET_MS, type KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'

const PODS = '--pod-selector=app.kubernetes.io/part-of=uptick,app.kubernetes.io/component notin (journal)'
const DRAIN_SECONDS = 180
const LOST_MS = 25_000
const RECLAIMED_MS = 20_000
/** All other nodes continue to trade; requests on their way to the lost zone time out. */
const ZONE_BUDGET_MS = 8_000
const SPOT_BUDGET_MS = 1_000
const CALM_MS = 2_000

async function drain(stage: Stage, node: string): Promise<void> {
  stage.mark(`drain ${node}`)
  const flags = ['--ignore-daemonsets', '--delete-emptydir-data', PODS, `--timeout=${DRAIN_SECONDS}s`]
  await stage.kubectl.run(['drain', node, ...flags])
  await stage.led()
  await delay(CALM_MS)
  stage.mark(`uncordon ${node}`)
  await stage.kubectl.run(['uncordon', node])
  await stage.whole()
}

export const drainNodes: KubernetesScenario = {
  name: 'drain-nodes',
  what: 'every node is drained, one after another; a store in the cluster stays where it is',
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  async play(stage) {
    for (const node of workingNodes(stage)) await drain(stage, node)
  },
  async restore(stage) {
    for (const { metadata } of await nodesOf(stage)) await stage.kubectl.run(['uncordon', metadata.name])
  },
}

function zoneLoss(name: string, what: string, lose: Fault, restore: Fault): KubernetesScenario {
  let zone = ''
  return {
    name,
    what,
    planned: false,
    budgetMs: ZONE_BUDGET_MS,
    async play(stage) {
      const { fault } = stage
      zone = await zoneToLose(stage)
      stage.mark(`${zone}: ${lose}`)
      await fault.zone(zone, lose)
      await delay(LOST_MS)
      await stage.led()
      stage.mark(`${zone}: ${restore}`)
      await fault.zone(zone, restore)
      zone = ''
      await stage.whole()
      await delay(CALM_MS)
    },
    async restore(stage) {
      if (zone !== '') await stage.fault.zone(zone, restore)
      zone = ''
    },
  }
}

export const zoneCut = zoneLoss('zone-loss-cut', 'the network of a zone is cut, and comes back', 'cut', 'heal')
export const zonePower = zoneLoss('zone-loss-power', 'a zone loses its power, and gets it back', 'kill', 'start')

let reclaimed = ''

export const spotReclaim: KubernetesScenario = {
  name: 'spot-reclaim',
  what: 'a node that may be taken away at any time is',
  planned: false,
  budgetMs: SPOT_BUDGET_MS,
  async play(stage) {
    const { fault } = stage
    const spot = new Set(
      (await nodesOf(stage))
        .filter(({ spec }) => spec.taints?.some(({ key, value }) => key === 'capacity' && value === 'spot'))
        .map(({ metadata }) => metadata.name),
    )
    const node = workingNodes(stage).find((name) => spot.has(name))
    if (node === undefined) throw new Error('nothing of the exchange runs on a node with the taint capacity=spot')
    reclaimed = node
    stage.mark(`${node} is taken away`)
    await fault.node(node, 'kill')
    await delay(RECLAIMED_MS)
    stage.mark(`${node} comes back`)
    await fault.node(node, 'start')
    reclaimed = ''
    await stage.whole()
  },
  async restore(stage) {
    if (reclaimed !== '') await stage.fault.node(reclaimed, 'start')
    reclaimed = ''
  },
}
