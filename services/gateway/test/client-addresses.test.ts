import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { inOneMinute } from '../testing/one-minute.ts'
import { proxyHeader } from '../testing/proxy-header.ts'
import { RequestClient } from '../testing/request-client.ts'
import { type Message, TestClient } from '../testing/test-client.ts'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'
import type { Trader } from './trader.ts'

const CONNECTIONS_MAX = 3

let exchange: RunningExchange
let proxied: RunningGateway
let balanced: RunningGateway
let alice: Trader
const clients: { close(): void }[] = []

beforeAll(async () => {
  exchange = await RunningExchange.start()
  const limits = { LIMIT_CONNECTIONS_5M: CONNECTIONS_MAX, LIMIT_BANS: true }
  proxied = await exchange.startGateway({ ...limits, TRUST_PROXY: '127.0.0.0/8' })
  balanced = await exchange.startGateway({ ...limits, PROXY_PROTOCOL: '127.0.0.1' })
  alice = await exchange.trader()
})

afterAll(async () => {
  for (const client of clients) client.close()
  await exchange.stop()
})

const portOf = ({ url }: RunningGateway): number => Number(new URL(url).port)
const forwarded = (client: string): string => `X-Forwarded-For: ${client}`

/** A WebSocket of a client behind the proxy; the status of the answer when it is refused. */
async function dial(path: string, client: string): Promise<TestClient | number> {
  const socket = new WebSocket(`${proxied.url.replace('http', 'ws')}${path}`, {
    headers: { 'X-Forwarded-For': client },
  })
  const found = new TestClient(socket)
  clients.push({ close: () => socket.terminate() })
  return Promise.race([
    once(socket, 'open').then(() => found),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ])
}

async function opened(path: string, client: string): Promise<TestClient> {
  const found = await dial(path, client)
  if (typeof found === 'number') throw new Error(`refused with ${found}`)
  return found
}

function raw(gateway: RunningGateway): RequestClient {
  const client = new RequestClient(portOf(gateway))
  clients.push(client)
  return client
}

/** Each call is a request of the client behind the proxy, and says what weight it has used then. */
function weightUsedBy(): (address: string, ...headers: string[]) => Promise<number> {
  const client = raw(proxied)
  return async (address, ...headers) =>
    Number((await client.get('/api/v3/ping', forwarded(address), ...headers)).headers['x-mbx-used-weight'])
}

const weightOf = ({ rateLimits }: Message): number => (rateLimits as { count: number }[])[0]!.count

describe('behind a proxy', () => {
  test('one client has one weight, whatever it comes by, and another has its own', () =>
    inOneMinute(async (round) => {
      const [one, another] = [`192.0.2.${2 * round + 1}`, `192.0.2.${2 * round + 2}`]
      const used = weightUsedBy()
      expect(await used(one)).toBe(1)
      // The header `TE` makes it a request for Node's reader.
      expect(await used(one, 'TE: trailers')).toBe(2)
      // Two for the connection to the WebSocket API, one for the ping.
      const socket = await opened('/ws-api/v3', one)
      expect(weightOf(await socket.ask('ping', {}))).toBe(5)
      expect(await used(`::ffff:${one}`)).toBe(6)
      expect(await used(another)).toBe(1)
      expect(await used(another, 'TE: trailers')).toBe(2)
    }))

  test('all addresses of a /64 are one client, by whatever transport', () =>
    inOneMinute(async (round) => {
      const [network, another] = [`2001:db9:${round}:1`, `2001:db9:${round}:2`]
      const used = weightUsedBy()
      expect(await used(`${network}::1`)).toBe(1)
      expect(await used(`${network}:ffff:ffff:ffff:ffff`, 'TE: trailers')).toBe(2)
      const socket = await opened('/ws-api/v3', `${network.toUpperCase()}:0:0:1:0`)
      expect(weightOf(await socket.ask('ping', {}))).toBe(5)
      expect(await used(`${another}::1`)).toBe(1)
      for (let i = 1; i < CONNECTIONS_MAX; i++) await opened('/ws/btcusdt@trade', `${network}::${i}`)
      expect(await dial('/ws/btcusdt@trade', `${network}::abcd`)).toBe(429)
      expect(await dial('/ws/btcusdt@trade', `${another}::abcd`)).toBeInstanceOf(TestClient)
    }))

  test('a key that is bound to one address of a /64 tells the others apart', async () => {
    const { apiKey, secret } = await exchange.operate('POST', `/accounts/${alice.account}/keys`, {
      addresses: ['2001:db9::1'],
    })
    const client = raw(proxied)
    const statusFrom = async (address: string): Promise<number> => {
      const text = `timestamp=${Date.now()}`
      const signature = createHmac('sha256', secret).update(text).digest('hex')
      const path = `/api/v3/account?${text}&signature=${signature}`
      return (await client.get(path, `X-MBX-APIKEY: ${apiKey}`, forwarded(address))).status
    }
    // The other gateway hears of the key a moment later.
    await expect.poll(() => statusFrom('2001:db9::1')).toBe(200)
    expect(await statusFrom('2001:db9::2')).toBe(401)
  })

  test('forty traders that come back at once count as forty, and none is banned', async () => {
    for (const path of ['/ws-api/v3', '/ws/btcusdt@trade']) {
      const all = Array.from({ length: 40 }, (_, i) => opened(path, `198.51.100.${i}`))
      expect(await Promise.all(all)).toHaveLength(40)
    }
  })

  test('one client that opens too many is refused alone', async () => {
    for (let i = 0; i < CONNECTIONS_MAX; i++) await opened('/ws/btcusdt@trade', '203.0.113.1')
    expect(await dial('/ws/btcusdt@trade', '203.0.113.1')).toBe(429)
    expect(await dial('/ws/btcusdt@trade', '203.0.113.2')).toBeInstanceOf(TestClient)
  })

  test('a key that is bound to addresses sees the client, over REST and over the WebSocket API', async () => {
    const { apiKey, secret } = await exchange.operate('POST', `/accounts/${alice.account}/keys`, {
      addresses: ['198.18.0.0/15', '2001:db8::/32'],
    })
    const query = (): string => {
      const text = `apiKey=${apiKey}&timestamp=${Date.now()}`
      return `${text}&signature=${createHmac('sha256', secret).update(text).digest('hex')}`
    }
    const http = raw(proxied)
    const overRest = async (address: string, ...headers: string[]): Promise<number> =>
      (await http.get(`/api/v3/account?${query()}`, `X-MBX-APIKEY: ${apiKey}`, forwarded(address), ...headers)).status
    await expect.poll(() => overRest('198.19.255.255')).toBe(200)
    for (const header of ['Accept: */*', 'TE: trailers']) {
      expect(await overRest('198.19.255.255', header)).toBe(200)
      expect(await overRest('2001:db8::1', header)).toBe(200)
      expect(await overRest('198.20.0.0', header)).toBe(401)
      expect(await overRest('127.0.0.1', header)).toBe(401)
    }
    for (const [address, status] of [
      ['198.18.0.1', 200],
      ['198.17.0.1', 401],
    ] as const) {
      const socket = await opened('/ws-api/v3', address)
      const params = Object.fromEntries(new URLSearchParams(query()))
      expect(await socket.ask('account.status', params)).toMatchObject({ status })
    }
  })
})

