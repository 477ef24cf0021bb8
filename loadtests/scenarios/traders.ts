import { element } from '../src/element.ts'
/**
 * Traders over REST on kept connections, over REST with a new connection for each request, and over the WebSocket API.
 * They send signed orders, cancels and queries at the rate of a profile, whatever happens to earlier ones. Nothing is
 * sent twice. Each trader records what it sent and which answers it got:
 *
 *   k6 run --console-output story.jsonl --log-format raw loadtests/scenarios/traders.ts
 *
 * UPTICK_URL, UPTICK_KEY and UPTICK_SECRET (or UPTICK_TRADERS) name the exchange and the traders. UPTICK_PROFILE is
 * steady, surge or busiest-minute; UPTICK_RATE the base rate of all traders, requests a second; UPTICK_SECONDS how long.
 *
 * Go's HTTP client repeats some requests by itself when a kept connection breaks: those without a body that change
 * nothing. So queries use new connections and the WebSocket API, where it cannot do that. It does not repeat orders and
 * cancels either, because they have no Idempotency-Key.
 */
import type { Options, Scenario } from 'k6/options'
import exec from 'k6/execution'
import http from 'k6/http'
import { Counter, Rate } from 'k6/metrics'
import { PARTS, PATIENCE_SECONDS_DEFAULT, socketsOf, standingOf, usersOf } from './crowd.ts'
import { Orders, type Answer, type Intent } from './orders.ts'
import { areaOf, peakOf, profileOf, secondsOf } from './profiles.ts'
import { number, summaryFile, traders, url, type Trader } from './settings.ts'
import { signedForm } from './signature.ts'
import { SocketTrader } from './socket-trader.ts'

const rate = number('UPTICK_RATE', 50)
const seconds = number('UPTICK_SECONDS', 60)
/** It lasts at least this long, also when it is stopped early; the thresholds count for this time. */
const floor = number('UPTICK_FLOOR', seconds)
const profile = profileOf(__ENV['UPTICK_PROFILE'] ?? 'steady', seconds)
/** Longer than the exchange holds a request, so a request that is cut off here was not answered at all. */
const TIMEOUT = '8s'
const patience = number('UPTICK_PATIENCE', PATIENCE_SECONDS_DEFAULT)

const fine = new Rate('requests_fine')
const orders = new Counter('orders_acknowledged')

const peak = rate * peakOf(profile)
const sockets = socketsOf(peak)
const standing = standingOf(traders.length, peak, patience)

/** Open model: a request begins when it is due. When no virtual user is free it is dropped, and that is a failure. */
function arriving(part: number, run: string): Scenario {
  const users = usersOf(part, peak, patience)
  const shared = { exec: run, preAllocatedVUs: users, maxVUs: users, gracefulStop: TIMEOUT }
  const perSecond = (height: number): number => Math.max(1, Math.round(rate * part * height))
  if (profile.length === 1) {
    return { ...shared, executor: 'constant-arrival-rate', rate: perSecond(1), duration: `${seconds}s` }
  }
  return {
    ...shared,
    executor: 'ramping-arrival-rate',
    startRate: perSecond(element(profile, 0).to),
    stages: profile.map((stage) => ({ target: perSecond(stage.to), duration: `${stage.seconds}s` })),
  }
}

const total = rate * areaOf(profile) * (floor / seconds)

export const options: Options = {
  scenarios: {
    kept: arriving(PARTS.kept, 'kept'),
    fresh: arriving(PARTS.fresh, 'fresh'),
    socket: {
      executor: 'per-vu-iterations',
      vus: sockets,
      iterations: 1,
      exec: 'socket',
      maxDuration: `${seconds + 20}s`,
    },
  },
  thresholds: {
    requests_fine: ['rate==1'],
    http_req_failed: ['rate==0'],
    dropped_iterations: ['count==0'],
    // Minimum counts: without any request every other threshold holds.
    http_reqs: [`count>=${Math.floor(0.9 * total * (PARTS.kept + PARTS.fresh))}`],
    orders_acknowledged: [`count>=${Math.floor(0.4 * total)}`],
  },
  noCookiesReset: true,
  discardResponseBodies: false,
  summaryTrendStats: ['min', 'med', 'p(99)', 'max'],
}

// A failed cancel of an order that another trader has taken is a normal answer; `Orders` decides which answers are
// good.
http.setResponseCallback(http.expectedStatuses(200, 400))

const own = new Map<string, Orders>()

function ordersOf(via: 'kept' | 'fresh'): { trader: Trader; mine: Orders } {
  const user = exec.vu.idInTest
  const trader = element(traders, user % traders.length)
  const known = own.get(via)
  if (known !== undefined) return { trader, mine: known }
  const mine = new Orders(trader, via, `${via.slice(0, 1)}${user}`, standing)
  own.set(via, mine)
  return { trader, mine }
}

export function kept(): void {
  const { trader, mine } = ordersOf('kept')
  request(trader, mine, mine.next(false), {})
}

export function fresh(): void {
  const { trader, mine } = ordersOf('fresh')
  request(trader, mine, mine.next(true), { Connection: 'close' })
}

function request(trader: Trader, mine: Orders, intent: Intent, headers: Record<string, string>): void {
  const due = Date.now()
  mine.sent(intent, due)
  const form = signedForm(trader, intent.params)
  const path = `${url}/api/v3/order`
  const params = {
    headers: { ...headers, 'X-MBX-APIKEY': trader.apiKey },
    timeout: TIMEOUT,
    tags: { name: `${intent.request} ${path}` },
  }
  const response =
    intent.request === 'place'
      ? http.post(path, form, {
          ...params,
          headers: { ...params.headers, 'Content-Type': 'application/x-www-form-urlencoded' },
        })
      : http.request(intent.request === 'cancel' ? 'DELETE' : 'GET', `${path}?${form}`, null, params)
  count(intent, mine.ended(intent, due, answerOf(response.status, response.body, response.error)))
}

/** k6 uses status 0 for a missing answer. */
function answerOf(status: number, body: unknown, error: string): Answer {
  if (status === 0) return { status: 0, error }
  try {
    return { status, body: JSON.parse(String(body)) }
  } catch {
    return { status, body: {} }
  }
}

function count(intent: Intent, isFine: boolean): void {
  fine.add(isFine)
  if (isFine && intent.request === 'place') orders.add(1)
}

export function socket(): void {
  const user = exec.scenario.iterationInTest
  const trader = element(traders, user % traders.length)
  const mine = new Orders(trader, 'socket', `s${user}`, standing)
  const end = Date.now() + secondsOf(profile) * 1000
  new SocketTrader({
    trader,
    orders: mine,
    profile,
    rate: (rate * PARTS.socket) / sockets,
    end,
    settled: count,
  }).start()
}

export function handleSummary(data: unknown): Record<string, string> {
  const text = JSON.stringify(data, undefined, 2)
  return summaryFile === undefined ? { stdout: `${text}\n` } : { [summaryFile]: text }
}
