import type { Kubectl } from '@uptick/deploy'
import { accountsFor } from '../../scenarios/crowd.ts'
import { makeTraders } from '../client/make-traders.ts'
import { K6Load, type LoadOptions } from '../k6/k6-load.ts'
import { quantile } from '../prove/rows.ts'
import { Outcome, SampleLog } from '../prove/sample-log.ts'
import type { ProofOptions } from './options.ts'
import { traderUrl, withStores } from './stores.ts'

const STEP_SECONDS = 12
const FIRST_RATE = 20
const FACTOR = 1.5
const STEPS_MAX = 12
/** Past this latency the queues grow, even if all requests are answered. */
const P99_MS_MAX = 200

/**
 * The highest rate that the cluster sustains, with the load generator wherever it runs: all requests are answered for
 * twelve seconds, 99 of 100 within 200 ms. Rates rise by half each time. The first step is played once before it
 * counts, because processes that have just started are slow. A step that fails is played once more, because a single
 * failure may have another cause.
 */
export async function findCapacity(
  kubectl: Kubectl,
  options: ProofOptions,
  say: (what: string) => void,
): Promise<number> {
  const url = options.url ?? (await traderUrl(kubectl))
  const isSustained = async (rate: number): Promise<boolean> => {
    const traders = await withStores(kubectl, ({ operator }) => makeTraders(operator, accountsFor(rate)))
    const { failed, p99 } = await play({ url, from: options.from, traders, watchers: options.watchers, rate })
    say(`  ${rate} a second: ${failed} failed, p99 ${p99} ms`)
    return failed === 0 && p99 <= P99_MS_MAX
  }
  await isSustained(FIRST_RATE)
  let sustained = 0
  for (let [step, rate] = [0, FIRST_RATE]; step < STEPS_MAX; step++, rate = Math.round(rate * FACTOR)) {
    if (!(await isSustained(rate)) && !(await isSustained(rate))) break
    sustained = rate
  }
  return sustained
}

type Step = Pick<LoadOptions, 'url' | 'from' | 'traders' | 'watchers' | 'rate'>

/** One rate for twelve seconds. */
async function play({ url, from, traders, watchers, rate }: Step): Promise<{ failed: number; p99: number }> {
  const log = new SampleLog()
  const load = await K6Load.open({
    url,
    from,
    traders,
    symbol: 'BTCUSDT',
    command: ['k6'],
    profile: 'steady',
    rate,
    seconds: STEP_SECONDS,
    floorSeconds: STEP_SECONDS,
    name: `c${Date.now().toString(36)}`,
    watchers,
  })
  try {
    load.start()
    await load.tradersEnded()
    const { dropped } = await load.finish({ log, timeOf: (at) => at })
    const { failed, p99 } = figures(log)
    return { failed: failed + dropped, p99 }
  } finally {
    await load.close()
  }
}

function figures(log: SampleLog): { failed: number; p99: number } {
  const latencies: number[] = []
  let failed = 0
  for (let index = 0; index < log.length; index++) {
    latencies.push(log.latency(index))
    if (log.outcome(index) !== Outcome.OK) failed++
  }
  return { failed, p99: quantile(latencies, 0.99) }
}
