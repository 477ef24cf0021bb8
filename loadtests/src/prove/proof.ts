import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '@uptick/commandline'
import { makeTraders } from '../client/make-traders.ts'
import { ClusterHandle } from './cluster-handle.ts'
import { startOn, type Ground } from './ground.ts'
import type { ProveOptions } from './options.ts'
import { accountsForRate } from './orders.ts'
import { holdsOf, proofRow, quantile, type Finding, type ProofRow } from './rows.ts'
import { SampleLog } from './sample-log.ts'
import type { Played } from './scenarios.ts'
import { Timeline } from './timeline.ts'
import { Trial, type Recording } from './trial.ts'
import { plannedHolds } from './verdict.ts'

const WARM_MS = 2_000

/** All that a report needs. */
export interface Proof {
  readonly rows: readonly ProofRow[]
  readonly findings: readonly Finding[]
  readonly log: SampleLog
  readonly timeline: Timeline
  /** First error answers that traders got. */
  readonly errors: readonly string[]
  readonly facts: readonly (readonly [name: string, value: string])[]
}

/**
 * Play the scenarios, those of each ground on an exchange of its own, and reconcile each: in rounds until the time is over
 * and the rounds are played; on other ground than the machine's the rounds alone count.
 */
export async function prove(
  options: ProveOptions,
  scenarios: readonly Played[],
  onStep: (what: string) => void,
): Promise<Proof> {
  const recording = { log: new SampleLog(), timeline: new Timeline() }
  const findings: Finding[] = []
  const trials: Trial[] = []
  for (const [ground, played] of Map.groupBy(scenarios, (scenario) => scenario.ground ?? 'machine')) {
    onStep(ground === 'machine' ? 'starting an exchange' : `starting an exchange (${ground})`)
    const minutes = ground === 'machine' ? options.minutes : 0
    const { trial, found } = await tried(ground, { ...options, minutes }, played, recording, onStep)
    trials.push(trial)
    findings.push(...found)
  }
  return proofOf(trials, scenarios, findings, recording)
}

async function tried(
  ground: Ground,
  options: ProveOptions,
  scenarios: readonly Played[],
  recording: Recording,
  onStep: (what: string) => void,
): Promise<{ readonly trial: Trial; readonly found: readonly Finding[] }> {
  const grounded = await startOn(ground)
  try {
    const cluster = new ClusterHandle(grounded)
    const accounts = Math.min(accountsForRate(options.rate), options.connections)
    const traders = await makeTraders(cluster.operator, accounts)
    const trial = new Trial(cluster, traders, options, recording)
    try {
      await Promise.all(trial.accounts.map(({ subscribed }) => subscribed))
      const broken = await play(trial, options, scenarios, recording, onStep)
      onStep('reconciling')
      const differing = await trial.reconcile().catch((error: unknown) => [impossible('reconciled', error)])
      return { trial, found: [...broken, ...differing] }
    } finally {
      trial.close()
    }
  } finally {
    await grounded.stop()
  }
}

/** Ends early with a finding when a scenario cannot be played: what happened until then is still compared. */
async function play(
  { load, cluster }: Trial,
  { minutes, rounds }: ProveOptions,
  scenarios: readonly Played[],
  { timeline }: Recording,
  onStep: (what: string) => void,
): Promise<Finding[]> {
  const broken: Finding[] = []
  timeline.begin('warm-up')
  load.start()
  await delay(WARM_MS)
  const end = performance.now() + minutes * 60_000
  for (let round = 1; (round <= rounds || performance.now() < end) && broken.length === 0; round++) {
    for (const scenario of scenarios) {
      onStep(`round ${round}: ${scenario.name}`)
      timeline.begin(scenario.name)
      try {
        await scenario.play(cluster, timeline)
      } catch (error) {
        broken.push(impossible('played', error))
        break
      }
    }
  }
  await load.pause()
  timeline.end()
  return broken
}

function impossible(what: string, error: unknown): Finding {
  return { kind: 'contradiction', at: performance.now(), text: `it could not be ${what}: ${messageOf(error)}` }
}

function proofOf(
  trials: readonly Trial[],
  scenarios: readonly Played[],
  findings: readonly Finding[],
  { log, timeline }: Recording,
): Proof {
  const rows = scenarios.map((scenario) => proofRow(scenario, log, timeline, findings))
  const sum = (count: (trial: Trial) => number): string =>
    String(trials.reduce((total, trial) => total + count(trial), 0))
  return {
    rows,
    findings,
    log,
    timeline,
    errors: trials.flatMap(({ orders }) => orders.errors),
    facts: [
      ['orders acknowledged', sum(({ told }) => told.count('acknowledged'))],
      ['orders refused', sum(({ told }) => told.count('refused'))],
      ['orders of unknown fate', sum(({ told }) => told.count('unknown'))],
      ['cancels acknowledged', sum(({ told }) => told.cancelled.size)],
      ['private events received', sum(({ accounts }) => accounts.reduce((total, { events }) => total + events, 0))],
      ['connections of the market stream', sum(({ streams }) => streams.connections)],
      ['connections refused', sum(({ load }) => load.refused)],
      ['changes of leader', String(timeline.changes.length)],
      ...timeline.notes,
      ...besideQuiet(rows),
      ['holds of all planned changes', holdsText(plannedHolds({ rows, log, timeline }))] as const,
      ...scenarios
        .map(({ name }) => [`holds of ${name}`, holdsText(holdsOf(name, log, timeline))] as const)
        .filter(([, text]) => text !== ''),
    ],
  }
}

/** How much longer traders waited beside abusers than in the quiet. */
function besideQuiet(rows: readonly ProofRow[]): (readonly [name: string, value: string])[] {
  const [quiet, abused] = ['steady', 'abuse'].map((name) => rows.find(({ scenario }) => scenario === name)?.p99_ms ?? 0)
  if (!quiet || !abused) return []
  return [['p99 beside abusers', `${abused} ms, ${quiet} ms in the quiet: ${(abused / quiet).toFixed(1)} times`]]
}

function holdsText(holds: readonly number[]): string {
  if (holds.length === 0) return ''
  const [median, most, nearlyAll, worst] = [0.5, 0.9, 0.99, 1].map((part) => quantile(holds, part).toFixed(0))
  return `${holds.length}: p50 ${median} ms, p90 ${most} ms, p99 ${nearlyAll} ms, worst ${worst} ms`
}
