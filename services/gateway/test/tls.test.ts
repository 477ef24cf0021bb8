import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, getCACertificates, setDefaultCACertificates, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { makeCertificate, makeSelfSigned } from '@uptick/certificate'
import type { Lifecycle } from '@uptick/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RunningExchange } from './running-exchange.ts'
import type { Trader } from './trader.ts'

/* The gateway with a certificate: the same exchange, and every byte of it over TLS. */

const folder = mkdtempSync(join(tmpdir(), 'uptick-tls-'))
const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') }
const authority = await makeSelfSigned(['authority.test'], 10)
setDefaultCACertificates([...getCACertificates('default'), authority.cert])
let exchange: RunningExchange
let trader: Trader

/** Write a new certificate of an authority that all clients here trust. */
async function certify(): Promise<void> {
  const made = await makeCertificate(['localhost', '127.0.0.1'], 10, authority.issuer)
  writeFileSync(files.key, made.key)
  writeFileSync(files.cert, made.cert)
}

beforeAll(async () => {
  await certify()
  exchange = await RunningExchange.start({ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key })
  trader = await exchange.trader()
})

afterAll(async () => {
  await exchange.stop()
  rmSync(folder, { recursive: true, force: true })
})

const port = (): number => Number(new URL(exchange.url).port)

/** Resolves when both have agreed. */
async function shake(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port: port(), host: '127.0.0.1', ...options })
  await once(socket, 'secureConnect')
  return socket
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: NodeJS.Dict<string | string[]>
}

function fetchWith(agent: Agent, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${exchange.url}${path}`, { agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test('REST, WebSocket API and streams trade as without', async () => {
  expect(exchange.url).toMatch(/^https:/)
  const placed = await trader.limit('BUY', '0.01', '20000')
  expect([placed.status, placed.body.status]).toEqual([200, 'NEW'])
  const stream = new WebSocket(`${exchange.url.replace('https', 'wss')}/ws/btcusdt@depth`)
  await once(stream, 'open')
  const message = once(stream, 'message')
  await trader.send('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId: placed.body.orderId })
  const [data] = await message
  expect(JSON.parse(String(data))).toMatchObject({ e: 'depthUpdate', s: 'BTCUSDT' })
  stream.terminate()
  const api = new WebSocket(`${exchange.url.replace('https', 'wss')}/ws-api/v3`)
  await once(api, 'open')
  api.send(JSON.stringify({ id: 1, method: 'time' }))
  const [reply] = await once(api, 'message')
  expect(JSON.parse(String(reply))).toMatchObject({ id: 1, status: 200 })
  api.terminate()
  expect(exchange.gateway.operatorUrl).toMatch(/^https:/)
})

test('one connection carries many requests, plain ones and such that Node reads', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const sockets = new Set<unknown>()
  agent.on('free', (socket) => sockets.add(socket))
  for (const headers of [{}, {}, { 'x-odd': 'caf\u00e9' }, { expect: '100-continue' }, {}]) {
    const { status, text } = await fetchWith(agent, '/api/v3/ping', headers)
    expect([status, text]).toEqual([200, '{}'])
  }
  expect(sockets.size).toBe(1)
  agent.destroy()
})

test('TLS 1.3 and HTTP/1.1, and nothing else', async () => {
  const socket = await shake({ ALPNProtocols: ['h2', 'http/1.1'] })
  expect([socket.getProtocol(), socket.alpnProtocol]).toEqual(['TLSv1.3', 'http/1.1'])
  socket.destroy()
  await expect(shake({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version/i)
  await expect(shake({ ALPNProtocols: ['h2'] })).rejects.toThrow(/no application protocol/i)
  const plain = connectTcp(port(), '127.0.0.1')
  plain.write('GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n\r\n')
  let text = ''
  plain.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  plain.on('error', () => undefined)
  await once(plain, 'close')
  expect(text).not.toContain('HTTP/')
  const metric = await exchange.gateway.metrics.getSingleMetricAsString('tls_handshakes_total')
  expect(metric).toMatch(/listener="public",outcome="failed"[^\n]* [1-9]/)
})

function changed(lifecycle: Lifecycle): Promise<{ met: boolean; reason: string }> {
  return new Promise((resolve) =>
    lifecycle.onChange(({ name, met, reason }) => name === 'certificate' && resolve({ met, reason })),
  )
}

test('a certificate is replaced under open connections; a bad one changes nothing and is told', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const fingerprint = async (): Promise<string> => {
    const socket = await shake()
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    return fingerprint256
  }
  expect((await fetchWith(agent, '/api/v3/ping')).status).toBe(200)
  const before = await fingerprint()
  await certify()
  let now = before
  while (now === before) now = await fingerprint()
  expect((await fetchWith(agent, '/api/v3/ping')).status, 'the connection of before').toBe(200)

  const { lifecycle } = exchange.gateway
  let told = changed(lifecycle)
  writeFileSync(files.key, (await makeSelfSigned(['localhost'], 10)).key)
  expect(await told).toEqual({ met: false, reason: expect.stringContaining('the key is not that of the certificate') })
  expect(lifecycle.readiness().ok).toBe(true)
  expect(await fingerprint()).toBe(now)
  told = changed(lifecycle)
  await certify()
  expect((await told).met).toBe(true)
  agent.destroy()
})

test('a gateway that goes asks its clients to go, over TLS, too', async () => {
  const leaving = await exchange.startGateway({ TLS_CERT_FILE: files.cert, TLS_KEY_FILE: files.key })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ping = (): Promise<Answer> =>
    new Promise((resolve, reject) => {
      request(`${leaving.url}/api/v3/ping`, { agent }, (response) => {
        response.resume()
        response.on('end', () => resolve({ status: response.statusCode!, text: '', headers: response.headers }))
      })
        .on('error', reject)
        .end()
    })
  expect((await ping()).headers['connection']).toBe('keep-alive')
  const socket = new WebSocket(`${leaving.url.replace('https', 'wss')}/ws`)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  const stopped = leaving.stop()
  expect((await ping()).headers['connection']).toBe('close')
  expect((await closed)[0]).toBe(1012)
  await stopped
  agent.destroy()
})
