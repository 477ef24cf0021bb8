import { setTimeout as delay } from 'node:timers/promises'
import { endConnections } from '../../testing/database-clock.ts'
import { query } from '../../testing/replicated-postgres.ts'
import type { ClusterHandle } from './cluster-handle.ts'
import type { Played } from './scenarios.ts'
import { inMs, type Timeline } from './timeline.ts'
import { until } from './until.ts'

const BREATH_MS = 500
const READ_ONLY_MS = 2_000
/** From the end of the cause until traders trade: a refused connection is tried again within a second. */
const RECOVERY_MS_MAX = 2_000
const RECOVERED_BUDGET_MS = READ_ONLY_MS + RECOVERY_MS_MAX

/**
 * PostgreSQL takes no writes for a while: by a setting, and because the name leads to a standby. Connections that were
 * opened meanwhile must not be kept.
 */
export const readOnly: Played = {
  name: 'read-only',
  seconds: 9,
  ground: 'replica',
  planned: false,
  budgetMs: RECOVERED_BUDGET_MS,
  async play(cluster, timeline) {
    const { postgres } = cluster
    await postgres.follow()
    await postgres.configure('SET default_transaction_read_only = on')
    await refused(cluster, timeline, 'read-only by a setting')
    await postgres.configure('RESET default_transaction_read_only')
    await recovered(cluster, timeline)
    postgres.name.redirect(await postgres.standbyUrl())
    await refused(cluster, timeline, 'name leads to a standby')
    postgres.name.redirect(postgres.primaryUrl)
    await recovered(cluster, timeline)
    await until('no connection stands on the standby', async () => (await standing(await postgres.standbyUrl())) === 0)
  },
}

async function refused({ postgres }: ClusterHandle, timeline: Timeline, what: string): Promise<void> {
  const from = timeline.mark(what)
  await endConnections(postgres.primaryUrl)
  await delay(READ_ONLY_MS - (performance.now() - from))
}

async function recovered(cluster: ClusterHandle, timeline: Timeline): Promise<void> {
  const from = timeline.mark('writable again')
  const before = await cluster.journalEnd()
  await until('the journal goes on', async () => (await cluster.journalEnd()) > before)
  timeline.note('read-only: from its end until the journal goes on', [performance.now() - from], inMs)
  await cluster.leader()
  await cluster.ready()
  timeline.mark('ready')
  await delay(BREATH_MS)
}

/** Connections of the exchange to a server. */
async function standing(url: string): Promise<number> {
  const [row] = await query<{ count: number }>(
    url,
    `SELECT count(*)::integer AS count FROM pg_stat_activity WHERE application_name LIKE 'uptick-%'`,
  )
  return row?.count ?? 0
}
