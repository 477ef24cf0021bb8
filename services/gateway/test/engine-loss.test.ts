import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'
import type { Trader } from './trader.ts'

let exchange: RunningExchange
let alice: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start({ HOLD_MS: 4000 })
  alice = await exchange.trader()
})

afterAll(() => exchange.stop())

test('orders sent while the engine is killed and started again are executed once', async () => {
  await exchange.operate('PUT', '/symbols/BTCUSDT/filters', { maxOrders: 0 })
  const ids = Array.from({ length: 40 }, (_, i) => `order-${i}`)
  const sent = ids.map((newClientOrderId, index) => {
    const place = () => alice.limit('BUY', '0.001', '30000', { newClientOrderId, recvWindow: 60_000 })
    // Some before the kill, some while no engine leads.
    return index < 20 ? place() : new Promise((resolve) => setImmediate(resolve)).then(place)
  })
  await exchange.restartEngine('SIGKILL')
  const replies = await Promise.all(sent)
  const open = await alice.send('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  const found = (open.body as unknown as { clientOrderId: string }[]).map(({ clientOrderId }) => clientOrderId)
  expect(new Set(found).size).toBe(found.length)
  const acknowledged = ids.filter((_, index) => replies[index]!.status === 200)
  for (const id of acknowledged) expect(found).toContain(id)
  expect(replies.map(({ status }) => status).filter((status) => ![200, 503, 504].includes(status))).toEqual([])
})

test('without an engine: -1008 with Retry-After past the hold, and public data goes on', async () => {
  await exchange.engine.stop('SIGKILL')
  const began = performance.now()
  const reply = await alice.limit('BUY', '0.001', '30000', { recvWindow: 60_000 })
  expect([reply.status, reply.body.code, reply.headers.get('retry-after')]).toEqual([503, -1008, '1'])
  expect(performance.now() - began).toBeGreaterThan(3900)
  const depth = await fetch(`${exchange.url}/api/v3/depth?symbol=BTCUSDT`)
  expect(depth.status).toBe(200)
  await exchange.restartEngine()
  expect((await alice.limit('BUY', '0.001', '30000')).status).toBe(200)
})
