import { setTimeout as delay } from 'node:timers/promises'
import { replaceClock, restoreClock, stepClock } from '../../testing/database-clock.ts'
import type { ClusterHandle } from './cluster-handle.ts'
import type { Played } from './scenarios.ts'
import type { Timeline } from './timeline.ts'
import { until } from './until.ts'

const BREATH_MS = 500
/** How long a step lasts: longer than a lease, by any clock. */
const STEPPED_MS = 2_000
const DATABASE_STEP_MS = 10_000
const HOUR_MS = 3_600_000
/** A lease that seems to have expired is taken over, and a leader that is fenced is restarted meanwhile. */
const HELD_MS_MAX = 1_000
/**
 * With correct clocks. After a step of PostgreSQL's clock in the previous round, journaled time stands still for a
 * while.
 */
const RIGHT_MS_MAX = 300
/** A wrong clock of the leader moves journaled time by exactly a second; the rest is for rare trades. */
const AHEAD_MS_MAX = 1_500

/** The leader's clock is an hour ahead for a while. PostgreSQL's clock steps ten seconds ahead, twice, then back. */
export const clockStep: Played = {
  name: 'clock-step',
  seconds: 16,
  ground: 'replica',
  planned: false,
  budgetMs: HELD_MS_MAX,
  async play(cluster, timeline) {
    const leader = await cluster.leader()
    await until('journaled time is as PostgreSQL has it', async () => (await aheadMs(cluster)) < RIGHT_MS_MAX)
    cluster.stepClock(leader, HOUR_MS)
    await stepped("leader's clock an hour ahead", cluster, timeline)
    const ahead = await aheadMs(cluster)
    timeline.note('clock-step: journaled time ahead', [ahead], (values) => `${Math.max(...values)} ms at most`)
    if (ahead < RIGHT_MS_MAX || ahead > AHEAD_MS_MAX) throw new Error(`journaled time is ${ahead} ms ahead`)
    cluster.stepClock(leader, 0)
    await stepped("leader's clock right again", cluster, timeline)
    const { primaryUrl } = cluster.postgres
    await replaceClock(primaryUrl)
    await stepped("PostgreSQL's clock replaced", cluster, timeline)
    for (const steps of [1, 2, 1]) {
      await stepClock(primaryUrl, steps * DATABASE_STEP_MS)
      await stepped(`PostgreSQL's clock ${steps * 10} s ahead`, cluster, timeline)
    }
    await restoreClock(primaryUrl)
    await stepped("PostgreSQL's own clock", cluster, timeline)
    await delay(BREATH_MS)
  },
}

async function stepped(what: string, cluster: ClusterHandle, timeline: Timeline): Promise<void> {
  const from = timeline.mark(what)
  await cluster.tradesOn(HELD_MS_MAX)
  await delay(STEPPED_MS - (performance.now() - from))
  await cluster.ready()
}

/** How far journaled time is ahead of this process's clock, ms, according to the last trade. */
async function aheadMs({ url }: ClusterHandle): Promise<number> {
  const response = await fetch(`${url}/api/v3/trades?symbol=BTCUSDT&limit=1`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the exchange documents
  const [trade] = (await response.json()) as { readonly time: number }[]
  if (trade === undefined) throw new Error('nothing was traded')
  return trade.time - Date.now()
}
