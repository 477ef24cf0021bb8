import { Progress, runCommand, undoWhenInterrupted } from '@uptick/commandline'
import { OperatorClient } from '@uptick/operator'
import { runningOn } from '@uptick/data-folder'
import pg from 'pg'
import { accountsForLoad } from '../../scenarios/crowd.ts'
import { makeTraders } from '../client/make-traders.ts'
import { K6Load, type LoadResult } from '../k6/k6-load.ts'
import { needK6 } from '../k6/k6-process.ts'
import { Outcome, SampleLog } from '../prove/sample-log.ts'
import { loopback } from '../prove/loopback.ts'
import { quantile, type Finding } from '../prove/rows.ts'
import { JournalTruth } from '../reconcile/journal-truth.ts'
import { checkStory } from '../story/check-story.ts'
import { loadCommandLine, type LoadCommandOptions } from './options.ts'

const SHOWN_MAX = 20
/** Usual time before and after the load, s. */
const [SUBSCRIBED_SECONDS, REST_SECONDS] = [5, 10]
const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }

await runCommand(loadCommandLine(process.env, run))

async function run({ folder, ...chosen }: LoadCommandOptions): Promise<void> {
  const { running, settings } = runningOn(folder)
  undoWhenInterrupted()
  needK6()
  const operator = new OperatorClient(running.operatorUrl, settings.operatorToken)
  const traders = await makeTraders(operator, accountsForLoad(chosen))
  const log = new SampleLog()
  const progress = new Progress()
  progress.step('listeners subscribe', SUBSCRIBED_SECONDS + chosen.seconds + REST_SECONDS)
  const load = await K6Load.open({
    ...chosen,
    url: running.url,
    traders,
    symbol: market.symbol,
    command: ['k6'],
    from: loopbackRange(running.url, traders.length),
    floorSeconds: chosen.seconds,
    name: Date.now().toString(36),
  })
  const truth = JournalTruth.open(running.databaseUrl)
  const pool = new pg.Pool({ connectionString: running.databaseUrl, max: 1 })
  try {
    load.start()
    progress.step('traders trade', chosen.seconds + REST_SECONDS)
    await load.tradersEnded()
    progress.step('comparing what all traders were told with the journal', REST_SECONDS)
    const result = await load.finish({ log, timeOf: (at) => at })
    const ofWallTime = (time: number): number => time / 1000
    const others = { truth, operator, pool, market, now: Date.now, ofWallTime }
    const findings = await checkStory(result.story, others)
    progress.end()
    report(result, log, findings)
  } finally {
    progress.end()
    await load.close()
    await truth.close()
    await pool.end()
  }
}

/** On Linux a local address for each trader, when the exchange is on this machine. */
function loopbackRange(url: string, count: number): string | undefined {
  const [first, last] = [loopback(0), loopback(count - 1)]
  return new URL(url).hostname === '127.0.0.1' && first !== undefined ? `${first}-${last}` : undefined
}

function report({ story, dropped, brokenThresholds }: LoadResult, log: SampleLog, findings: readonly Finding[]): void {
  const latencies: number[] = []
  let failed = dropped
  for (let index = 0; index < log.length; index++) {
    if (log.answered(index)) latencies.push(log.latency(index))
    if (log.outcome(index) !== Outcome.OK) failed++
  }
  const [half, most, worst] = [0.5, 0.99, 1].map((part) => quantile(latencies, part))
  const wrong = [...brokenThresholds, ...findings.map(({ kind, text }) => `${kind}: ${text}`)]
  const lines = [
    `${log.length + dropped} requests, ${failed} failed, ${dropped} of them dropped`,
    `answered in p50 ${half} ms, p99 ${most} ms, worst ${worst} ms`,
    `${story.told.count('acknowledged')} orders acknowledged, ${story.told.count('unknown')} of unknown fate`,
    `${story.told.cancelled.size} cancels acknowledged, ${story.events} private events received`,
    `WebSockets that ended: ${[...story.closed].map(([code, count]) => `${count} with ${code}`).join(', ') || 'none'}`,
    ...story.errors.slice(0, SHOWN_MAX),
    ...wrong.slice(0, SHOWN_MAX),
    failed === 0 && wrong.length === 0 ? 'All stories agree.' : `Not good: ${wrong.length} findings.`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (failed > 0 || wrong.length > 0) process.exitCode = 1
}
