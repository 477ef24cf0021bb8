import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { TestClient } from '../testing/test-client.ts'
import { RunningExchange } from './running-exchange.ts'
import type { Trader, Values } from './trader.ts'

let exchange: RunningExchange
let alice: Trader
let api: TestClient

beforeAll(async () => {
  exchange = await RunningExchange.start()
  alice = await exchange.trader({ BTC: '10', USDT: '1000000' })
  const socket = new WebSocket(`${exchange.url.replace('http', 'ws')}/ws-api/v3`)
  api = new TestClient(socket)
  await once(socket, 'open')
  await api.ask('userDataStream.subscribe.signature', signed({}))
})

afterAll(async () => {
  api.socket.terminate()
  await exchange.stop()
})

function signed(params: Values): Values {
  const all: Values = { apiKey: alice.apiKey, timestamp: Date.now(), ...params }
  const names = Object.keys(all).toSorted()
  return { ...all, signature: alice.sign(names.map((name) => `${name}=${all[name]}`).join('&')) }
}

/** BUY 1 at 10,000 rests; SELL 3 at 10,000 would meet it. */
async function meet(mode: string): Promise<{ maker: number; taker: number; answer: object }> {
  const maker = await alice.limit('BUY', '1', '10000')
  const taker = await alice.limit('SELL', '3', '10000', { selfTradePreventionMode: mode })
  expect([maker.status, taker.status]).toEqual([200, 200])
  return { maker: maker.body.orderId, taker: taker.body.orderId, answer: taker.body }
}

async function order(orderId: number): Promise<object> {
  return (await alice.send('GET', '/api/v3/order', { symbol: 'BTCUSDT', orderId })).body
}

async function matches(values: Values): Promise<Record<string, unknown>[]> {
  const { body } = await alice.send('GET', '/api/v3/myPreventedMatches', { symbol: 'BTCUSDT', ...values })
  return body as unknown as Record<string, unknown>[]
}

/** The report of the prevention of an order. */
async function report(orderId: number): Promise<object> {
  const told = await api.find(({ event }) => event?.['i'] === orderId && event.x === 'TRADE_PREVENTION')
  return told.event!
}

// Quantities as the answers of the documents have them: EXPIRE_TAKER, EXPIRE_MAKER, EXPIRE_BOTH take all that is left.
describe.each([
  ['EXPIRE_TAKER', undefined, '3.00000000'],
  ['EXPIRE_MAKER', '1.00000000', undefined],
  ['EXPIRE_BOTH', '1.00000000', '3.00000000'],
  ['DECREMENT', '1.00000000', '1.00000000'],
])('%s', (mode, makerQuantity, takerQuantity) => {
  test('is told in the answer, the orders, the stream and the history', async () => {
    const { maker, taker, answer } = await meet(mode)
    const rows = await matches({ orderId: taker })
    expect(rows).toEqual([
      {
        symbol: 'BTCUSDT',
        preventedMatchId: expect.any(Number),
        takerOrderId: taker,
        makerSymbol: 'BTCUSDT',
        makerOrderId: maker,
        tradeGroupId: -1,
        selfTradePreventionMode: mode,
        price: '10000.00000000',
        ...(takerQuantity !== undefined && { takerPreventedQuantity: takerQuantity }),
        ...(makerQuantity !== undefined && { makerPreventedQuantity: makerQuantity }),
        transactTime: expect.any(Number),
      },
    ])
    const preventedMatchId = Number(rows[0]!['preventedMatchId'])
    expect(answer).toMatchObject({
      preventedMatches: [
        {
          preventedMatchId,
          makerOrderId: maker,
          price: '10000.00000000',
          ...(takerQuantity !== undefined && { takerPreventedQuantity: takerQuantity }),
          ...(makerQuantity !== undefined && { makerPreventedQuantity: makerQuantity }),
        },
      ],
      ...(takerQuantity !== undefined && { preventedQuantity: takerQuantity }),
    })
    for (const [orderId, counter, quantity] of [
      [maker, taker, makerQuantity],
      [taker, maker, takerQuantity],
    ] as const) {
      const shown = await order(orderId)
      if (quantity === undefined) {
        expect(shown).not.toHaveProperty('preventedQuantity')
        expect(shown).not.toHaveProperty('preventedMatchId')
        continue
      }
      const status = mode === 'DECREMENT' && orderId === taker ? 'NEW' : 'EXPIRED_IN_MATCH'
      expect(shown).toMatchObject({ status, preventedQuantity: quantity, preventedMatchId })
      expect(await report(orderId)).toMatchObject({
        X: status,
        v: preventedMatchId,
        A: quantity,
        B: quantity,
        U: counter,
        Cs: 'BTCUSDT',
        pl: quantity,
        pL: '10000.00000000',
        pY: quantity.replace('.', '0000.'),
        l: '0.00000000',
        t: -1,
        r: 'NONE',
      })
    }
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })
})

describe('prevented matches', () => {
  test('are asked for by id, by order, from an id on, and over the WebSocket API', async () => {
    const ids: number[] = []
    for (let i = 0; i < 3; i++) await alice.limit('BUY', '0.1', '10000')
    const taker = await alice.limit('SELL', '1', '10000', { selfTradePreventionMode: 'EXPIRE_MAKER' })
    const { orderId } = taker.body
    const all = await matches({ orderId })
    for (const row of all) ids.push(Number(row['preventedMatchId']))
    expect(ids).toEqual([ids[0], ids[0]! + 1, ids[0]! + 2])
    expect(await matches({ preventedMatchId: ids[1]! })).toEqual([all[1]])
    expect(await matches({ orderId, fromPreventedMatchId: ids[1]! })).toEqual(all.slice(1))
    expect(await matches({ orderId, fromPreventedMatchId: ids[1]!, limit: 1 })).toEqual([all[1]])
    expect(await matches({ orderId: Number(all[0]!['makerOrderId']) })).toEqual([all[0]])
    const { result } = await api.ask('myPreventedMatches', signed({ symbol: 'BTCUSDT', orderId }))
    expect(result).toEqual(all)
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })

  test('are of their account alone, and not asked for without saying which', async () => {
    const bob = await exchange.trader()
    const values = { symbol: 'BTCUSDT', preventedMatchId: 1 }
    expect((await alice.send('GET', '/api/v3/myPreventedMatches', values)).body).toHaveLength(1)
    expect((await bob.send('GET', '/api/v3/myPreventedMatches', values)).body).toEqual([])
    const path = '/api/v3/myPreventedMatches'
    expect((await alice.send('GET', path, { symbol: 'BTCUSDT' })).body.code).toBe(-1102)
    expect((await alice.send('GET', path, { ...values, orderId: 1 })).body.code).toBe(-1128)
  })
})
