import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Message, TestClient } from '../testing/test-client.ts'
import { RunningExchange } from './running-exchange.ts'
import { fetchReply, type Trader } from './trader.ts'

let exchange: RunningExchange
let maker: Trader
let taker: Trader
const clients: TestClient[] = []

beforeAll(async () => {
  exchange = await RunningExchange.start()
  maker = await exchange.trader({ BTC: '1000', USDT: '10000000' })
  taker = await exchange.trader({ BTC: '1000', USDT: '10000000' })
})

afterAll(async () => {
  for (const { socket } of clients) socket.terminate()
  await exchange.stop()
})

async function dial(path: string, url = exchange.url): Promise<TestClient> {
  const socket = new WebSocket(url.replace('http', 'ws') + path)
  const client = new TestClient(socket)
  clients.push(client)
  await once(socket, 'open')
  return client
}

type Params = Record<string, string | number>

function signed(trader: Trader, params: Params = {}): Params {
  const all: Params = { apiKey: trader.apiKey, timestamp: Date.now(), ...params }
  const names = Object.keys(all).toSorted()
  return { ...all, signature: trader.sign(names.map((name) => `${name}=${all[name]}`).join('&')) }
}

const limit = (side: 'BUY' | 'SELL', quantity: string, price: string): Params => ({
  symbol: 'BTCUSDT',
  side,
  type: 'LIMIT',
  timeInForce: 'GTC',
  quantity,
  price,
})

interface Book {
  readonly lastUpdateId: number
  readonly bids: readonly (readonly [string, string])[]
  readonly asks: readonly (readonly [string, string])[]
}

async function depth(url = exchange.url): Promise<Book> {
  const body: unknown = (await fetchReply(`${url}/api/v3/depth?symbol=BTCUSDT&limit=5000`)).body
  return body as Book
}

const events = (client: TestClient): Message[] =>
  client.messages.filter(({ event }) => event !== undefined).map(({ event }) => event as Message)

