import { sequenceOf } from './operator.ts'
import type { World } from './world.ts'

/** What is wrong in a calm world; empty when nothing is. */
export function unsettled({ cluster, gateways, traders, operator, losses }: World): string[] {
  const found: string[] = []
  const busy = traders.reduce((sum, trader) => sum + trader.busy, 0)
  if (busy > 0) found.push(`${busy} operations have no answer`)
  // An activation that is executed late may leave a member unfit.
  if (operator.busy > 0) found.push(`${operator.busy} commands of the operator have no answer`)
  if (losses.isOpen) found.push('lost rows are not restored')
  const roles = cluster.engines.map(({ role }) => role)
  if (roles.toSorted().join() !== ['leading', ...Array(roles.length - 1).fill('standby')].join())
    found.push(`the engines are ${roles.join(', ')}`)
  for (const member of cluster.members) {
    if (cluster.isLeaving(member)) found.push(`${member.url} has been told to stop`)
    if (sequenceOf(member) !== cluster.store.last)
      found.push(`${member.url} is at ${sequenceOf(member)} of ${cluster.store.last}`)
  }
  for (const { name, link } of gateways) {
    const { connected, sequence, queued, unanswered } = link.state
    if (!connected || sequence !== cluster.store.last || queued + unanswered > 0)
      found.push(`${name}: ${JSON.stringify(link.state)}, the journal ends at ${cluster.store.last}`)
  }
  return found
}