test('a balancer that speaks the PROXY protocol: REST and WebSockets see the client that it announces', async () => {
  const client = raw(balanced)
  client.write(proxyHeader('192.0.2.20'))
  expect((await client.get('/api/v3/ping', 'TE: trailers')).headers['x-mbx-used-weight']).toBe('1')
  // A header from a client that is no trusted proxy is ignored.
  expect((await client.get('/api/v3/ping', forwarded('192.0.2.21'))).headers['x-mbx-used-weight']).toBe('2')
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${'a'.repeat(22)}==`,
  ]
  for (let i = 0; i <= CONNECTIONS_MAX; i++) {
    const socket = raw(balanced)
    socket.write(proxyHeader('192.0.2.20'))
    expect((await socket.get('/ws/btcusdt@trade', ...upgrade)).status).toBe(i < CONNECTIONS_MAX ? 101 : 429)
  }
  const other = raw(balanced)
  other.write(proxyHeader('192.0.2.22'))
  expect((await other.get('/ws/btcusdt@trade', ...upgrade)).status).toBe(101)
})

describe('addresses of a key', () => {
  const create = (addresses: string[]) => exchange.tryOperate('POST', `/accounts/${alice.account}/keys`, { addresses })

  test.each(['not an ip', '10.0.0.0/33', '10.1.2.3/8', 'localhost', '127.1', ''])('refuse %j', async (text) => {
    const { status, body } = await create(['192.0.2.1', text])
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'ADDRESSES' })
  })

  test('are kept in the form in which they are compared', async () => {
    const { body } = await create(['::ffff:192.0.2.1', '2001:DB8::/32'])
    expect(body).toMatchObject({ addresses: ['192.0.2.1', '2001:db8::/32'] })
  })

  test('a text that is no address admits no client, and the other addresses of its row still hold', async () => {
    const { body: lost } = await create(['127.0.0.1'])
    const { body: partly } = await create(['127.0.0.1'])
    const change = 'UPDATE api_key SET addresses = $2, written_by = pg_current_xact_id() WHERE api_key = $1'
    const database = new pg.Client({ connectionString: exchange.database.url })
    await database.connect()
    await database.query(change, [lost.apiKey, ['not an ip']])
    await database.query(change, [partly.apiKey, ['not an ip', '127.0.0.0/8']])
    await database.end()
    // A gateway that starts reads all rows.
    const gateway = await exchange.startGateway()
    const status = async ({ apiKey, secret }: { apiKey: string; secret: string }): Promise<number> => {
      const text = `timestamp=${Date.now()}`
      const signature = createHmac('sha256', secret).update(text).digest('hex')
      const client = raw(gateway)
      return (await client.get(`/api/v3/account?${text}&signature=${signature}`, `X-MBX-APIKEY: ${apiKey}`)).status
    }
    expect(await status(lost)).toBe(401)
    expect(await status(partly)).toBe(200)
  })
})
