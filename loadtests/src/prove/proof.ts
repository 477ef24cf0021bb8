import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { makeTraders } from '../client/make-traders.ts'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { acknowledgementFindings } from '../reconcile/check-acknowledged.ts'
import { checkEngine } from '../reconcile/check-engine.ts'
import { checkSums } from '../reconcile/check-sums.ts'
import { checkTables, recorded } from '../reconcile/check-tables.ts'
import { JournalTruth } from '../reconcile/journal-truth.ts'
import type { Trader } from '../reconcile/traffic.ts'
import { AccountSubscriber } from './account-subscriber.ts'
import { ClusterHandle } from './cluster-handle.ts'
import { loopback } from './loopback.ts'
import { MarketSubscriber } from './market-subscriber.ts'
import { OpenLoop } from './open-loop.ts'
import type { ProveOptions } from './options.ts'
import { accountsForRate, Orders } from './orders.ts'
import { holdsOf, proofRow, quantile, type Finding, type ProofRow } from './rows.ts'
import { SampleLog } from './sample-log.ts'
import type { Played } from './scenarios.ts'
import { Timeline } from './timeline.ts'
import { plannedHolds } from './verdict.ts'

const PATIENCE_MS = 1_000
const WARM_MS = 2_000
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

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

/** A running exchange under load, with everybody's story being written down. */
class Trial {
  readonly exchange: RunningExchange
  readonly cluster: ClusterHandle
  readonly timeline = new Timeline()
  readonly log = new SampleLog()
  readonly told = new Acknowledgements()
  readonly orders: Orders
  readonly load: OpenLoop
  readonly streams: MarketSubscriber
  readonly accounts: readonly AccountSubscriber[]

  constructor(exchange: RunningExchange, traders: readonly Trader[], options: ProveOptions) {
    const { seed, rate, connections } = options
    const places = traders.length
    this.exchange = exchange
    this.cluster = new ClusterHandle(exchange)
    this.orders = new Orders({ market, traders, told: this.told, seed })
    this.streams = new MarketSubscriber(exchange.url, market.symbol)
    this.accounts = traders.map((trader, place) => new AccountSubscriber(exchange.url, trader, loopback(place)))
    const port = Number(new URL(exchange.url).port)
    const next = (place: number) => this.orders.next(place)
    this.load = new OpenLoop({ port, connections, places, rate, patienceMs: PATIENCE_MS, log: this.log, next })
  }

  close(): void {
    this.load.close()
    this.streams.close()
    for (const account of this.accounts) account.close()
  }
}

/** Play the scenarios in rounds until the time is over and the rounds are played, then reconcile. */
export async function prove(
  options: ProveOptions,
  scenarios: readonly Played[],
  onStep: (what: string) => void,
): Promise<Proof> {
  onStep('starting an exchange')
  // With bans, as an exchange has that is open to everybody: who comes back after a roll must not be banned.
  const exchange = await startExchange({ environment: { LIMIT_BANS: 'true' } })
  try {
    const accounts = Math.min(accountsForRate(options.rate), options.connections)
    const traders = await makeTraders(new ClusterHandle(exchange).operator, accounts)
    const trial = new Trial(exchange, traders, options)
    try {
      await Promise.all(trial.accounts.map(({ subscribed }) => subscribed))
      const broken = await play(trial, options, scenarios, onStep)
      onStep('reconciling')
      const findings = [...broken, ...(await reconcile(trial))]
      return proofOf(trial, scenarios, findings)
    } finally {
      trial.close()
    }
  } finally {
    await exchange.stop()
  }
}

/** Ends early with a finding when a scenario cannot be played: what happened until then is still compared. */
async function play(
  { timeline, load, cluster }: Trial,
  { minutes, rounds }: ProveOptions,
  scenarios: readonly Played[],
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
        const text = `it could not be played: ${error instanceof Error ? error.message : String(error)}`
        broken.push({ kind: 'contradiction', at: performance.now(), text })
        break
      }
    }
  }
  await load.pause()
  timeline.end()
  return broken
}

/** Compare everybody's story while nothing trades. */
async function reconcile(trial: Trial): Promise<Finding[]> {
  const { exchange, cluster, told, orders, streams, accounts, timeline } = trial
  const { databaseUrl } = exchange.running()
  const truth = JournalTruth.open(databaseUrl)
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 })
  try {
    const findings: Finding[] = []
    const say = (kind: Finding['kind'], at: number, text: string) => void findings.push({ kind, at, text })
    const byAccount = new Map(accounts.map((account) => [account.trader.account, account]))
    const missing: { at: number; text: string; executionId: number; account: AccountSubscriber }[] = []
    truth.onExecution = ({ executionId, order }, time) => {
      const account = byAccount.get(order.account)
      const text = `execution ${executionId} never came to account ${order.account}`
      if (account) missing.push({ at: timeline.ofWallTime(time), text, executionId, account })
    }
    const end = performance.now()
    const general = await checkEngine(cluster.operator, truth)
    await recorded(pool, truth.sequence)
    general.push(...(await checkSums(cluster.operator, truth)), ...(await checkTables(pool, truth, 0)))
    for (const text of general) say('contradiction', end, text)
    for (const { kind, clientId, text } of acknowledgementFindings(told, truth, market))
      say(kind, orders.sentAt.get(clientId) ?? end, text)
    for (const { at, text } of orders.contradictions) say('contradiction', at, text)
    for (const { at, text } of [...(await streams.settle(truth)), ...streams.gaps]) say('gap', at, text)
    for (const { at, text, executionId, account } of missing) if (!account.knows(executionId)) say('gap', at, text)
    for (const { at, text } of accounts.flatMap(({ disorder }) => disorder)) say('contradiction', at, text)
    return findings
  } finally {
    await truth.close()
    await pool.end()
  }
}

function proofOf(trial: Trial, scenarios: readonly Played[], findings: readonly Finding[]): Proof {
  const { log, timeline, told, orders, load, streams, accounts } = trial
  const rows = scenarios.map((scenario) => proofRow(scenario, log, timeline, findings))
  return {
    rows,
    findings,
    log,
    timeline,
    errors: orders.errors,
    facts: [
      ['orders acknowledged', String(told.count('acknowledged'))],
      ['orders refused', String(told.count('refused'))],
      ['orders of unknown fate', String(told.count('unknown'))],
      ['cancels acknowledged', String(told.cancelled.size)],
      ['private events received', String(accounts.reduce((sum, { events }) => sum + events, 0))],
      ['connections of the market stream', String(streams.connections)],
      ['connections refused', String(load.refused)],
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
