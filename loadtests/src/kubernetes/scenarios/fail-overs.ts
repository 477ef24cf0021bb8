import { setTimeout as delay } from 'node:timers/promises'
import { repair } from '../../prove/repair.ts'
import { until } from '../../prove/until.ts'
import { allowFaults, forgetFaults } from '../pod-signal.ts'
import { PostgresPair } from '../postgres-pair.ts'
import type { KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'
import { withStores } from '../stores.ts'

/** kubectl deletes the pod, promotes the replica and switches the Service, and an engine claims the lease. */
const PROMOTED_BUDGET_MS = 15_000
/** In addition the shard is halted, watched, and repaired through a forwarded port. */
const REPAIRED_BUDGET_MS = 30_000
/** For this time no acknowledged row reaches the replica. */
const BEHIND_MS = 1_000
const HALTED_MS = 1_000
/** Bound on waiting for an effect of kubectl. */
const PATIENCE = { forMs: 30_000, everyMs: 200 }
const CALM_MS = 3_000
const HALTED = 'SELECT halted FROM journal_lease WHERE shard = 0'

/** The dead primary is created again, and leads again. */
async function restore(stage: Stage): Promise<void> {
  const pair = await PostgresPair.open(stage)
  await pair.close()
  await forgetFaults()
}

export const failOverSync: KubernetesScenario = {
  name: 'failover-sync',
  what: 'PostgreSQL dies with its data, and a synchronous replica is promoted: nothing is lost, and the shard does not halt',
  planned: false,
  budgetMs: PROMOTED_BUDGET_MS,
  async play(stage) {
    await allowFaults()
    const pair = await PostgresPair.open(stage)
    await pair.waitForReplica(true)
    await pair.failOver()
    await goesOn(stage, pair)
    const reason = await pair.ask(pair.primary, HALTED)
    if (reason !== '') throw new Error(`the shard was halted: ${reason}`)
  },
  restore,
}

export const failOverAsync: KubernetesScenario = {
  name: 'failover-async',
  what: 'PostgreSQL dies with its data, and a replica that is behind is promoted: the shard halts, and is repaired',
  planned: false,
  budgetMs: REPAIRED_BUDGET_MS,
  async play(stage) {
    await allowFaults()
    const pair = await PostgresPair.open(stage)
    await pair.holdReplica()
    stage.mark('the replica is behind')
    await delay(BEHIND_MS)
    await pair.failOver()
    await until('the shard is halted', async () => (await pair.ask(pair.primary, HALTED)) !== '', PATIENCE)
    stage.mark('halted')
    await delay(HALTED_MS)
    const appended = await withStores(stage.kubectl, ({ operator }) => repair(operator, PATIENCE))
    stage.mark('repaired')
    stage.fact('batches appended again', String(appended))
    await goesOn(stage, pair)
  },
  restore,
}

/** Wait until the journal grows, and everything is ready. */
async function goesOn(stage: Stage, pair: PostgresPair): Promise<void> {
  const end = async (): Promise<number> =>
    Number(await pair.ask(pair.primary, 'SELECT max(last_sequence) FROM journal_batch'))
  const before = await end()
  await until('the journal goes on', async () => (await end()) > before, PATIENCE)
  stage.mark('the journal goes on')
  await stage.whole()
  await delay(CALM_MS)
}
