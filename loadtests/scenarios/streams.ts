import { element } from '../src/element.ts'
/**
 * Subscribers of a market's depth and trades, and of every trader's own events. They check that every number comes,
 * move to another gateway when theirs shuts down, and record what they get. Settings as for `traders.ts`;
 * UPTICK_WATCHERS is the number of subscribers of the market.
 */
import exec from 'k6/execution'
import { Counter } from 'k6/metrics'
import type { Options } from 'k6/options'
import { AccountWatch } from './account-watch.ts'
import { MarketWatch } from './market-watch.ts'
import { ResumingWatch } from './resuming-watch.ts'
import { number, summaryFile, symbol, traders } from './settings.ts'

const seconds = number('UPTICK_SECONDS', 60)
/** It lasts at least this long, also when it is stopped early; the thresholds count for this time. */
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
  // Half of them behave as any client of Binance, the others resume.
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
