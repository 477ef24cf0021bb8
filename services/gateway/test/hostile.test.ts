import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'
import { fetchReply, type Trader } from './trader.ts'

let exchange: RunningExchange
let alice: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start()
  alice = await exchange.trader()
})

afterAll(() => exchange.stop())

const PATHS: readonly (readonly [string, string])[] = [
  ['GET', '/api/v3/exchangeInfo'],
  ['GET', '/api/v3/depth'],
  ['GET', '/api/v3/trades'],
  ['GET', '/api/v3/aggTrades'],
  ['GET', '/api/v3/klines'],
  ['GET', '/api/v3/ticker/24hr'],
  ['GET', '/api/v3/account'],
  ['POST', '/api/v3/order'],
  ['DELETE', '/api/v3/order'],
  ['POST', '/api/v3/order/cancelReplace'],
  ['PUT', '/api/v3/order/amend/keepPriority'],
  ['GET', '/api/v3/myTrades'],
]
const NAMES = ['symbol', 'symbols', 'side', 'type', 'quantity', 'price', 'limit', 'interval', 'timestamp', 'orderId']
const VALUES = [
  'BTCUSDT',
  '["BTCUSDT"]',
  'BUY',
  'LIMIT',
  'GTC',
  '1',
  '-1',
  '0',
  '1e999',
  '[]',
  '{}',
  'null',
  '\0',
  '%00',
]

/** Errors of traders are theirs: 4xx with a code, never 5xx. */
function expectSane({ status, body }: { status: number; body: { code: number } }): void {
  expect(status).toBeLessThan(500)
  if (status >= 400) expect(body.code).toBeLessThan(0)
}

describe('any parameters, signed', () => {
  test('get an answer or a code', async () => {
    const value = fc.oneof(fc.constantFrom(...VALUES), fc.string(), fc.string({ unit: 'binary' }))
    const values = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string({ minLength: 1 })), value)
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PATHS), values, async ([method, path], parameters) => {
        const { signature: _signature, ...sent } = parameters
        expectSane(await alice.send(method, path, { timestamp: Date.now(), ...sent }))
      }),
      { numRuns: 300 },
    )
  })

  test('a raw query and a raw body of any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...PATHS), fc.string(), fc.string(), async ([method, path], query, body) => {
        const raw = query.replaceAll(/[^\x21-\x7e]|#/g, '%')
        const headers = { 'X-MBX-APIKEY': alice.apiKey, 'content-type': 'application/json' }
        const init = { method, headers, ...(method !== 'GET' && { body }) }
        expectSane(await fetchReply(`${exchange.url}${path}?${raw}`, init))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the form of a request', () => {
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.001', price: '30000' }
  const signed = (): string => {
    const form = new URLSearchParams({ ...order, timestamp: String(Date.now()) }).toString()
    return `${form}&signature=${alice.sign(form)}`
  }

  test.each(['application/x-www-form-urlencoded', 'application/json', 'text/plain', 'nonsense', 'multipart/form-data'])(
    'a form body is read whatever it is called: %s',
    async (type) => {
      const headers = { 'X-MBX-APIKEY': alice.apiKey, 'content-type': type }
      const reply = await fetchReply(`${exchange.url}/api/v3/order`, { method: 'POST', headers, body: signed() })
      expect(reply.body).toMatchObject({ status: 'NEW' })
    },
  )

  test('query and body together, signed as one after the other; a name in both: the query wins', async () => {
    const query = `symbol=BTCUSDT&side=BUY&timestamp=${Date.now()}`
    const body = 'type=LIMIT&timeInForce=GTC&quantity=0.001&price=30000&side=SELL'
    const signature = alice.sign(query + body)
    for (const [q, b] of [
      [`${query}&signature=${signature}`, body],
      [query, `${body}&signature=${signature}`],
      [query, `signature=${signature}&${body}`],
    ]) {
      const headers = { 'X-MBX-APIKEY': alice.apiKey }
      const reply = await fetchReply(`${exchange.url}/api/v3/order?${q}`, { method: 'POST', headers, body: b! })
      expect(reply.body).toMatchObject({ status: 'NEW', side: 'BUY' })
    }
  })

  test('a form body on DELETE, and a JSON header without a body', async () => {
    const headers = { 'X-MBX-APIKEY': alice.apiKey, 'content-type': 'application/json' }
    const query = `symbol=BTCUSDT&timestamp=${Date.now()}`
    const url = `${exchange.url}/api/v3/openOrders`
    const inBody = `${query}&signature=${alice.sign(query)}`
    expect((await fetchReply(url, { method: 'DELETE', headers, body: inBody })).status).toBe(200)
    await alice.limit('BUY', '0.001', '30000')
    expect((await fetchReply(`${url}?${inBody}`, { method: 'DELETE', headers })).status).toBe(200)
  })

  test('too large, too long, unknown, wrong method', async () => {
    const huge = await fetchReply(`${exchange.url}/api/v3/order`, { method: 'POST', body: 'a'.repeat(1_000_000) })
    expect([huge.status, huge.body.code]).toEqual([413, -1101])
    const unknown = await fetchReply(`${exchange.url}/api/v3/nothing`)
    expect(unknown.status).toBe(404)
    expect(unknown.body.code).toBeLessThan(0)
    expect((await fetchReply(`${exchange.url}/api/v3/time`, { method: 'POST' })).status).toBe(404)
    expect((await fetchReply(`${exchange.url}/%zz`)).status).toBe(400)
  })

  test('HEAD, OPTIONS and a browser’s origin', async () => {
    const head = await fetch(`${exchange.url}/api/v3/ping`, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const origin = { origin: 'https://example.org' }
    const preflight = await fetch(`${exchange.url}/api/v3/order`, { method: 'OPTIONS', headers: origin })
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, '*'])
    const ping = await fetch(`${exchange.url}/api/v3/ping`, { headers: origin })
    expect(ping.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('an encoding that is not served', async () => {
    const headers = { accept: 'application/sbe' }
    expect((await fetchReply(`${exchange.url}/api/v3/ping`, { headers })).status).toBe(406)
    const both = { accept: 'application/sbe, application/json' }
    expect((await fetchReply(`${exchange.url}/api/v3/ping`, { headers: both })).status).toBe(200)
  })
})

test('bytes that are not HTTP get an answer and the server goes on', async () => {
  const { port } = new URL(exchange.url)
  const answer = await new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(Number(port), '127.0.0.1', () => socket.write('GARBAGE\0\r\n\r\n'))
    socket.on('data', (data) => (text += data.toString()))
    socket.on('close', () => resolve(text))
  })
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect((await fetchReply(`${exchange.url}/api/v3/ping`)).status).toBe(200)
})
