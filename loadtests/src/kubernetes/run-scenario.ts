import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ExchangeWatch, type Kubectl } from '@uptick/deploy'
import pg from 'pg'
import { accountsForLoad } from '../../scenarios/crowd.ts'
import { makeTraders } from '../client/make-traders.ts'
import { K6Load, type LoadResult } from '../k6/k6-load.ts'
import { proofRow, type Finding, type ProofRow } from '../prove/rows.ts'
import { SampleLog } from '../prove/sample-log.ts'
import { Timeline } from '../prove/timeline.ts'
import { JournalTruth } from '../reconcile/journal-truth.ts'
import { checkStory } from '../story/check-story.ts'
import type { Act } from './act.ts'
import { LeaderLog } from './leader-log.ts'
import type { ProofOptions } from './options.ts'
import { PodLanes } from './pod-lanes.ts'
import type { KubernetesScenario } from './scenario.ts'
import { Stage } from './stage.ts'
import { traderUrl, withStores } from './stores.ts'

const WARM_MS = 3_000
/** The load continues after the scenario: a late failure belongs to it. */
const AFTER_MS = 3_000
/** By then every request that was due before the end has an answer or has failed. */
const SETTLE_MS = 6_000
/** Upper bound of a load that is stopped and does not end by itself. */
const LONGEST_SECONDS = 7_200
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

/** Options with a rate that is known. */
type LoadedOptions = ProofOptions & { readonly rate: number }

/** Play one scenario under its own load, and compare all stories when the load has ended. */
export async function runScenario(
  scenario: KubernetesScenario,
  kubectl: Kubectl,
  options: LoadedOptions,
  say: (what: string) => void,
): Promise<Act> {
  const timeline = new Timeline()
  const now = (): number => performance.now()
  const lanes = new PodLanes(now)
  const watch = new ExchangeWatch(kubectl, (event) => lanes.heard(event))
  const leaders = new LeaderLog(watch, now)
  const { overlay, fault } = options
  const stage = new Stage({ kubectl, watch, leaders, timeline, overlay, fault, say })
  try {
    await stage.whole()
    const log = new SampleLog()
    const { result, since, trouble } = await underLoad(scenario, stage, options, log)
    if (trouble !== undefined) say(`  ${trouble}`)
    await scenario.restore?.(stage)
    await stage.whole()
    say('  reconciling')
    const findings = await reconcile(result, stage, since)
    if (scenario.planned) findings.push(...cutsOf(result, timeline))
    if (trouble !== undefined) findings.push({ kind: 'contradiction', at: now(), text: trouble })
    const row = withDropped(proofRow(scenario, log, timeline, findings), result.dropped)
    return { scenario, row, findings, log, timeline, lanes, led: leaders.led, result, facts: stage.facts }
  } finally {
    leaders.stop()
    watch.close()
  }
}

interface Loaded {
  readonly result: LoadResult
  /** Sequence at which the load began. */
  readonly since: number
  /** The reason why the scenario could not be completed. */
  readonly trouble: string | undefined
}

async function underLoad(
  scenario: KubernetesScenario,
  stage: Stage,
  options: LoadedOptions,
  log: SampleLog,
): Promise<Loaded> {
  const { kubectl, timeline } = stage
  const rate = Math.ceil(options.rate * (scenario.share ?? 1))
  const profile = scenario.profile ?? 'steady'
  const seconds = scenario.profileSeconds ?? LONGEST_SECONDS
  const accounts = accountsForLoad({ rate, profile, seconds })
  const { traders, since } = await withStores(kubectl, async ({ operator }) => {
    const { engine } = await operator.call<{ engine: { sequence: number } }>('GET', '/status')
    return { traders: await makeTraders(operator, accounts), since: engine.sequence }
  })
  const name = Date.now().toString(36)
  const load = await K6Load.open({
    folder: options.stories === undefined ? undefined : join(options.stories, `${scenario.name}-${name}`),
    url: options.url ?? (await traderUrl(kubectl)),
    from: options.from,
    traders,
    symbol: market.symbol,
    command: ['k6'],
    profile,
    rate,
    seconds,
    floorSeconds: (WARM_MS + AFTER_MS) / 1000,
    name,
    watchers: options.watchers,
  })
  let trouble: string | undefined
  try {
    load.start()
    await delay(WARM_MS)
    timeline.begin(scenario.name)
    try {
      await scenario.play(stage)
    } catch (error) {
      trouble = `the scenario could not be played: ${error instanceof Error ? error.message : String(error)}`
    }
    await delay(AFTER_MS)
    timeline.end()
    await delay(SETTLE_MS)
    if (!load.isRunning && scenario.profile === undefined) trouble ??= 'k6 has ended before the scenario'
    const result = await load.finish({ log, timeOf: (at) => timeline.ofWallTime(at * 1000) })
    return { result, since, trouble }
  } finally {
    await load.close()
  }
}

/** Compare all stories, while nothing trades. */
function reconcile({ story }: LoadResult, { kubectl, timeline }: Stage, since: number): Promise<Finding[]> {
  return withStores(kubectl, async ({ operator, databaseUrl }) => {
    const truth = JournalTruth.open(databaseUrl)
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
    // A forwarded port may close first.
    pool.on('error', () => undefined)
    try {
      await truth.advance(since)
      const now = (): number => performance.now()
      const ofWallTime = (time: number): number => timeline.ofWallTime(time)
      const findings = await checkStory(story, { truth, operator, pool, market, now, ofWallTime })
      for (const { from, to } of truth.successions) {
        const [began, ended] = [ofWallTime(from), ofWallTime(to)]
        if (ended < (timeline.stretches[0]?.from ?? 0)) continue
        timeline.changed(timeline.scenarioAt(ended), began, ended)
        timeline.marks.push({ at: ended, label: 'another leader' })
      }
      return findings
    } finally {
      await truth.close()
      await pool.end()
    }
  })
}

/** A planned change ends no client's connection without a closing handshake. */
function cutsOf({ story }: LoadResult, { stretches }: Timeline): Finding[] {
  const isWithin = (at: number): boolean => stretches.some(({ from, to }) => at >= from && at < to)
  return story.cuts.filter(({ at }) => isWithin(at)).map(({ at, text }) => ({ kind: 'gap', at, text }))
}

function withDropped(row: ProofRow, dropped: number): ProofRow {
  return { ...row, requests: row.requests + dropped, failed: row.failed + dropped, late: row.late + dropped }
}
