import { setTimeout as delay } from 'node:timers/promises'
import { messageOf, throwIfInterrupted } from '@uptick/commandline'
import { makeTraders } from '../client/make-traders.ts'
import { ClusterHandle } from './cluster-handle.ts'
import { startOn } from './ground.ts'
import type { ProveOptions } from './options.ts'
import { accountsForRate } from './orders.ts'
import { holdsOf, proofRow, quantile, type Finding, type ProofRow } from './rows.ts'
import { SampleLog } from './sample-log.ts'
import type { Played } from './scenarios.ts'
import { Timeline } from './timeline.ts'
import { Trial, type Recording } from './trial.ts'
import { RECONCILE_SECONDS, stagesOf, usuallyLeft, usualSeconds, type Stage } from './usual-time.ts'
import { plannedHolds } from './verdict.ts'

const WARM_MS = 2_000

/** Called for each step, with the usual time of this and all later steps, s. */
export type OnStep = (what: string, left: number) => void

/** The data of a report. */
export interface Proof {
  readonly rows: readonly ProofRow[]
  readonly findings: readonly Finding[]
  readonly log: SampleLog
  readonly timeline: Timeline
  /** First error answers to traders. */
  readonly errors: readonly string[]
  readonly facts: readonly (readonly [name: string, value: string])[]
}

/**
 * Play the scenarios and reconcile each one; the scenarios of one ground share an exchange. On the machine there are
 * rounds until both the time and the number of rounds are reached; on other ground only the number counts.
 *
 * @throws Interrupted
 */
export async function prove(options: ProveOptions, scenarios: readonly Played[], onStep: OnStep): Promise<Proof> {
  const recording = { log: new SampleLog(), timeline: new Timeline() }
  const findings: Finding[] = []
  const trials: Trial[] = []
  const stages = stagesOf(scenarios, options)
  for (const [index, stage] of stages.entries()) {
    const after = stages.slice(index + 1).reduce((sum, each) => sum + usualSeconds(each), 0)
    const say: OnStep = (what, left) => onStep(what, left + after)
    const { ground } = stage
    say(ground === 'machine' ? 'starting an exchange' : `starting an exchange (${ground})`, usualSeconds(stage))
    const { trial, found } = await tried(stage, options, recording, say)
    throwIfInterrupted()
    trials.push(trial)
    findings.push(...found)
  }
  return proofOf(trials, scenarios, findings, recording)
}

async function tried(
  stage: Stage,
  options: ProveOptions,
  recording: Recording,
  onStep: OnStep,
): Promise<{ readonly trial: Trial; readonly found: readonly Finding[] }> {
  const grounded = await startOn(stage.ground, options.unleash)
  try {
    const cluster = new ClusterHandle(grounded)
    const accounts = Math.min(accountsForRate(options.rate), options.connections)
    const traders = await makeTraders(cluster.operator, accounts)
    const trial = new Trial(cluster, traders, options, recording)
    try {
      await Promise.all(trial.accounts.map(({ subscribed }) => subscribed))
      const broken = await play(trial, stage, recording, onStep)
      onStep('reconciling', RECONCILE_SECONDS)
      const differing = await trial.reconcile().catch((error: unknown) => [impossible('reconciled', error)])
      return { trial, found: [...broken, ...differing] }
    } finally {
      trial.close()
    }
  } finally {
    await grounded.stop()
  }
}

/** Ends early with a finding when a scenario cannot be completed; everything until then is still compared. */
async function play(
  { load, cluster }: Trial,
  stage: Stage,
  { timeline }: Recording,
  onStep: OnStep,
): Promise<Finding[]> {
  const { minutes, rounds, scenarios } = stage
  const broken: Finding[] = []
  timeline.begin('warm-up')
  load.start()
  await delay(WARM_MS)
  const began = performance.now()
  const end = began + minutes * 60_000
  for (let round = 1; (round <= rounds || performance.now() < end) && broken.length === 0; round++) {
    for (const [at, scenario] of scenarios.entries()) {
      const played = (performance.now() - began) / 1_000
      onStep(`round ${round}: ${scenario.name}`, usuallyLeft(stage, round, at, played))
      const { from } = timeline.begin(scenario.name)
      try {
        // Requests that were due before belong to the previous scenario, and this one must not affect them.
        await load.settled(from)
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

/** How much longer traders waited beside abusers than without. */
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
