import { componentOf, type List, type Metadata } from '@uptick/deploy'
import type { Stage } from './stage.ts'

export interface ClusterNode {
  readonly metadata: Metadata
  readonly spec: { readonly taints?: readonly { readonly key: string; readonly value?: string }[] }
}

const ZONE = 'topology.kubernetes.io/zone'
/** Stores of an overlay run on one node; scenarios leave it alone. */
const STORES = ['journal']

export async function nodesOf({ kubectl }: Stage): Promise<readonly ClusterNode[]> {
  return (await kubectl.json<List<ClusterNode>>(['get', 'nodes'])).items
}

export function zoneOf({ metadata }: ClusterNode): string {
  return metadata.labels?.[ZONE] ?? ''
}

/** Names of the nodes that run pods of the exchange and no store. */
export function workingNodes(stage: Stage): string[] {
  const stores = storeNodes(stage)
  const names = stage.watch.pods
    .filter(({ status }) => status.phase === 'Running')
    .map(({ spec }) => spec.nodeName ?? '')
    .filter((name) => name !== '' && !stores.has(name))
  return [...new Set(names)].toSorted()
}

export function storeNodes(stage: Stage): Set<string> {
  return new Set(
    stage.watch.pods.filter((pod) => STORES.includes(componentOf(pod))).map(({ spec }) => spec.nodeName ?? ''),
  )
}

/**
 * A zone that can be lost: the leader's if it has no store, else another one with gateways. @throws Error without one
 */
export async function zoneToLose(stage: Stage): Promise<string> {
  const nodes = await nodesOf(stage)
  const zoneOfNode = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]))
  const stores = new Set([...storeNodes(stage)].map((name) => zoneOfNode.get(name)))
  const leader = await stage.led()
  const candidates = [stage.pod(leader), ...stage.pods('engine'), ...stage.pods('gateway')]
    .map(({ spec }) => zoneOfNode.get(spec.nodeName ?? ''))
    .filter((zone) => zone !== undefined && zone !== '' && !stores.has(zone))
  const [zone] = candidates
  if (zone === undefined) throw new Error('there is no zone without a store that could be lost')
  return zone
}
