import { setTimeout as delay } from 'node:timers/promises'
import { query } from '../../testing/replicated-postgres.ts'
import type { ClusterHandle } from './cluster-handle.ts'
import { repair } from './repair.ts'
import type { Played } from './scenarios.ts'
import type { Timeline } from './timeline.ts'
import { until } from './until.ts'

const BREATH_MS = 500
/** For this time no acknowledged row reaches the replica. */
const BEHIND_MS = 1_000
/** How long a halted shard is watched before it is repaired. */
const HALTED_MS = 500
/** From a repair until the supervisor counts the engines, which restart after it, as steady. */
const STEADY_MS = 35_000
/**
 * Longest time without a success, ms. The shard is halted (1 s: the promotion, and the next look of a member) and
 * watched. The halted engines look again (1 s), end, restart after the supervisor's pause, and read the last minute of
 * the journal again. Then one of them leads. Measured on a busy machine: 2.9 to 8.0 s.
 */
const REPAIRED_BUDGET_MS = 10_000
/** The same, plus a question of the operator that waits for a killed engine (2 s). */
const RESTARTED_BUDGET_MS = 12_000
/** The promotion, plus a lease and a second, as for a silent leader. */
const PROMOTED_BUDGET_MS = 2_500

/**
 * A primary dies whose replica lacks the last acknowledged rows. The shard halts until an operator has the engines
 * append again what they hold.
 */
const failOverAsync: Played = {
  name: 'failover-async',
  seconds: 10,
  ground: 'replica',
  planned: false,
  budgetMs: REPAIRED_BUDGET_MS,
  play: (cluster, timeline) => failOverBehind(cluster, timeline, 'failover-async', () => undefined),
}

/** The same, and the engines are killed while the shard is halted: they repair it with what they have saved. */
const failOverRestart: Played = {
  name: 'failover-restart',
  seconds: 12,
  ground: 'replica',
  planned: false,
  budgetMs: RESTARTED_BUDGET_MS,
  play: (cluster, timeline) =>
    failOverBehind(cluster, timeline, 'failover-restart', () => {
      timeline.mark('kill engines')
      for (const engine of cluster.engines()) cluster.kill(engine)
    }),
}

async function failOverBehind(
  cluster: ClusterHandle,
  timeline: Timeline,
  name: string,
  whileHalted: () => void,
): Promise<void> {
  const { postgres } = cluster
  await steady(timeline, name)
  await postgres.follow()
  postgres.holdStandbys()
  timeline.mark('replica behind')
  await delay(BEHIND_MS)
  await failOver(cluster, timeline)
  await until('the shard is halted', async () => (await haltReason(cluster)) !== undefined)
  timeline.mark('halted')
  const before = await cluster.journalEnd()
  await delay(HALTED_MS)
  whileHalted()
  const after = await cluster.journalEnd()
  if (after !== before) throw new Error(`the halted journal went on from ${before} to ${after}`)
  const appended = await repair(cluster.operator)
  timeline.mark(repairOf(name))
  timeline.note(`${name}: batches appended again`, [appended], (counts) => counts.join(', '))
  await cluster.leader()
  await cluster.ready()
  await delay(BREATH_MS)
}

/** The replica has all acknowledged rows: the shard does not halt, and no operator is needed. */
const failOverSync: Played = {
  name: 'failover-sync',
  seconds: 2,
  ground: 'synchronous replicas',
  planned: false,
  budgetMs: PROMOTED_BUDGET_MS,
  async play(cluster, timeline) {
    const { postgres } = cluster
    await postgres.follow()
    await delay(BREATH_MS)
    await failOver(cluster, timeline)
    const before = await cluster.journalEnd()
    await until('the journal goes on', async () => (await cluster.journalEnd()) > before)
    timeline.mark('journal goes on')
    await cluster.leader()
    await cluster.ready()
    const reason = await haltReason(cluster)
    if (reason !== undefined) throw new Error(`the shard was halted: ${reason}`)
    await delay(BREATH_MS)
  },
}

/** In the order of one round. */
export const failOvers: readonly Played[] = [failOverAsync, failOverRestart, failOverSync]

/** Wait in a further round: otherwise the supervisor would restart the engines later each time. */
async function steady(timeline: Timeline, name: string): Promise<void> {
  const before = timeline.marks.findLast(({ label }) => label === repairOf(name))
  if (before !== undefined) await delay(before.at + STEADY_MS - performance.now())
}

const repairOf = (name: string): string => `repaired (${name})`

async function failOver({ postgres }: ClusterHandle, timeline: Timeline): Promise<void> {
  timeline.mark('kill PostgreSQL')
  await postgres.failOver()
  timeline.mark('replica promoted')
}

/** The reason why the shard is halted; undefined when it is not. */
async function haltReason({ databaseUrl }: ClusterHandle): Promise<string | undefined> {
  const [row] = await query<{ halted: string | null }>(databaseUrl, 'SELECT halted FROM journal_lease WHERE shard = 0')
  return row?.halted ?? undefined
}
