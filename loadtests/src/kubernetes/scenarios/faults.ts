import { setTimeout as delay } from 'node:timers/promises'
import { allowFaults, forgetFaults, freezeProcess, killProcess } from '../pod-signal.ts'
import type { KubernetesScenario } from '../scenario.ts'
import type { Stage } from '../stage.ts'

/** Longer than lease and hold: another member leads when the frozen one wakes up. */
const FROZEN_MS = 6_000
/** A leader that died: lease of 1.5 s, a claim, the epoch's first append, and what the load costs. */
const LEADER_BUDGET_MS = 4_000
/** PostgreSQL in its place again: a fast shutdown, a start, and recovery. */
const POSTGRES_BUDGET_MS = 20_000
const REDIS_BUDGET_MS = 1_000
const CALM_MS = 3_000

/** Wait until another pod than `before` leads. */
async function succeeded(stage: Stage, before: string): Promise<void> {
  await stage.until('another leads', () => stage.leader !== undefined && stage.leader !== before)
  stage.mark(`${stage.leader} leads`)
}

export const leaderKill: KubernetesScenario = {
  name: 'leader-kill',
  what: 'SIGKILL to the leader',
  planned: false,
  budgetMs: LEADER_BUDGET_MS,
  async play(stage) {
    await allowFaults()
    const leader = await stage.led()
    stage.mark(`SIGKILL to ${leader}`)
    await killProcess(stage.pod(leader))
    await succeeded(stage, leader)
    await stage.whole()
  },
  restore: () => forgetFaults(),
}

export const leaderFreeze: KubernetesScenario = {
  name: 'leader-freeze',
  what: 'the leader is stopped past its lease, and goes on when another leads',
  planned: false,
  budgetMs: LEADER_BUDGET_MS,
  async play(stage) {
    await allowFaults()
    const leader = await stage.led()
    stage.mark(`SIGSTOP to ${leader}`)
    await freezeProcess(stage.pod(leader), FROZEN_MS)
    stage.mark(`SIGCONT to ${leader}`)
    await stage.whole()
    await delay(CALM_MS)
  },
  restore: () => forgetFaults(),
}

export const postgresRestart: KubernetesScenario = {
  name: 'postgres-restart',
  what: 'PostgreSQL is shut down and starts again in its place',
  planned: false,
  budgetMs: POSTGRES_BUDGET_MS,
  async play(stage) {
    const [pod] = stage.pods('journal')
    if (pod === undefined) throw new Error('there is no PostgreSQL in this cluster')
    stage.mark('SIGINT to PostgreSQL')
    await stage.kubectl.run(['exec', pod.metadata.name, '--', 'bash', '-c', 'kill -INT 1'])
    await delay(CALM_MS)
    await stage.until('PostgreSQL is ready', () => stage.ready('journal') > 0)
    stage.mark('PostgreSQL is ready')
    await stage.whole()
    await delay(CALM_MS)
  },
}

export const redisLoss: KubernetesScenario = {
  name: 'redis-loss',
  what: 'Redis is killed with all that it has',
  planned: false,
  budgetMs: REDIS_BUDGET_MS,
  async play(stage) {
    const [pod] = stage.pods('fan-out')
    if (pod === undefined) throw new Error('there is no Redis in this cluster')
    stage.mark('Redis is killed')
    await stage.kubectl.run(['delete', 'pod', pod.metadata.name, '--grace-period=0', '--force'])
    await stage.until(
      'Redis is ready',
      () =>
        stage.pods('fan-out').some(({ metadata }) => metadata.uid !== pod.metadata.uid) && stage.ready('fan-out') > 0,
    )
    stage.mark('Redis is ready')
    await stage.whole()
    await delay(CALM_MS)
  },
}