describe('sockets of a running exchange', () => {
  test('trade over the WebSocket API and tell both sides', async () => {
    const [makerApi, takerApi] = [await dial('/ws-api/v3'), await dial('/ws-api/v3')]
    await makerApi.ask('userDataStream.subscribe.signature', signed(maker))
    await takerApi.ask('userDataStream.subscribe.signature', signed(taker))
    const trades = await dial('/ws/btcusdt@trade/btcusdt@aggTrade/btcusdt@bookTicker')
    const placed = await makerApi.ask('order.place', signed(maker, limit('SELL', '2', '50000.00')))
    expect(placed).toMatchObject({ status: 200, result: { status: 'NEW', executedQty: '0.00000000' } })
    const filled = await takerApi.ask('order.place', signed(taker, limit('BUY', '0.5', '50000.00')))
    expect(filled.result).toMatchObject({ status: 'FILLED', fills: [{ price: '50000.00000000', qty: '0.50000000' }] })
    const trade = await trades.find(({ e }) => e === 'trade')
    expect(trade).toMatchObject({ s: 'BTCUSDT', p: '50000.00000000', q: '0.50000000', m: false })
    await takerApi.find(({ event }) => event?.e === 'outboundAccountPosition')
    expect(events(takerApi).map(({ e, x, X }) => [e, x, X])).toEqual([
      ['executionReport', 'NEW', 'NEW'],
      ['executionReport', 'TRADE', 'FILLED'],
      ['outboundAccountPosition', undefined, undefined],
    ])
    await makerApi.find(({ event }) => event?.x === 'TRADE')
    const status = await makerApi.ask(
      'order.status',
      signed(maker, { symbol: 'BTCUSDT', orderId: placed.result.orderId }),
    )
    expect(status.result).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: '0.50000000' })
    const cancelled = await makerApi.ask('openOrders.cancelAll', signed(maker, { symbol: 'BTCUSDT' }))
    expect(cancelled.result).toHaveLength(1)
    await makerApi.find(({ event }) => event?.x === 'CANCELED')
    await trades.find(({ u, A }) => u !== undefined && A === '0.00000000')
  })

  test('keep a local book equal to the snapshot while orders flow', async () => {
    const stream = await dial('/ws/btcusdt@depth@100ms')
    const api = await dial('/ws-api/v3')
    const place = (trader: Trader, seed: number): Promise<Message> => {
      const price = 40_000 + ((seed * 7919) % 200)
      const side = (seed * 31) % 7 < 3 ? 'BUY' : 'SELL'
      return api.ask('order.place', signed(trader, limit(side, `0.0${1 + (seed % 9)}`, `${price}.00`)))
    }
    for (let round = 0; round < 10; round++) {
      const seeds = Array.from({ length: 20 }, (_, i) => round * 20 + i)
      await Promise.all(seeds.map((seed) => place(seed % 2 === 0 ? maker : taker, seed)))
      if (round % 3 === 2) await api.ask('openOrders.cancelAll', signed(maker, { symbol: 'BTCUSDT' }))
    }
    const snapshot = await depth()
    await stream.find(({ u }) => u >= snapshot.lastUpdateId)
    const sides = { b: new Map<string, string>(), a: new Map<string, string>() }
    let last = -1
    for (const diff of stream.messages) {
      if (last >= 0) expect(diff.U).toBe(last + 1)
      last = diff.u
      for (const side of ['b', 'a'] as const) {
        for (const [price, quantity] of diff[side]) {
          if (Number(quantity) === 0) sides[side].delete(price)
          else sides[side].set(price, quantity)
        }
      }
    }
    expect(last).toBe(snapshot.lastUpdateId)
    expect([...sides.b].toSorted(([x], [y]) => Number(y) - Number(x))).toEqual(snapshot.bids)
    expect([...sides.a].toSorted(([x], [y]) => Number(x) - Number(y))).toEqual(snapshot.asks)
    expect(snapshot.asks.length + snapshot.bids.length).toBeGreaterThan(5)
  })

  test('know the past on a gateway that starts later', async () => {
    const other = await exchange.startGateway()
    for (const path of [
      'depth?symbol=BTCUSDT',
      'trades?symbol=BTCUSDT',
      'aggTrades?symbol=BTCUSDT',
      'klines?symbol=BTCUSDT&interval=1d',
      'ticker/bookTicker?symbol=BTCUSDT',
      'ticker/price?symbol=BTCUSDT',
      'avgPrice?symbol=BTCUSDT',
    ]) {
      const [first, second] = await Promise.all(
        [exchange.url, other.url].map((url) => fetchReply(`${url}/api/v3/${path}`)),
      )
      expect(second!.status).toBe(200)
      expect(second!.body).toEqual(first!.body)
    }
    const [first, second] = await Promise.all(
      [exchange.url, other.url].map((url) => fetchReply(`${url}/api/v3/ticker/24hr?symbol=BTCUSDT`)),
    )
    const body: unknown = first!.body
    const { openTime: _open, closeTime: _close, ...ticker } = body as Record<string, unknown>
    expect(second!.body).toMatchObject(ticker)
    expect(ticker['count']).toBeGreaterThan(1)
  })

  test('go on without a gap when the engine is killed and starts again', async () => {
    const stream = await dial('/ws/btcusdt@depth@100ms')
    const api = await dial('/ws-api/v3')
    await api.ask('userDataStream.subscribe.signature', signed(maker))
    const before = await api.ask('order.place', signed(maker, limit('BUY', '0.01', '30000.00')))
    expect(before.status).toBe(200)
    await exchange.restartEngine()
    const after = await api.ask('order.place', signed(maker, limit('BUY', '0.01', '30001.00')))
    expect(after.status).toBe(200)
    await api.find(({ event }) => event?.i === after.result.orderId)
    const snapshot = await depth()
    await stream.find(({ u }) => u >= snapshot.lastUpdateId)
    for (const [i, diff] of stream.messages.entries()) if (i > 0) expect(diff.U).toBe(stream.messages[i - 1]!.u + 1)
    const ids = events(api)
      .filter(({ x }) => x === 'NEW')
      .map(({ i }) => i)
    expect(ids).toEqual([before.result.orderId, after.result.orderId])
  })
})
