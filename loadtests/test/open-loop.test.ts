import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { OpenLoop } from '../src/prove/open-loop.ts'
import { SampleLog } from '../src/prove/sample-log.ts'

const held: ServerResponse[] = []
let isHolding = false
const server = createServer((_request, response) => {
  if (isHolding) held.push(response)
  else response.end('{}')
})
afterEach(() => server.close())

test('what was due before a scenario begins has an end before anything is done to the exchange', async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const log = new SampleLog()
  const text = 'GET / HTTP/1.1\r\nHost: exchange\r\n\r\n'
  const next = () => ({ text, settle: () => true })
  const loop = new OpenLoop({ port, connections: 8, places: 1, rate: 200, patienceMs: 5_000, log, next })
  try {
    loop.start()
    await expect.poll(() => log.length, { interval: 5 }).toBeGreaterThan(5)
    isHolding = true
    await expect.poll(() => held.length, { interval: 5 }).toBeGreaterThan(3)
    const begin = performance.now()
    let settledAt = Infinity
    const settled = loop.settled(begin).then(() => (settledAt = performance.now()))
    // Those that wait for a connection are on their way, too.
    await expect.poll(() => held.length, { interval: 5 }).toBe(8)
    expect(settledAt).toBe(Infinity)
    isHolding = false
    for (const response of held.splice(0)) response.end('{}')
    await settled
    await loop.pause()
    const before = Array.from({ length: log.length }, (_, index) => index).filter((index) => log.due(index) < begin)
    for (const index of before) expect(log.end(index)).toBeLessThanOrEqual(settledAt)
  } finally {
    loop.close()
    server.closeAllConnections()
  }
})
