import { element } from '../src/element.ts'
/**
 * Listeners: of a market's depth and trades, and of every trader's own events. They check that each number comes, move to
 * another gateway when theirs goes, and write down what they have seen. Settings as those of `traders.ts`; UPTICK_WATCHERS
 * is how many listen to the market.
 */
import exec from 'k6/execution'
import { Counter } from 'k6/metrics'
import type { Options } from 'k6/options'
import { AccountWatch } from './account-watch.ts'
import { MarketWatch } from './market-watch.ts'
import { ResumingWatch } from './resuming-watch.ts'
import { number, summaryFile, symbol, traders } from './settings.ts'

const seconds = number('UPTICK_SECONDS', 60)
/** It lasts this long at least, also when it is stopped early: what the floors hold for. */
const floor = number('UPTICK_FLOOR', seconds)
const watchers = number('UPTICK_WATCHERS', 4)

const gaps = new Counter('stream_gaps')
const messages = new Counter('stream_messages')
const events = new Counter('account_events')

export const options: Options = {
  scenarios: {
    market: {
      executor: 'per-vu-iterations',
      vus: watchers,
      iterations: 1,
      exec: 'market',
      maxDuration: `${seconds + 20}s`,
    },
    account: {
      executor: 'per-vu-iterations',
      vus: traders.length,
      iterations: 1,
      exec: 'account',
      maxDuration: `${seconds + 20}s`,
    },
  },
  thresholds: {
    stream_gaps: ['count==0'],
    stream_messages: [`count>=${watchers * floor}`],
    account_events: [`count>=${floor}`],
  },
}

export function market(): void {
  const counted = { gap: () => gaps.add(1), message: () => messages.add(1) }
  const index = exec.scenario.iterationInTest
  // One as any client of Binance is, one that resumes.
  const Watch = index % 2 === 0 ? MarketWatch : ResumingWatch
  new Watch({ symbol, name: `watcher ${index}`, end: Date.now() + seconds * 1000, ...counted }).start()
}

export function account(): void {
  const trader = element(traders, exec.scenario.iterationInTest % traders.length)
  new AccountWatch({
    trader,
    end: Date.now() + seconds * 1000,
    event: () => events.add(1),
    gap: () => gaps.add(1),
  }).start()
}

export function handleSummary(data: unknown): Record<string, string> {
  const text = JSON.stringify(data, undefined, 2)
  return summaryFile === undefined ? { stdout: `${text}\n` } : { [summaryFile]: text }
}
