import { once } from 'node:events'
import { EventKind, ExecutionType } from '@uptick/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Message, TestClient } from '../testing/test-client.ts'
import { journalOutcomes } from './journal-outcomes.ts'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'
import { type Reply, Trader, type Values } from './trader.ts'

const HOLD_MS = 4000
const LIMIT = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '30000' }
/** The retry of a trader who was cut off may come much later than the request. */
const PATIENT = { recvWindow: 60_000 }

let exchange: RunningExchange
let alice: Trader
let other: RunningGateway

beforeAll(async () => {
  exchange = await RunningExchange.start({ HOLD_MS }, 2)
  await exchange.operate('PUT', '/symbols/BTCUSDT/filters', { maxOrders: 0 })
  other = await exchange.startGateway({ HOLD_MS })
  alice = await exchange.trader()
})

afterAll(() => exchange.stop())

/** The same trader at the other gateway. */
const elsewhere = (): Trader => new Trader(other.url, alice.account, alice.apiKey, alice.secret)

function place(trader: Trader, values: Values, headers: Record<string, string> = {}): Promise<Reply> {
  return trader.send('POST', '/api/v3/order', { ...LIMIT, ...PATIENT, ...values }, headers)
}

async function api(gateway: RunningGateway): Promise<TestClient> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws-api/v3`)
  const client = new TestClient(socket)
  await once(socket, 'open')
  return client
}

/** As `TestClient.ask`, signed. */
function ask(client: TestClient, method: string, values: Values): Promise<Message> {
  const params: Values = { apiKey: alice.apiKey, timestamp: Date.now(), ...PATIENT, ...values }
  const payload = Object.keys(params)
    .toSorted()
    .map((name) => `${name}=${String(params[name])}`)
  return client.ask(method, { ...params, signature: alice.sign(payload.join('&')) })
}

/** How often an order of that client id came to life, by the journal. */
async function timesPlaced(clientId: string): Promise<number> {
  const outcomes = await journalOutcomes(exchange.database.url)
  const news = outcomes.flatMap(({ events }) =>
    events.filter(
      (event) =>
        event.kind === EventKind.EXECUTION &&
        event.execution === ExecutionType.NEW &&
        event.order.clientId === clientId,
    ),
  )
  return news.length
}

async function killLeader(): Promise<void> {
  const index = exchange.engines.findIndex((engine) => engine.hasWritten('"leading"'))
  await exchange.engines[index]!.stop('SIGKILL')
  await exchange.engines[1 - index]!.line('"leading"')
  await exchange.startEngine(index)
}

describe('a retry', () => {
  test('gets the original outcome, from another gateway and another leader; without the opt-in it is a duplicate', async () => {
    const firstSent = Date.now()
    const header = { 'X-Uptick-Idempotent': String(firstSent) }
    const byHeader = await place(alice, { newClientOrderId: 'by-header' }, header)
    const byParameter = await place(alice, { newClientOrderId: 'by-parameter', idempotent: firstSent })
    const socket = await api(exchange.gateway)
    const inApi = { ...LIMIT, newClientOrderId: 'in-api', idempotent: firstSent }
    const byApi = await ask(socket, 'order.place', inApi)
    expect([byHeader.status, byParameter.status, byApi['status']]).toEqual([200, 200, 200])
    await killLeader()
    const again = elsewhere()
    expect((await place(again, { newClientOrderId: 'by-header' }, header)).body).toEqual(byHeader.body)
    // However the trader says it: the value is what counts.
    const asParameter = await place(again, { newClientOrderId: 'by-header', idempotent: firstSent })
    expect(asParameter.body).toEqual(byHeader.body)
    const repeated = await place(again, { newClientOrderId: 'by-parameter', idempotent: firstSent })
    expect(repeated.body).toEqual(byParameter.body)
    expect((await ask(await api(other), 'order.place', inApi)).result).toEqual(byApi.result)
    const plain = await place(again, { newClientOrderId: 'by-header' })
    expect([plain.status, plain.body]).toEqual([400, { code: -2010, msg: 'Duplicate order sent.' }])
    const changed = await place(again, { newClientOrderId: 'by-header', price: '30001' }, header)
    expect(changed.status).toBe(400)
    for (const id of ['by-header', 'by-parameter', 'in-api']) expect(await timesPlaced(id), id).toBe(1)
  })

  test('that names two moments is refused, one that names the same twice is not', async () => {
    const firstSent = Date.now()
    const header = { 'X-Uptick-Idempotent': String(firstSent) }
    const apart = await place(alice, { newClientOrderId: 'two-moments', idempotent: firstSent + 1 }, header)
    expect([apart.status, apart.body.code]).toEqual([400, -1128])
    const inMicroseconds = { newClientOrderId: 'one-moment', idempotent: firstSent * 1000 }
    expect((await place(alice, inMicroseconds, header)).status).toBe(200)
    expect(await timesPlaced('two-moments')).toBe(0)
    expect(await timesPlaced('one-moment')).toBe(1)
  })

  test('of a rejection is the rejection, even where the order would now be accepted', async () => {
    const header = { 'X-Uptick-Idempotent': String(Date.now()) }
    const order = { newClientOrderId: 'too-much', quantity: '1000' }
    const first = await place(alice, order, header)
    expect(first.body.code).toBe(-2010)
    await exchange.operate('POST', `/accounts/${alice.account}/deposits`, { asset: 'USDT', amount: '100000000' })
    expect((await place(elsewhere(), order, header)).body).toEqual(first.body)
    expect(await timesPlaced('too-much')).toBe(0)
  })

  test('by a trader whose connection broke while no engine led places one order', async () => {
    const header = { 'X-Uptick-Idempotent': String(Date.now()) }
    const order = { newClientOrderId: 'cut-off' }
    await Promise.all(exchange.engines.map((engine) => engine.stop('SIGKILL')))
    const query = new URLSearchParams({
      ...LIMIT,
      ...order,
      recvWindow: '60000',
      timestamp: String(Date.now()),
    }).toString()
    const cut = new AbortController()
    const lost = fetch(`${alice.url}/api/v3/order?${query}&signature=${alice.sign(query)}`, {
      method: 'POST',
      headers: { 'X-MBX-APIKEY': alice.apiKey, ...header },
      signal: cut.signal,
    }).catch(() => 'lost')
    // The gateway has it, and holds it.
    const held = (): Promise<string> => exchange.gateway.metrics.getSingleMetricAsString('gateway_link_queued_commands')
    while (!/ 1$/m.test(await held())) await new Promise((resolve) => setImmediate(resolve))
    cut.abort()
    expect(await lost).toBe('lost')
    // As the trader is told to: -1008 says to try again.
    const insist = async (): Promise<Reply> => {
      const reply = await place(elsewhere(), order, header)
      return reply.status === 503 ? insist() : reply
    }
    const retry = insist()
    await exchange.startEngine(0)
    await exchange.startEngine(1)
    expect((await retry).status).toBe(200)
    const found = await alice.send('GET', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'cut-off' })
    expect(found.body.orderId).toBe((await retry).body.orderId)
    expect(await timesPlaced('cut-off')).toBe(1)
  })
})

describe('past the hold', () => {
  test('-1007 for what was sent, -1008 for what was not, over REST and the WebSocket API; a query tells what became of it', async () => {
    const index = exchange.engines.findIndex((engine) => engine.hasWritten('"leading"'))
    const [leader, standby] = [exchange.engines[index]!, exchange.engines[1 - index]!]
    await standby.stop('SIGKILL')
    const socket = await api(exchange.gateway)
    leader.signal('SIGSTOP')
    const sent = [
      place(alice, { newClientOrderId: 'sent-rest' }),
      ask(socket, 'order.place', { ...LIMIT, newClientOrderId: 'sent-api' }),
    ] as const
    const [rest, inApi] = await Promise.all(sent)
    expect([rest.status, rest.body.code, rest.headers.get('retry-after')]).toEqual([504, -1007, null])
    expect(inApi).toMatchObject({ status: 504, error: { code: -1007 } })
    const held = [
      place(alice, { newClientOrderId: 'held-rest' }),
      ask(socket, 'order.place', { ...LIMIT, newClientOrderId: 'held-api' }),
    ] as const
    const [heldRest, heldApi] = await Promise.all(held)
    expect([heldRest.status, heldRest.body.code, heldRest.headers.get('retry-after')]).toEqual([503, -1008, '1'])
    expect(heldApi).toMatchObject({ status: 503, error: { code: -1008, data: { retryAfter: expect.any(Number) } } })
    leader.signal('SIGCONT')
    const fates = async (trader: Trader): Promise<Record<string, boolean>> => {
      const fate: Record<string, boolean> = {}
      for (const id of ['sent-rest', 'sent-api', 'held-rest', 'held-api']) {
        const reply = await trader.send('GET', '/api/v3/order', {
          symbol: 'BTCUSDT',
          origClientOrderId: id,
          ...PATIENT,
        })
        if (reply.status === 200) fate[id] = true
        else if (reply.body.code === -2013) fate[id] = false
        else throw new Error(`${id}: ${reply.status} ${JSON.stringify(reply.body)}`)
      }
      return fate
    }
    const told = await fates(alice)
    expect(told).toMatchObject({ 'held-rest': false, 'held-api': false })
    // What was told stays so, everywhere.
    expect((await place(alice, { newClientOrderId: `after-${Date.now()}` })).status).toBe(200)
    expect(await fates(elsewhere())).toEqual(told)
    for (const [id, exists] of Object.entries(told)) expect(await timesPlaced(id), id).toBe(exists ? 1 : 0)
    await exchange.startEngine(1 - index)
  })

  test('more than an account may have in the queue, an eighth of it, is refused at once', async () => {
    const narrow = await exchange.startGateway({ HOLD_MS, QUEUE_MAX: 40 })
    const trader = new Trader(narrow.url, alice.account, alice.apiKey, alice.secret)
    await Promise.all(exchange.engines.map((engine) => engine.stop('SIGKILL')))
    const began = performance.now()
    const times: number[] = []
    const replies = Array.from({ length: 8 }, async (_, i) => {
      const reply = await place(trader, { newClientOrderId: `many-${i}` })
      times.push(performance.now() - began)
      return [reply.status, reply.body.code, reply.headers.get('retry-after')]
    })
    for (const reply of await Promise.all(replies)) expect(reply).toEqual([503, -1008, '1'])
    expect(times.filter((ms) => ms < HOLD_MS / 2).length).toBe(3)
    await exchange.startEngine(0)
    await exchange.startEngine(1)
    expect((await place(trader, { newClientOrderId: 'many-0' })).status).toBe(200)
  })
})
