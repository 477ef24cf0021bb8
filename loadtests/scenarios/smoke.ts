/**
 * Does the exchange take signed orders over HTTP at a small, steady rate, without one failure? `.ci/run` runs it
 * against the start command. UPTICK_URL, UPTICK_KEY and UPTICK_SECRET name the exchange and a demo trader.
 */
import { check } from 'k6'
import crypto from 'k6/crypto'
import http from 'k6/http'

const url = __ENV['UPTICK_URL'] ?? 'http://127.0.0.1:8080'
const key = __ENV['UPTICK_KEY'] ?? ''
const secret = __ENV['UPTICK_SECRET'] ?? ''

export const options = {
  scenarios: {
    // An open model: orders are sent at their rate, whether or not the earlier ones were answered.
    orders: { executor: 'constant-arrival-rate', rate: 8, timeUnit: '1s', duration: '10s', preAllocatedVUs: 10 },
  },
  thresholds: {
    http_req_failed: ['rate==0'],
    checks: ['rate==1'],
    http_req_duration: ['p(99)<500'],
  },
  summaryTrendStats: ['min', 'med', 'p(99)', 'max'],
}

function signed(method: 'POST' | 'DELETE', path: string, query: string) {
  const payload = `${query}&timestamp=${Date.now()}`
  const signature = crypto.hmac('sha256', secret, payload, 'hex')
  return http.request(method, `${url}${path}?${payload}&signature=${signature}`, null, {
    headers: { 'X-MBX-APIKEY': key },
    tags: { name: `${method} ${path}` },
  })
}

/** One order that rests far from the market, and its cancel. */
export default function placeAndCancel(): void {
  const order = 'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.001&price=20000.00'
  const placed = signed('POST', '/api/v3/order', order)
  const orderId: unknown = placed.json('orderId')
  check(placed, { 'order is acknowledged': ({ status }) => status === 200 && typeof orderId === 'number' })
  const cancelled = signed('DELETE', '/api/v3/order', `symbol=BTCUSDT&orderId=${String(orderId)}`)
  check(cancelled, { 'cancel is acknowledged': ({ status }) => status === 200 })
}
