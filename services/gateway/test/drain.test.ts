import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { reconnectDelayOf, SERVICE_RESTART } from '@uptick/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { RunningExchange } from './running-exchange.ts'

let exchange: RunningExchange
beforeAll(async () => {
  exchange = await RunningExchange.start()
})
afterAll(() => exchange.stop())

interface Client {
  readonly socket: WebSocket
  readonly received: unknown[]
  readonly closed: Promise<{ code: number; reason: string }>
}

async function open(url: string): Promise<Client> {
  const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false })
  const received: unknown[] = []
  socket.on('message', (data: Buffer) => received.push(JSON.parse(data.toString())))
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }))
  await once(socket, 'open')
  return { socket, received, closed }
}

/** The Connection header of one answer on a kept connection. */
function ping(url: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/api/v3/ping`, { agent }, (response) => {
      response.resume()
      response.once('end', () => resolve(response.headers.connection))
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('a gateway that leaves asks HTTP clients to go and moves every WebSocket, with notice for those who asked', async () => {
  const gateway = await exchange.startGateway({ DRAIN_FLOOR_MS: 300, DRAIN_IDLE_MS: 2_000, DRAIN_MS: 3_000 })
  const { url } = gateway
  const plain = await open(`${url}/ws/btcusdt@trade`)
  const clients = [
    await open(`${url}/ws/btcusdt@trade?serverShutdown=true`),
    await open(`${url}/stream?streams=btcusdt@trade&serverShutdown=true`),
    await open(`${url}/ws-api/v3?serverShutdown=true`),
  ]
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect(await ping(url, agent)).toBe('keep-alive')
  const stopped = gateway.stop()
  // In the floor: it still serves, and says that this was the last request on the connection; new ones are welcome.
  expect(await ping(url, agent)).toBe('close')
  expect(await ping(url, agent)).toBe('close')
  const ends = await Promise.all([plain, ...clients].map(({ closed }) => closed))
  await stopped
  for (const { code, reason } of ends) {
    expect(code).toBe(SERVICE_RESTART)
    expect(reconnectDelayOf(reason)).toBeGreaterThanOrEqual(100)
  }
  expect(plain.received).toEqual([])
  const event = { e: 'serverShutdown', E: expect.any(Number) }
  expect(clients.map(({ received }) => received)).toEqual([
    [event],
    [{ stream: '!serverShutdown', data: event }],
    [{ event }],
  ])
  expect(await gateway.metrics.getSingleMetricAsString('drain_sockets_total')).toMatch(/outcome="moved",.*} 4$/m)
  expect(await gateway.metrics.getSingleMetricAsString('drain_cut_total')).not.toMatch(/} [1-9]/)
  agent.destroy()
})
