import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Logger } from '../logging.ts'
import { Drain } from './drain.ts'
import { HttpDrain } from './http-drain.ts'
import { SocketDrain } from './socket-drain.ts'

const [FLOOR_MS, BOUND_MS, EVICTION_MS] = [2_000, 3_000, 1_000]

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A socket that goes when it is told. */
class FakeSocket {
  readyState = 1
  closedAt = -1

  close(): void {
    this.closedAt = performance.now()
    this.readyState = 3
  }

  terminate(): void {
    this.readyState = 3
  }
}

/** A process that stops, with WebSockets and a server without connections. */
function leaving(quietMs: number) {
  const began = performance.now()
  const server = Object.assign(new EventEmitter(), { listening: false })
  const http = new HttpDrain(server as unknown as Server, { floorMs: FLOOR_MS, boundMs: BOUND_MS, quietMs })
  const all = [new FakeSocket(), new FakeSocket()]
  const noticed: FakeSocket[] = []
  const notice = (socket: FakeSocket): void => void noticed.push(socket)
  const sockets = new SocketDrain({
    sockets: () => all,
    notice,
    noticeMs: 0,
    ratePerSecond: 1_000,
    boundMs: EVICTION_MS,
  })
  const said: unknown[] = []
  const log = { info: (facts: unknown) => said.push(facts), warn: (facts: unknown) => said.push(facts) }
  const drain = new Drain({ http: [http], sockets, log: log as unknown as Logger })
  /** A client connects, and goes. */
  const connect = (): void => {
    const socket = Object.assign(new EventEmitter(), { bytesRead: 0, readableLength: 0 })
    server.emit('connection', socket)
    socket.emit('close')
  }
  const since = (): number => performance.now() - began
  return { drain, all, noticed, connect, since, began }
}

test('WebSockets hear at once, none is sent away before the floor is over, and then all are', async () => {
  const { drain, all, noticed, began } = leaving(0)
  const running = drain.run()
  expect(noticed).toEqual(all)
  await vi.advanceTimersByTimeAsync(FLOOR_MS - 1)
  expect(all.map(({ closedAt }) => closedAt)).toEqual([-1, -1])
  await vi.advanceTimersByTimeAsync(1_000)
  const report = await running
  for (const { closedAt } of all) expect(closedAt - began).toBeGreaterThanOrEqual(FLOOR_MS)
  expect(report).toMatchObject({ cut: 0, sockets: { openAtBegin: 2, moved: 2 } })
})

test('quiet before the floor is no reason to go, nor is the floor while it is not quiet', async () => {
  const { drain, connect, since } = leaving(1_000)
  const ended = drain.run().then((report) => ({ at: since(), report }))
  await vi.advanceTimersByTimeAsync(FLOOR_MS - 500)
  connect()
  await vi.advanceTimersByTimeAsync(10_000)
  const { at, report } = await ended
  // The last one came half a second before the floor was over.
  expect(at).toBeGreaterThanOrEqual(FLOOR_MS + 500)
  expect(at).toBeLessThan(FLOOR_MS + 1_000)
  expect(report.http).toMatchObject([{ ended: 'deserted', accepted: 1 }])
})

test('where clients return again and again, it ends at the bound', async () => {
  const { drain, connect, since } = leaving(1_000)
  const ended = drain.run().then((report) => ({ at: since(), report }))
  for (let ms = 0; ms < FLOOR_MS + BOUND_MS + 1_000; ms += 500) {
    await vi.advanceTimersByTimeAsync(500)
    connect()
  }
  const { at, report } = await ended
  expect(report.http).toMatchObject([{ ended: 'bound' }])
  // A second of the bound is for the clients that are connected when new connections are no longer accepted.
  expect(at).toBeGreaterThanOrEqual(FLOOR_MS + BOUND_MS - 1_000)
  expect(at).toBeLessThan(FLOOR_MS + BOUND_MS - 500)
})

test('its bound is all of its parts together, and it runs once', async () => {
  const { drain, all } = leaving(0)
  expect(drain.draining).toBe(false)
  expect(drain.boundMs).toBeGreaterThanOrEqual(FLOOR_MS + EVICTION_MS + BOUND_MS)
  expect(drain.boundMs).toBeLessThan(FLOOR_MS + EVICTION_MS + BOUND_MS + 1_000)
  const hurry = new AbortController()
  const first = drain.run(hurry.signal)
  expect([drain.draining, drain.run() === first]).toEqual([true, true])
  hurry.abort()
  await vi.advanceTimersByTimeAsync(500)
  expect(await first).toMatchObject({ cut: 0, http: [{ ended: 'hurried' }] })
  expect(all.every(({ readyState }) => readyState === 3)).toBe(true)
})
