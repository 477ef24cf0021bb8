import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { Json, type Operation } from '../src/operations/operation.ts'
import { BUFFERED_BYTES_MAX } from '../src/sockets/outbox.ts'
import { RawClient } from '../testing/raw-client.ts'
import { SocketGateway } from '../testing/socket-gateway.ts'

const ANSWER_BYTES = 1024 * 1024
const REQUESTS = 60
/** What the system takes for a reader that takes nothing: its send and receive buffers. */
const KERNEL_BYTES_MAX = 16 * 1024 * 1024
/** What Node takes before it says that a socket is full. */
const SOCKET_BYTES_MAX = 64 * 1024

let gateway: SocketGateway
let clients: RawClient[] = []
let runs = 0

const big: Operation = {
  name: 'big',
  rest: { method: 'GET', path: '/api/v3/big' },
  ws: 'big',
  security: 'NONE',
  weight: () => 1,
  run() {
    runs++
    return new Json(`"${'x'.repeat(ANSWER_BYTES)}"`)
  },
}

async function start(options: Parameters<typeof SocketGateway.start>[0] = {}): Promise<void> {
  runs = 0
  gateway = await SocketGateway.start({ operations: [big], ...options })
}

afterEach(async () => {
  for (const { socket } of clients) socket.destroy()
  clients = []
  await gateway.close()
})

function dial(): RawClient {
  const client = new RawClient(gateway.port)
  clients.push(client)
  return client
}

/** A client that asks and never reads. */
async function deadReader(): Promise<RawClient> {
  const client = dial()
  await once(client.socket, 'connect')
  client.socket.pause()
  return client
}

const plain = 'GET /api/v3/big HTTP/1.1\r\nhost: a\r\n\r\n'
/** The same for Node's reader: the plain one does not know trailers. */
const ordinary = 'GET /api/v3/big HTTP/1.1\r\nhost: a\r\nte: trailers\r\n\r\n'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Nothing more is carried out although requests wait: as long as another client gets a hundred answers. */
async function standstill(): Promise<void> {
  const other = dial()
  for (let seen = -1; seen !== runs;) {
    seen = runs
    for (let ping = 0; ping < 100; ping++) {
      other.socket.write('GET /api/v3/ping HTTP/1.1\r\nhost: a\r\n\r\n')
      await other.until('{}')
    }
  }
}

test.each([
  ['the plain reader', plain],
  ["Node's reader", ordinary],
])('%s does not read on while an answer is not taken, and goes on when it is', async (_reader, request) => {
  await start()
  const dead = await deadReader()
  // One at a time, as a client does that does not wait for answers: pipelining is another case.
  for (let sent = 0; sent < REQUESTS; sent++) {
    dead.socket.write(request)
    await turn()
  }
  await standstill()
  const { unsentBytes } = gateway.clients
  expect(unsentBytes).toBeLessThanOrEqual(ANSWER_BYTES + SOCKET_BYTES_MAX)
  expect(runs).toBeLessThanOrEqual(KERNEL_BYTES_MAX / ANSWER_BYTES + 1)
  const received = { bytes: 0 }
  dead.socket.removeAllListeners('data')
  dead.socket.on('data', (chunk) => (received.bytes += chunk.length))
  dead.socket.resume()
  while (received.bytes < REQUESTS * ANSWER_BYTES) await once(dead.socket, 'data')
  expect(runs).toBe(REQUESTS)
  dead.socket.destroy()
  while (gateway.clients.unsentBytes > 0) await turn()
})

test('requests that come in one packet make one answer at a time', async () => {
  await start()
  const dead = await deadReader()
  dead.socket.write(plain.repeat(REQUESTS))
  const other = await deadReader()
  other.socket.write(ordinary.repeat(REQUESTS))
  await standstill()
  expect(gateway.clients.unsentBytes).toBeLessThanOrEqual(2 * (ANSWER_BYTES + SOCKET_BYTES_MAX))
  expect(runs).toBeLessThanOrEqual((2 * KERNEL_BYTES_MAX) / ANSWER_BYTES + 2)
})

test('the WebSocket API does not read on while its answers are not taken', async () => {
  await start()
  const client = await gateway.dial('/ws-api/v3')
  client.socket.pause()
  const quiet = await gateway.dial('/ws-api/v3')
  for (let sent = 0; sent < REQUESTS; sent++) {
    client.send(`{"id":${sent},"method":"big","params":{"returnRateLimits":false}}`)
    await quiet.ask('ping', {})
  }
  await standstill()
  expect(runs).toBeLessThan(REQUESTS)
  expect(gateway.clients.unsentBytes).toBeLessThanOrEqual(BUFFERED_BYTES_MAX)
  client.socket.resume()
  await client.find(({ id }) => id === REQUESTS - 1)
  expect(client.messages).toHaveLength(REQUESTS)
})

test('past the bound of the process only the clients with the most unread bytes are cut off', async () => {
  await start({ unsentBytesMax: 4 * ANSWER_BYTES })
  const slow = await deadReader()
  slow.socket.write('GET /api/v3/ping HTTP/1.1\r\nhost: a\r\n\r\n')
  const dead = await Promise.all(Array.from({ length: 8 }, () => deadReader()))
  for (let sent = 0; sent < REQUESTS; sent++) {
    for (const { socket } of dead) if (!socket.destroyed) socket.write(sent % 2 === 0 ? plain : ordinary)
    await turn()
  }
  await standstill()
  while (gateway.clients.unsentBytes > 4 * ANSWER_BYTES) await turn()
  expect(gateway.clients.counters.unsent).toBeGreaterThan(0)
  expect(gateway.clients.counters.unsent).toBeLessThanOrEqual(8)
  slow.socket.resume()
  await slow.until('{}')
})

test('a reader that takes nothing for half a minute is gone', async () => {
  await start()
  const dead = await deadReader()
  for (let sent = 0; sent < REQUESTS; sent++) dead.socket.write(plain)
  await standstill()
  const now = performance.now()
  gateway.clients.sweep(now)
  gateway.clients.sweep(now + 29_000)
  expect(gateway.clients.counters.stuck).toBe(0)
  gateway.clients.sweep(now + 31_000)
  expect(gateway.clients.counters.stuck).toBe(1)
})

test.each([
  ['a head', 'POST /api/v3/order HTTP/1.1\r\nhost: a\r\n'],
  ['a body', 'POST /api/v3/order HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nsymbol'],
  ["a body for Node's reader", 'POST /api/v3/order HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nfff\r\n'],
])('%s that comes to no end is refused and its connection closed', async (_what, text) => {
  await start({ requestMsMax: 300 })
  const client = dial()
  client.socket.write(text)
  const drip = setInterval(() => client.socket.writable && client.socket.write('a'), 50)
  await client.closed()
  clearInterval(drip)
  expect(client.received).toMatch(/^(HTTP\/1\.1 408 Request Timeout|$)/)
})
