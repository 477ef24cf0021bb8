import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { reconnectDelayOf } from '../src/index.ts'
import { killChildren, launch } from '../testing/launch.ts'

const sockets: WebSocket[] = []

afterEach(() => {
  killChildren()
  for (const socket of sockets.splice(0)) socket.terminate()
})

async function serviceWithClients(environment: Record<string, string>) {
  const service = launch('./drain-fixture.ts', environment)
  const { port } = await service.logged('fixture runs')
  const { opsPort } = await service.logged('starting')
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  sockets.push(socket)
  await once(socket, 'open')
  const agent = new Agent({ keepAlive: true })
  /** The `Connection` header of an answer. */
  const ask = () =>
    new Promise<string | undefined>((resolve, reject) => {
      get({ port, host: '127.0.0.1', agent }, (response) => {
        response.resume().on('end', () => resolve(response.headers.connection))
      }).on('error', reject)
    })
  expect(await ask()).toBe('keep-alive')
  return { ...service, opsPort, socket, ask }
}

test('a signal drains: ready and serving through the floor, WebSockets noticed and moved, a report at the end', async () => {
  const service = await serviceWithClients({ DRAIN_FLOOR_MS: '1500' })
  const { child, socket, ask } = service
  const closed = once(socket, 'close')
  const noticed = once(socket, 'message')
  child.kill('SIGTERM')
  expect(String((await noticed)[0])).toBe('notice')
  expect(await ask()).toBe('close')
  expect((await fetch(`http://127.0.0.1:${service.opsPort}/readyz`)).status).toBe(200)
  const [code, reason] = await closed
  expect(code).toBe(1012)
  expect(reconnectDelayOf(String(reason))).toBeGreaterThan(0)
  expect((await service.exit)[0]).toBe(0)
  const report = service.lines.find(({ drain }) => drain !== undefined)
  expect(report?.drain?.cut).toBe(0)
  expect(report?.msg).toContain('1 WebSockets moved, 0 left; nothing cut')
})

test('a second signal is quick but clean: the WebSocket gets its code, and the process is gone within a second', async () => {
  const { child, socket, logged, exit } = await serviceWithClients({ DRAIN_FLOOR_MS: '9000', EVICTION_MS: '8000' })
  const closed = once(socket, 'close')
  child.kill('SIGTERM')
  await logged('draining')
  const begin = performance.now()
  child.kill('SIGTERM')
  const [code, reason] = await closed
  expect(code).toBe(1012)
  expect(reconnectDelayOf(String(reason))).toBeGreaterThan(0)
  expect((await exit)[0]).toBe(0)
  expect(performance.now() - begin).toBeLessThan(1_500)
})

test('times that do not fit are refused at boot, with the sum', async () => {
  const { child, exit } = launch('./drain-fixture.ts', { GRACE_MS: '20000' })
  let message = ''
  child.stderr?.on('data', (chunk) => (message += chunk))
  expect((await exit)[0]).toBe(78)
  expect(message).toContain('= 27000 ms must be less than the grace period of 20000 ms')
})
