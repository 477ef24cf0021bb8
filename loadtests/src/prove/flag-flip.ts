import { flipFlags } from '../flags/flip-flags.ts'
import { SideWatch } from '../flags/side-watch.ts'
import type { ClusterHandle } from './cluster-handle.ts'
import { loopback } from './loopback.ts'
import type { Played } from './scenarios.ts'
import { inMs } from './timeline.ts'

/** First number of the addresses of these accounts, after those of abusers. */
const ADDRESSES_FROM = 900
const BUDGET_MS = 250

/**
 * Flags by account go from 0 to 10, 50, 100 and 0 per cent, and the place that they come from fails in between. No
 * account changes sides except through the percentage, and all gateways follow within ten seconds.
 */
export const flagFlip: Played = {
  name: 'flag-flip',
  seconds: 24,
  planned: true,
  budgetMs: BUDGET_MS,
  async play(cluster, timeline) {
    const { operator, url } = cluster
    const addressOf = (place: number): string | undefined => loopback(ADDRESSES_FROM + place)
    const before = await cluster.decisions()
    const watch = await SideWatch.begin({ url, operator, addressOf })
    try {
      await flipFlags(await cluster.rollout(), watch, {
        mark: (what) => timeline.mark(what),
        agreed: (milliseconds) => timeline.note('flag-flip: until all gateways agreed', milliseconds, inMs),
      })
    } finally {
      await watch.end()
    }
    await everyGatewayDecided(cluster, before)
  },
}

/** @throws Error when a gateway answered none of the accounts */
async function everyGatewayDecided(cluster: ClusterHandle, before: ReadonlyMap<string, number>): Promise<void> {
  for (const [name, count] of await cluster.decisions())
    if (count <= (before.get(name) ?? 0)) throw new Error(`${name} was never asked`)
}
