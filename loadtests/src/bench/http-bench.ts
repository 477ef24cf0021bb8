import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createHistogram } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { OperatorClient } from '@uptick/standalone'
import { Client } from 'pg'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import type { LoadReport } from './http-load.ts'
import { against, note, type Row } from './row.ts'
import { progress, quick, report } from './section.ts'

const SECONDS = quick ? 3 : 10
const WARM_SECONDS = quick ? 2 : 4
const COMMITS = quick ? 300 : 2_000
/** Allowed on top of the bare route's latency, in small PostgreSQL commits. */
const P50_COMMITS = 2.5
const P99_COMMITS = 5

interface Target {
  readonly port: number
  readonly key: string
  readonly secret: string
}

/** One run of the generator, which is a process of its own. */
async function load(target: Target, connections: number, seconds: number, rate = 0): Promise<LoadReport> {
  const child = fork(new URL('./http-load.ts', import.meta.url), {
    silent: true,
    env: {
      ...process.env,
      LOAD_PORT: String(target.port),
      LOAD_KEY: target.key,
      LOAD_SECRET: target.secret,
      LOAD_CONNECTIONS: String(connections),
      LOAD_SECONDS: String(seconds),
      LOAD_RATE: String(Math.round(rate)),
    },
  })
  child.stderr?.pipe(process.stderr)
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  await once(child, 'exit')
  const result = JSON.parse(line) as LoadReport
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} failed: ${result.firstFailure}`)
  return result
}

async function bareRoute(keys: { key: string; secret: string }, bodyBytes: number): Promise<[ChildProcess, Target]> {
  const body = JSON.stringify({ filler: 'x'.repeat(Math.max(0, bodyBytes - 13)) })
  const child = fork(new URL('./bare-route.ts', import.meta.url), {
    silent: true,
    env: { ...process.env, BARE_KEY: keys.key, BARE_SECRET: keys.secret, BARE_BODY: body },
  })
  child.stderr?.pipe(process.stderr)
  const [port] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return [child, { port: Number(port), ...keys }]
}

/** Latency of one small commit at a time, ms: the floor under every durable acknowledgement. */
async function smallCommit(databaseUrl: string): Promise<{ p50Ms: number; p99Ms: number }> {
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query('CREATE TABLE IF NOT EXISTS bench_commit (n integer, filler text)')
  const histogram = createHistogram()
  for (let n = 0; n < COMMITS; n++) {
    const began = performance.now()
    await client.query({
      name: 'commit',
      text: 'INSERT INTO bench_commit VALUES ($1, $2)',
      values: [n, 'x'.repeat(200)],
    })
    histogram.record(Math.max(1, Math.round((performance.now() - began) * 1000)))
  }
  await client.query('DROP TABLE bench_commit')
  await client.end()
  return { p50Ms: histogram.percentile(50) / 1000, p99Ms: histogram.percentile(99) / 1000 }
}

async function unlimitedTrader(exchange: RunningExchange): Promise<Target> {
  const operator = new OperatorClient(exchange.running().operatorUrl, exchange.operatorToken)
  const account = await operator.addAccount('bench')
  await operator.deposit(account, { asset: 'BTC', amount: '100000' })
  await operator.deposit(account, { asset: 'USDT', amount: '9000000000' })
  const { apiKey, secret = '' } = await operator.addKey(account, { label: 'bench', type: 'HMAC', unlimited: true })
  return { port: Number(new URL(exchange.url).port), key: apiKey, secret }
}

/** Turn and turn about with the bare route, at one number of connections; the recorder stands still. */
async function compare(
  uptick: Target,
  bare: Target,
  connections: number,
): Promise<{ uptick: LoadReport; bare: LoadReport }> {
  const first = await load(bare, connections, SECONDS)
  const mine = await load(uptick, connections, SECONDS)
  const second = await load(bare, connections, SECONDS)
  return { uptick: mine, bare: first.perSecond > second.perSecond ? first : second }
}

async function throughputRows(uptick: Target, bare: Target, exchange: RunningExchange): Promise<Row[]> {
  const rows: Row[] = []
  for (const connections of [64, 256]) {
    progress(`orders at ${connections} connections, beside the bare route`)
    const both = await compare(uptick, bare, connections)
    rows.push(
      note(`bare signed route, ${connections} connections`, both.bare.perSecond, 'requests/s'),
      against(
        `orders, ${connections} connections`,
        both.uptick.perSecond,
        'orders/s',
        { name: 'bare signed route', value: both.bare.perSecond },
        1,
      ),
    )
  }
  progress('the same with the recorder at work')
  process.kill(exchange.running().processes['recorder']!, 'SIGCONT')
  const recorded = await load(uptick, 64, SECONDS)
  process.kill(exchange.running().processes['recorder']!, 'SIGSTOP')
  rows.push(note('orders, 64 connections, recorder on', recorded.perSecond, 'orders/s'))
  return rows
}

async function latencyRows(uptick: Target, bare: Target, rate: number, databaseUrl: string): Promise<Row[]> {
  progress(`latency at half load, ${Math.round(rate)} a second`)
  const alone = await load(bare, 64, SECONDS, rate)
  const mine = await load(uptick, 64, SECONDS, rate)
  const commit = await smallCommit(databaseUrl)
  const bound = (bareMs: number, commits: number, commitMs: number) => bareMs + commits * commitMs
  return [
    note('small PostgreSQL commit, p50', commit.p50Ms, 'ms', 'lower'),
    note('small PostgreSQL commit, p99', commit.p99Ms, 'ms', 'lower'),
    note('bare signed route at half load, p50', alone.p50Ms, 'ms', 'lower'),
    note('bare signed route at half load, p99', alone.p99Ms, 'ms', 'lower'),
    against(
      'acknowledgement at half load, p50',
      mine.p50Ms,
      'ms',
      { name: 'bare p50 + 2.5 commits', value: bound(alone.p50Ms, P50_COMMITS, commit.p50Ms) },
      1,
      'lower',
    ),
    against(
      'acknowledgement at half load, p99',
      mine.p99Ms,
      'ms',
      { name: 'bare p99 + 5 commits', value: bound(alone.p99Ms, P99_COMMITS, commit.p50Ms) },
      1,
      'lower',
    ),
  ]
}

progress('starting an exchange')
const exchange = await startExchange()
const recorder = exchange.running().processes['recorder']!
try {
  const uptick = await unlimitedTrader(exchange)
  process.kill(recorder, 'SIGSTOP')
  progress('warming up')
  const warm = await load(uptick, 64, WARM_SECONDS)
  const [bareProcess, bare] = await bareRoute({ key: randomBytes(32).toString('hex'), secret: 'bench' }, warm.bodyBytes)
  try {
    await load(bare, 64, WARM_SECONDS)
    const rows = await throughputRows(uptick, bare, exchange)
    const full = rows.find((row) => row.name === 'orders, 64 connections')!
    report([...rows, ...(await latencyRows(uptick, bare, full.value / 2, exchange.running().databaseUrl))])
  } finally {
    bareProcess.kill()
  }
} finally {
  process.kill(recorder, 'SIGCONT')
  await exchange.stop()
}
