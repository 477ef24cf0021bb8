import { setTimeout as delay } from 'node:timers/promises'
import type { Rolled } from '@uptick/standalone'
import { LEASE_MS_DEFAULT } from '@uptick/link'
import type { ClusterHandle } from './cluster-handle.ts'
import type { Ground } from './ground.ts'
import { HOLD_MS_MAX, type Scenario } from './rows.ts'
import type { Timeline } from './timeline.ts'

/** A scenario, and how it is played once. */
export interface Played extends Scenario {
  /** `machine` unless set. */
  readonly ground?: Ground
  /** Usual duration, s, for the estimate of progress. */
  readonly seconds: number
  readonly play: (cluster: ClusterHandle, timeline: Timeline) => Promise<void>
}

const STEADY_MS = 5_000
const BREATH_MS = 500
const HAND_OFFS = 8
/** A planned change: the longest hold is also the longest silence that it may cause. */
const PLANNED_BUDGET_MS = HOLD_MS_MAX
/** After a leader's crash traders trade again within this time. */
const KILLED_BUDGET_MS = 1_000
/** A frozen leader stays frozen for longer than any standby waits. */
const FROZEN_MS = LEASE_MS_DEFAULT + 1_000

const steady: Played = {
  name: 'steady',
  seconds: 5,
  planned: true,
  budgetMs: PLANNED_BUDGET_MS,
  play: () => delay(STEADY_MS),
}

const ROLL_SECONDS = { recorder: 2, engine: 9, gateway: 14 } as const

/** `count` hand-offs, each after every process is ready again. */
export function handOff(count: number): Played {
  return {
    name: 'hand-off',
    seconds: count,
    planned: true,
    budgetMs: PLANNED_BUDGET_MS,
    async play(cluster, timeline) {
      for (let done = 0; done < count; done++) {
        const before = await cluster.leader()
        const from = timeline.mark('hand-off')
        await cluster.operator.call('POST', '/handoff')
        await cluster.leader(before)
        timeline.changed('hand-off', from, performance.now())
        await cluster.ready()
        await delay(BREATH_MS)
      }
    },
  }
}

export const killLeader: Played = {
  name: 'kill leader',
  seconds: 5,
  planned: false,
  budgetMs: KILLED_BUDGET_MS,
  async play(cluster, timeline) {
    const before = await cluster.leader()
    const from = timeline.mark('kill leader')
    cluster.kill(before)
    await cluster.leader(before)
    timeline.changed('kill leader', from, performance.now())
    await cluster.ready()
    await delay(BREATH_MS)
  },
}

/** SIGSTOP past the lease, then SIGCONT: the old leader wakes up and believes that it leads, and must not answer. */
export const freezeLeader: Played = {
  name: 'freeze leader',
  seconds: 6,
  planned: false,
  budgetMs: LEASE_MS_DEFAULT + KILLED_BUDGET_MS,
  async play(cluster, timeline) {
    const before = await cluster.leader()
    const from = timeline.mark('freeze leader')
    const thaw = cluster.freeze(before)
    try {
      await cluster.leader(before)
      timeline.changed('freeze leader', from, performance.now())
      await delay(Math.max(0, FROZEN_MS - (performance.now() - from)))
    } finally {
      timeline.mark('thaw it')
      await thaw()
    }
    await cluster.replaced(before)
    await cluster.ready()
    await delay(BREATH_MS)
  },
}

export function roll(what: Exclude<Rolled, 'all'>): Played {
  const name = `roll ${what}`
  return {
    name,
    seconds: ROLL_SECONDS[what],
    planned: true,
    budgetMs: PLANNED_BUDGET_MS,
    async play(cluster, timeline) {
      timeline.mark(name)
      await cluster.control.roll(what, ({ what: step, milliseconds }) => {
        const now = performance.now()
        if (step === 'led by another') timeline.changed(name, now - milliseconds, now)
      })
      timeline.mark(`${name} done`)
      await delay(BREATH_MS)
    },
  }
}

/** In the order of one round. */
export const scenarios: readonly Played[] = [
  steady,
  roll('recorder'),
  roll('engine'),
  handOff(HAND_OFFS),
  roll('gateway'),
  killLeader,
  freezeLeader,
]
