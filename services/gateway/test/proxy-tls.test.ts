import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { makeSelfSigned } from '@uptick/certificate'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { inOneMinute } from '../testing/one-minute.ts'
import { proxyHeader, proxyLine } from '../testing/proxy-header.ts'
import { type Message, TestClient } from '../testing/test-client.ts'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'

/* A balancer at 127.0.0.1 that sends the header of the PROXY protocol ahead of its clients' TLS. */

const CONNECTIONS_MAX = 2
const BALANCER = '127.0.0.1'
const STRANGER = '127.0.0.2'

const folder = mkdtempSync(join(tmpdir(), 'uptick-proxy-tls-'))
const made = await makeSelfSigned(['localhost'], 10)
let exchange: RunningExchange
let gateway: RunningGateway
/** Numbers of clients: each step of a test takes a new one. */
let clients = 0
const sockets: { destroy(): unknown }[] = []

beforeAll(async () => {
  const files = { TLS_CERT_FILE: join(folder, 'tls.crt'), TLS_KEY_FILE: join(folder, 'tls.key') }
  writeFileSync(files.TLS_CERT_FILE, made.cert)
  writeFileSync(files.TLS_KEY_FILE, made.key)
  exchange = await RunningExchange.start()
  const limits = { LIMIT_CONNECTIONS_5M: CONNECTIONS_MAX, LIMIT_BANS: false }
  gateway = await exchange.startGateway({ ...files, ...limits, PROXY_PROTOCOL: BALANCER })
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

afterAll(async () => {
  await exchange.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A connection from `from` that begins with these bytes. */
function dial(from: string, ...first: readonly (string | Buffer)[]): Socket {
  const socket = connectTcp({ port: Number(new URL(gateway.url).port), host: '127.0.0.1', localAddress: from })
  socket.on('error', () => undefined)
  sockets.push(socket)
  for (const bytes of first) socket.write(bytes)
  return socket
}

function secured(socket: Socket): TLSSocket {
  const tls = connectTls({ socket, ca: made.cert, servername: 'localhost' })
  tls.on('error', () => undefined)
  sockets.push(tls)
  return tls
}

/** TLS behind what a connection begins with. */
const open = (from: string, ...first: readonly (string | Buffer)[]): TLSSocket => secured(dial(from, ...first))

/** Whatever the client makes of it. */
const closed = (socket: TLSSocket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve))

/** The weight that the client of the connection has used when this request is answered. */
function usedWeight(tls: TLSSocket, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({
      path: '/api/v3/ping',
      headers: { ...headers, connection: 'keep-alive' },
      createConnection: () => tls,
    })
    sent.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(Number(response.headers['x-mbx-used-weight'])))
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function webSocket(tls: TLSSocket, path: string): Promise<TestClient | number> {
  const socket = new WebSocket(`wss://localhost${path}`, { createConnection: () => tls })
  const client = new TestClient(socket)
  return Promise.race([
    once(socket, 'open').then(() => client),
    once(socket, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ])
}

const weightOf = ({ rateLimits }: Message): number => (rateLimits as { count: number }[])[0]!.count

describe.each([
  ['version 1', (client: number) => proxyLine(`192.0.2.${client}`)],
  ['version 2', (client: number) => proxyHeader(`192.0.2.${client}`)],
  ['version 1, IPv6', (client: number) => `PROXY TCP6 2001:db8:0:${client}::1 2001:db8::2 50000 443\r\n`],
])('%s', (_what, headerOf) => {
  test('REST and WebSockets count the client that the header names', () =>
    inOneMinute(async () => {
      const [header, another] = [headerOf(++clients), headerOf(++clients)]
      const one = open(BALANCER, header)
      expect(await usedWeight(one)).toBe(1)
      // Node's reader, on the same connection and on another one.
      expect(await usedWeight(one, { te: 'trailers' })).toBe(2)
      expect(await usedWeight(open(BALANCER, header), { te: 'trailers' })).toBe(3)
      const api = await webSocket(open(BALANCER, header), '/ws-api/v3')
      expect(weightOf(await (api as TestClient).ask('ping', {}))).toBe(6)
      expect(await usedWeight(open(BALANCER, another))).toBe(1)
      const trades = '/ws/btcusdt@trade'
      expect(await webSocket(open(BALANCER, header), trades)).toBeInstanceOf(TestClient)
      expect(await webSocket(open(BALANCER, header), trades)).toBe(429)
      expect(await webSocket(open(BALANCER, another), trades)).toBeInstanceOf(TestClient)
    }))

  test('what a client writes into a header of its own counts for nothing', () =>
    inOneMinute(async () => {
      const header = headerOf(++clients)
      const forged = { 'x-forwarded-for': '203.0.113.1' }
      expect(await usedWeight(open(BALANCER, header), forged)).toBe(1)
      expect(await usedWeight(open(BALANCER, header), forged)).toBe(2)
    }))

  test('a header that comes byte by byte, the handshake behind its last', () =>
    inOneMinute(async () => {
      const header = headerOf(++clients)
      const socket = dial(BALANCER)
      await once(socket, 'connect')
      for (const byte of Buffer.from(header)) {
        socket.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(await usedWeight(secured(socket))).toBe(1)
      expect(await usedWeight(open(BALANCER, header))).toBe(2)
    }))
})

test('header and the beginning of the handshake in one packet', () =>
  inOneMinute(async () => {
    const header = proxyHeader(`192.0.2.${++clients}`)
    const socket = dial(BALANCER)
    socket.cork()
    socket.write(header)
    const tls = secured(socket)
    setImmediate(() => socket.uncork())
    expect(await usedWeight(tls)).toBe(1)
    expect(await usedWeight(open(BALANCER, header))).toBe(2)
  }))

test('a connection of the balancer itself counts as the balancer', () =>
  inOneMinute(async () => {
    const local = Buffer.from([...Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'), 0x20, 0, 0, 0])
    const before = await usedWeight(open(BALANCER, local))
    expect(await usedWeight(open(BALANCER, local))).toBe(before + 1)
    expect(await usedWeight(open(BALANCER, 'PROXY UNKNOWN\r\n'))).toBe(before + 2)
  }))

test('who is no balancer needs no header, and what it announces is no handshake', () =>
  inOneMinute(async () => {
    const before = await usedWeight(open(STRANGER))
    expect(await usedWeight(open(STRANGER))).toBe(before + 1)
    const line = proxyLine(`192.0.2.${++clients}`)
    await closed(open(STRANGER, line))
    expect(await usedWeight(open(BALANCER, line))).toBe(1)
  }))

test.each([
  ['no header', ''],
  ['a line that is none', 'PROXY TCP4 192.0.2.999 127.0.0.1 50000 443\r\n'],
  ['a line without an end', 'PROXY TCP4 192.0.2.200 '.padEnd(200, '1')],
  ['a family that is none', proxyHeader('192.0.2.200').fill(0x7f, 13, 14)],
  ['a header twice', proxyLine('192.0.2.200').repeat(2)],
])('a connection of a balancer with %s ends, and it alone', (_what, first) =>
  inOneMinute(async () => {
    const header = proxyLine(`192.0.2.${++clients}`)
    const other = open(BALANCER, header)
    expect(await usedWeight(other)).toBe(1)
    await closed(open(BALANCER, first))
    expect(await usedWeight(other)).toBe(2)
    expect(await usedWeight(open(BALANCER, header))).toBe(3)
  }),
)
