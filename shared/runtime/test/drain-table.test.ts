// Ways to end an HTTP server, under the same load: clients that keep their connections and never try twice, behind a
// balancer that learns late. The table of the README in small; times are scaled down, failures are counted, not timed.
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { HttpDrain } from '../src/index.ts'
import { Balancer } from '../testing/balancer.ts'
import { Clients, type ClientCounts } from '../testing/clients.ts'

const BACKENDS = 3
const PROPAGATION_MS = 300
const FLOOR_MS = 500
const HANDLER_MS = 20

interface Backend {
  readonly app: FastifyInstance
  readonly drain: HttpDrain
  readonly port: number
}

/** What a backend does when it is told to end, the moment in which the balancer is told, too. */
type Way = (backend: Backend) => Promise<void>

/** What the kernel does to the sockets of a process that is gone. */
const exit: Way = async ({ app }) => {
  app.server.closeAllConnections()
  await app.close()
}

const close: Way = ({ app }) => app.close()

const sleepThenClose: Way = async ({ app }) => {
  await sleep(FLOOR_MS)
  await app.close()
}

const drainThenClose: Way = async ({ app, drain }) => {
  const report = await drain.finish()
  expect(report.requestsCut).toBe(0)
  await app.close()
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const undo of cleanUp.splice(0)) undo()
})

async function startBackend(bounds: { boundMs: number }): Promise<Backend> {
  const app = fastify()
  app.post('/', async () => {
    await sleep(HANDLER_MS)
    return 'done'
  })
  const drain = new HttpDrain(app.server, { floorMs: FLOOR_MS, quietMs: 200, idleMs: 5_000, ...bounds })
  await app.listen({ port: 0, host: '127.0.0.1' })
  cleanUp.push(() => {
    app.server.closeAllConnections()
    app.server.close()
  })
  return { app, drain, port: (app.server.address() as AddressInfo).port }
}

/** Replace every backend once, one after the other, in one of the ways, while clients are at work. */
async function roll(way: Way): Promise<ClientCounts> {
  const backends: Backend[] = []
  for (let count = 0; count < BACKENDS; count++) backends.push(await startBackend({ boundMs: 15_000 }))
  const balancer = await Balancer.listen(
    backends.map(({ port }) => port),
    PROPAGATION_MS,
  )
  cleanUp.push(() => balancer.close())
  const clients = new Clients({ port: balancer.port, steady: 9, breathMs: 5, slow: 6, thinkMs: [150, 450] })
  const leftovers: Promise<void>[] = []
  // Without a roll nothing fails: what fails later is the way's doing.
  while (clients.counts.requests < 100) await sleep(20)
  expect(clients.counts.reasons).toEqual({})
  for (const old of backends) {
    await balancer.add((await startBackend({ boundMs: 15_000 })).port)
    // Fastify's close() resolves only when the last connection has timed out: the next roll does not wait for that.
    const ended = way(old)
    leftovers.push(ended)
    await balancer.remove(old.port)
    await Promise.race([ended, sleep(FLOOR_MS)])
    if (way === drainThenClose) await ended
  }
  await clients.stop()
  balancer.close()
  await Promise.all(leftovers)
  return clients.counts
}

test.each([
  ['exit', exit],
  ['close', close],
  ['sleep, then close', sleepThenClose],
] as const)('%s fails requests', async (_name, way) => {
  const { requests, failed, reasons } = await roll(way)
  expect(failed, JSON.stringify(reasons)).toBeGreaterThan(0)
  expect(failed).toBeLessThan(requests / 2)
})

test('drain fails none', async () => {
  const { requests, reasons } = await roll(drainThenClose)
  expect(requests).toBeGreaterThan(200)
  expect(reasons).toEqual({})
})

test('the last one drains slower: clients that return are served', async () => {
  const last = await startBackend({ boundMs: 30_000 })
  const clients = new Clients({ port: last.port, steady: 3, breathMs: 5, slow: 2, thinkMs: [100, 200] })
  const report = last.drain.finish()
  const begun = performance.now()
  while (performance.now() < begun + 3 * FLOOR_MS || clients.counts.requests < 100) await sleep(50)
  expect(last.app.server.listening).toBe(true)
  await clients.stop()
  expect(clients.counts.reasons).toEqual({})
  const { ended, answered, accepted, requestsCut } = await report
  expect(ended).toBe('deserted')
  expect(requestsCut).toBe(0)
  expect(answered).toBeGreaterThanOrEqual(100)
  expect(accepted).toBeGreaterThan(50)
})
