/* oxlint-disable typescript/no-non-null-assertion -- the bench has made what it reads. */
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createHistogram } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { endsWithUs } from '@uptick/commandline'
import { Client } from 'pg'
import type { LoadReport } from './http-load.ts'
import { startOrderPath, type OrderPath, type Target } from './order-path.ts'
import { processorSeconds } from './processor-time.ts'
import { against, note, type Row } from './row.ts'
import { cleanly, progress, quick, report } from './section.ts'

const SECONDS = quick ? 3 : 10
const WARM_SECONDS = quick ? 2 : 4
/** Concurrent connections. */
const [FEW, MANY] = [64, 256]
const COMMITS = quick ? 300 : 2_000
/** Latency allowed in addition to the bare route's, in small PostgreSQL commits. */
const P50_COMMITS = 2.5
const P99_COMMITS = 5

/** One run of the load generator, which is a process of its own. */
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
  endsWithUs(child)
  child.stderr?.pipe(process.stderr)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  await once(child, 'exit')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const result = JSON.parse(line) as LoadReport
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} failed: ${result.firstFailure}`)
  return result
}

interface Bare {
  readonly process: ChildProcess
  readonly target: Target
}

async function bareRoute(keys: { key: string; secret: string }, bodyBytes: number): Promise<Bare> {
  const body = JSON.stringify({ filler: 'x'.repeat(Math.max(0, bodyBytes - 13)) })
  const child = fork(new URL('./bare-route.ts', import.meta.url), {
    silent: true,
    env: { ...process.env, BARE_KEY: keys.key, BARE_SECRET: keys.secret, BARE_BODY: body },
  })
  endsWithUs(child)
  child.stderr?.pipe(process.stderr)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const [port] = (await once(createInterface(child.stdout!), 'line')) as [string]
  return { process: child, target: { port: Number(port), ...keys } }
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

/** Processor time of some processes per request, µs; undefined where it is unknown. */
async function costOf<Name extends string>(
  processes: Readonly<Record<Name, number>>,
  run: () => Promise<LoadReport>,
): Promise<{ report: LoadReport; micros: Readonly<Record<Name, number>> | undefined }> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  const names = Object.keys(processes) as Name[]
  const before = names.map((name) => processorSeconds(processes[name]))
  const result = await run()
  const used = names.map((name, i) => {
    const [from, to] = [before[i], processorSeconds(processes[name])]
    return [name, from === undefined || to === undefined ? Number.NaN : ((to - from) * 1e6) / result.requests] as const
  })
  if (used.some(([, micros]) => Number.isNaN(micros))) return { report: result, micros: undefined }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
  return { report: result, micros: Object.fromEntries(used) as Record<Name, number> }
}

/** Alternate with the bare route, at one number of connections. */
async function compare(path: OrderPath, bare: Bare, connections: number): Promise<Row[]> {
  const runBare = () => costOf({ route: bare.process.pid! }, () => load(bare.target, connections, SECONDS))
  const first = await runBare()
  const mine = await costOf(path.processes, () => load(path.trader, connections, SECONDS))
  const second = await runBare()
  const best = first.report.perSecond > second.report.perSecond ? first : second
  const at = `${connections} connections`
  const processor = (name: string, micros: number) => note(`… processor time, ${name}`, micros, 'µs', 'lower')
  return [
    note(`bare signed route, ${at}`, best.report.perSecond, 'requests/s'),
    ...(best.micros ? [processor('route', best.micros.route), processor('generator', best.report.cpuUs)] : []),
    against(
      `orders, ${at}`,
      mine.report.perSecond,
      'orders/s',
      { name: 'bare signed route', value: best.report.perSecond },
      1,
    ),
    ...(mine.micros ? Object.entries(mine.micros).map(([name, micros]) => processor(name, micros)) : []),
    ...(mine.micros ? [processor('generator', mine.report.cpuUs)] : []),
  ]
}

async function throughputRows(path: OrderPath, bare: Bare): Promise<Row[]> {
  const rows: Row[] = []
  for (const connections of [FEW, MANY]) {
    progress(`orders at ${connections} connections, beside the bare route`)
    rows.push(...(await compare(path, bare, connections)))
  }
  return rows
}

async function recordedRow(path: OrderPath): Promise<Row> {
  progress('the same with the recorder at work')
  const stopRecorder = await path.record()
  const recorded = await load(path.trader, FEW, SECONDS)
  await stopRecorder()
  return note(`orders, ${FEW} connections, recorder on`, recorded.perSecond, 'orders/s')
}

async function latencyRows(uptick: Target, bare: Target, rate: number, databaseUrl: string): Promise<Row[]> {
  progress(`latency at half load, ${Math.round(rate)} a second`)
  const alone = await load(bare, FEW, SECONDS, rate)
  const mine = await load(uptick, FEW, SECONDS, rate)
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
      { name: `bare p50 + ${P50_COMMITS} commits`, value: bound(alone.p50Ms, P50_COMMITS, commit.p50Ms) },
      1,
      'lower',
    ),
    against(
      'acknowledgement at half load, p99',
      mine.p99Ms,
      'ms',
      { name: `bare p99 + ${P99_COMMITS} commits`, value: bound(alone.p99Ms, P99_COMMITS, commit.p50Ms) },
      1,
      'lower',
    ),
  ]
}

await cleanly(measureAll)

async function measureAll(): Promise<void> {
  progress('starting PostgreSQL, an engine and a gateway')
  const path = await startOrderPath()
  try {
    progress('warming up')
    const warm = await load(path.trader, FEW, WARM_SECONDS)
    const bare = await bareRoute({ key: randomBytes(32).toString('hex'), secret: 'bench' }, warm.bodyBytes)
    try {
      await load(bare.target, FEW, WARM_SECONDS)
      const rows = await throughputRows(path, bare)
      const full = rows.find((row) => row.name === `orders, ${FEW} connections`)!
      rows.push(...(await latencyRows(path.trader, bare.target, full.value / 2, path.databaseUrl)))
      // This comes last: from then on a recorder has a backlog.
      report([...rows, await recordedRow(path)])
    } finally {
      bare.process.kill()
    }
  } finally {
    await path.stop()
  }
}
