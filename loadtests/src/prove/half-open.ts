import { setTimeout as delay } from 'node:timers/promises'
import type { FaultyProxy } from '@uptick/journal/testing'
import type { ClusterHandle } from './cluster-handle.ts'
import type { Played } from './scenarios.ts'
import { inMs, type Timeline } from './timeline.ts'

const BREATH_MS = 500
/** For this time connections are silent; then the bytes that were sent on them arrive. */
const FORGOTTEN_MS = 4_000
/** Existing connections become silent and new ones work: an append's bound (3 s) and a second. */
const FORGOTTEN_MS_MAX = 4_000
/** A network cut that is longer than gateways hold requests, so that they give up what they have sent. */
const CUT_MS = 4_500
/** From its end until traders trade. */
const HEALED_MS_MAX = 2_000

/**
 * Connections that become silent and that neither end closes: to PostgreSQL, then to the leader; then a network in
 * which no gateway reaches the leader. All bytes arrive in the end, also on connections that were given up.
 */
export const halfOpen: Played = {
  name: 'half-open',
  seconds: 16,
  ground: 'replica',
  planned: false,
  budgetMs: CUT_MS + HEALED_MS_MAX,
  async play(cluster, timeline) {
    await forgotten('PostgreSQL silent', cluster.postgres.name, cluster, timeline)
    await forgotten('links silent', cluster.linksTo(await cluster.leader()), cluster, timeline)
    const link = cluster.linksTo(await cluster.leader())
    timeline.mark('links cut')
    link.stall()
    await delay(CUT_MS)
    await healed('links healed', link, cluster, timeline)
  },
}

/** Existing connections become silent; new connections replace them, and the exchange continues. */
async function forgotten(what: string, proxy: FaultyProxy, cluster: ClusterHandle, timeline: Timeline): Promise<void> {
  const from = timeline.mark(what)
  proxy.suspend()
  await cluster.tradesOn(FORGOTTEN_MS_MAX)
  timeline.note(`half-open: ${what}, until trading goes on`, [performance.now() - from], inMs)
  await delay(FORGOTTEN_MS - (performance.now() - from))
  await healed(`${what}: old bytes arrive`, proxy, cluster, timeline)
}

async function healed(what: string, proxy: FaultyProxy, cluster: ClusterHandle, timeline: Timeline): Promise<void> {
  timeline.mark(what)
  proxy.resume()
  await cluster.tradesOn(HEALED_MS_MAX)
  await cluster.leader()
  await cluster.ready()
  timeline.mark('ready')
  await delay(BREATH_MS)
}
