import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'
import { fetchReply, type Reply, type Trader } from './trader.ts'

let exchange: RunningExchange
let alice: Trader
let bob: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start()
  alice = await exchange.trader()
  bob = await exchange.trader()
})

afterAll(() => exchange.stop())

async function balance(trader: Trader, asset: string): Promise<string> {
  const { body } = await trader.send('GET', '/api/v3/account')
  const row = body.balances.find((entry) => entry.asset === asset)
  return `${row?.free} ${row?.locked}`
}

const cancelAll = (trader: Trader): Promise<unknown> =>
  trader.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })

describe('an order', () => {
  test('rests, is found, is cancelled', async () => {
    const placed = await alice.limit('BUY', '0.5', '30000', { newClientOrderId: 'my-first' })
    expect(placed.body).toMatchObject({
      symbol: 'BTCUSDT',
      clientOrderId: 'my-first',
      status: 'NEW',
      origQty: '0.50000000',
      price: '30000.00000000',
      fills: [],
    })
    expect(placed.status).toBe(200)
    const { orderId } = placed.body
    expect(await balance(alice, 'USDT')).toBe('985000.00000000 15000.00000000')
    for (const named of [{ orderId }, { origClientOrderId: 'my-first' }]) {
      const found = await alice.send('GET', '/api/v3/order', { symbol: 'BTCUSDT', ...named })
      expect(found.body).toMatchObject({ orderId, status: 'NEW', isWorking: true, stopPrice: '0.00000000' })
    }
    const open = await alice.send('GET', '/api/v3/openOrders')
    expect(open.body).toMatchObject([{ orderId }])
    const cancelled = await alice.send('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId })
    expect(cancelled.body).toMatchObject({ orderId, status: 'CANCELED', origClientOrderId: 'my-first' })
    expect(cancelled.body.clientOrderId).not.toBe('my-first')
    expect(await balance(alice, 'USDT')).toBe('1000000.00000000 0.00000000')
    const after = await alice.send('GET', '/api/v3/order', { symbol: 'BTCUSDT', orderId })
    expect(after.body).toMatchObject({ orderId, status: 'CANCELED' })
  })

  test('trades, with fills, fees and exact balances', async () => {
    await bob.limit('SELL', '0.1', '40000')
    const taken = await alice.send('POST', '/api/v3/order', {
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.04',
    })
    expect(taken.body).toMatchObject({
      status: 'FILLED',
      executedQty: '0.04000000',
      cummulativeQuoteQty: '1600.00000000',
      fills: [{ price: '40000.00000000', qty: '0.04000000', commission: '0.00004000', commissionAsset: 'BTC' }],
    })
    expect(await balance(alice, 'BTC')).toBe('10.03996000 0.00000000')
    expect(await balance(alice, 'USDT')).toBe('998400.00000000 0.00000000')
    expect(await balance(bob, 'BTC')).toBe('9.90000000 0.06000000')
    await cancelAll(bob)
  })

  test('history holds what was acknowledged, at once', async () => {
    for (let i = 0; i < 5; i++) {
      await bob.limit('SELL', '0.01', '41000')
      const { body } = await alice.limit('BUY', '0.01', '41000')
      const trades = await alice.send('GET', '/api/v3/myTrades', { symbol: 'BTCUSDT', orderId: body.orderId })
      expect(trades.body).toMatchObject([{ orderId: body.orderId, isBuyer: true, isMaker: false, qty: '0.01000000' }])
      const all = await alice.send('GET', '/api/v3/allOrders', { symbol: 'BTCUSDT', orderId: body.orderId })
      expect(all.body).toMatchObject([{ orderId: body.orderId, status: 'FILLED' }])
    }
  })

  test('is replaced in one request', async () => {
    const { body } = await alice.limit('BUY', '0.1', '20000')
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1' }
    const replaced = await alice.send('POST', '/api/v3/order/cancelReplace', {
      ...order,
      price: '21000',
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrderId: body.orderId,
    })
    expect(replaced.body).toMatchObject({
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: { orderId: body.orderId, status: 'CANCELED' },
      newOrderResponse: { status: 'NEW', price: '21000.00000000' },
    })
    const failed = await alice.send('POST', '/api/v3/order/cancelReplace', {
      ...order,
      price: '22000',
      cancelReplaceMode: 'STOP_ON_FAILURE',
      cancelOrderId: body.orderId,
    })
    expect(failed.status).toBe(400)
    expect(failed.body).toMatchObject({
      code: -2022,
      data: {
        cancelResult: 'FAILURE',
        newOrderResult: 'NOT_ATTEMPTED',
        cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
        newOrderResponse: null,
      },
    })
    const partly = await alice.send('POST', '/api/v3/order/cancelReplace', {
      ...order,
      price: '22000',
      cancelReplaceMode: 'ALLOW_FAILURE',
      cancelOrderId: body.orderId,
    })
    expect([partly.status, partly.body.code]).toEqual([409, -2021])
    await cancelAll(alice)
  })

  test('is amended: quantity down keeping priority, price and quantity in one step', async () => {
    const { body } = await alice.limit('BUY', '0.2', '20000')
    const { orderId } = body
    const symbol = 'BTCUSDT'
    const kept = await alice.send('PUT', '/api/v3/order/amend/keepPriority', { symbol, orderId, newQty: '0.1' })
    expect(kept.body).toMatchObject({ amendedOrder: { orderId, qty: '0.10000000', price: '20000.00000000' } })
    // "If not sent, one will be randomly generated."
    const { origClientOrderId, clientOrderId } = kept.body.amendedOrder
    expect(origClientOrderId).toBe(body.clientOrderId)
    expect(clientOrderId).toMatch(/^[\w-]{22}$/)
    expect(clientOrderId).not.toBe(origClientOrderId)
    const up = await alice.send('PUT', '/api/v3/order/amend/keepPriority', { symbol, orderId, newQty: '0.3' })
    expect(up.body.code).toBe(-2038)
    const moved = await alice.send('PUT', '/api/v3/order/amend', { symbol, orderId, newQty: '0.3', newPrice: '20001' })
    expect(moved.body).toMatchObject({ amendedOrder: { orderId, qty: '0.30000000', price: '20001.00000000' } })
    await cancelAll(alice)
  })

  test('sent again with the idempotency header has one outcome; without it, it is a duplicate', async () => {
    const values = { newClientOrderId: 'once', timestamp: Date.now() }
    const headers = { 'X-Uptick-Idempotent': String(Date.now()) }
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '1', price: '100' }
    const first = await alice.send('POST', '/api/v3/order', { ...order, price: '9000', ...values }, headers)
    const again = await alice.send('POST', '/api/v3/order', { ...order, price: '9000', ...values }, headers)
    expect(first.status).toBe(200)
    expect(again.body).toEqual(first.body)
    const other = await alice.send('POST', '/api/v3/order', { ...order, price: '9001', ...values }, headers)
    expect(other.status).toBe(400)
    const plain = await alice.send('POST', '/api/v3/order', { ...order, price: '9000', ...values })
    expect(plain.body).toEqual({ code: -2010, msg: 'Duplicate order sent.' })
    expect((await alice.send('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' })).body).toHaveLength(1)
    await cancelAll(alice)
  })

  test('as a test is checked and not placed', async () => {
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1' }
    expect((await alice.send('POST', '/api/v3/order/test', order)).body).toEqual({})
    const limit = { ...order, type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1', price: '20000' }
    expect((await alice.send('POST', '/api/v3/order/test', limit)).body).toEqual({})
    const rates = await alice.send('POST', '/api/v3/order/test', { ...order, computeCommissionRates: true })
    expect(rates.body).toMatchObject({ standardCommissionForOrder: { maker: '0.00100000', taker: '0.00100000' } })
    expect((await alice.send('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' })).body).toEqual([])
  })
})

describe('market data', () => {
  const get = async (path: string) => (await fetchReply(`${exchange.url}/api/v3/${path}`)).body

  test('what is asked without a key', async () => {
    expect(await get('ping')).toEqual({})
    expect(Math.abs((await get('time')).serverTime - Date.now())).toBeLessThan(2000)
    const info = await get('exchangeInfo?symbol=BTCUSDT')
    expect(info).toMatchObject({
      timezone: 'UTC',
      symbols: [{ symbol: 'BTCUSDT', status: 'TRADING', permissionSets: [['SPOT']] }],
    })
    await bob.limit('SELL', '0.5', '50000')
    await alice.limit('BUY', '0.5', '10000')
    expect(await get('depth?symbol=BTCUSDT')).toMatchObject({
      bids: [['10000.00000000', '0.50000000']],
      asks: [['50000.00000000', '0.50000000']],
    })
    expect(await get('ticker/bookTicker?symbol=BTCUSDT')).toMatchObject({ bidPrice: '10000.00000000' })
    expect(await get('ticker/price')).toMatchObject([{ symbol: 'BTCUSDT', price: '41000.00000000' }])
    for (const path of ['exchangeInfo', 'ticker/24hr', 'ticker/price', 'ticker/bookTicker']) {
      const nothing = await fetchReply(`${exchange.url}/api/v3/${path}?symbols=[]`)
      expect([nothing.status, nothing.body.code], path).toEqual([400, -1100])
    }
    expect(await get('ticker/24hr?symbols=["BTCUSDT"]')).toMatchObject([{ symbol: 'BTCUSDT', count: 6 }])
    expect(await get('trades?symbol=BTCUSDT&limit=2')).toHaveLength(2)
    expect(await get('historicalTrades?symbol=BTCUSDT&fromId=1&limit=3')).toMatchObject([
      { id: 1 },
      { id: 2 },
      { id: 3 },
    ])
    const aggregates = (await get('aggTrades?symbol=BTCUSDT')) as unknown as { a: number }[]
    expect(aggregates.map(({ a }) => a - aggregates[0]!.a)).toEqual([0, 1, 2, 3, 4, 5])
    expect(await get(`aggTrades?symbol=BTCUSDT&fromId=${aggregates[3]!.a}&limit=2`)).toEqual(aggregates.slice(3, 5))
    expect(await get('avgPrice?symbol=BTCUSDT')).toMatchObject({ mins: 5 })
    const candles = (await get('klines?symbol=BTCUSDT&interval=1d')) as unknown as unknown[][]
    expect(candles).toHaveLength(1)
    expect(candles[0]![8]).toBe(6)
    for (const [zone, minutes] of [
      ['8', 480],
      ['-1:00', -60],
      ['05:45', 345],
      ['-12:00', -720],
      ['+14:00', 840],
    ] as const) {
      const query = `klines?symbol=BTCUSDT&interval=1d&timeZone=${encodeURIComponent(zone)}`
      const zoned = (await get(query)) as unknown as number[][]
      expect(zoned.reduce((sum, row) => sum + row[8]!, 0)).toBe(6)
      expect(zoned.map(([open]) => (open! + minutes * 60_000) % 86_400_000)).toEqual(zoned.map(() => 0))
      expect(await get(query.replace('klines', 'uiKlines'))).toEqual(zoned)
    }
    for (const zone of ['-12:01', '14:01', '8:60', 'UTC', '8:5', '800']) {
      const path = `/api/v3/klines?symbol=BTCUSDT&interval=1d&timeZone=${zone}`
      expect((await fetchReply(exchange.url + path)).body.code).toBe(-1130)
    }
    await cancelAll(alice)
    await cancelAll(bob)
  })

  test('what is asked by known clients that expect other markets', async () => {
    for (const path of [
      '/sapi/v1/capital/config/getall',
      '/sapi/v1/margin/allPairs',
      '/sapi/v1/margin/isolated/allPairs',
    ]) {
      expect((await fetchReply(exchange.url + path)).body).toEqual([])
    }
    for (const path of ['/fapi/v1/exchangeInfo', '/dapi/v1/exchangeInfo']) {
      expect((await fetchReply(exchange.url + path)).body).toEqual({ symbols: [] })
    }
  })

  test('times in microseconds when asked for', async () => {
    const headers = { 'X-MBX-TIME-UNIT': 'microsecond' }
    const { body } = await fetchReply(`${exchange.url}/api/v3/time`, { headers })
    expect(body.serverTime).toBeGreaterThan(1e15)
    const wrong = await fetchReply(`${exchange.url}/api/v3/time`, { headers: { 'X-MBX-TIME-UNIT': 'hours' } })
    expect([wrong.status, wrong.body.code]).toEqual([400, -1194])
  })
})

describe('the account', () => {
  test('its fees, limits and the headers that count', async () => {
    const rates = await alice.send('GET', '/api/v3/account/commission', { symbol: 'BTCUSDT' })
    expect(rates.body).toMatchObject({ standardCommission: { maker: '0.00100000' } })
    await exchange.operate('PUT', `/accounts/${alice.account}/fees`, { maker: '0', taker: '0.0005' })
    const changed = await alice.send('GET', '/api/v3/account/commission', { symbol: 'BTCUSDT' })
    expect(changed.body).toMatchObject({ standardCommission: { maker: '0.00000000', taker: '0.00050000' } })
    const placed = await alice.limit('BUY', '1', '30000')
    expect(Number(placed.headers.get('x-mbx-order-count-10s'))).toBeGreaterThan(0)
    expect(Number(placed.headers.get('x-mbx-used-weight-1m'))).toBeGreaterThan(0)
    expect(placed.headers.get('date')).toBeTruthy()
    const limits = await alice.send('GET', '/api/v3/rateLimit/order')
    expect(limits.body).toMatchObject([
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1 },
    ])
    await cancelAll(alice)
  })

  test('a successful order costs no weight, a refused one does', async () => {
    const used = (reply: Reply): number => Number(reply.headers.get('x-mbx-used-weight-1m'))
    // Both in one minute: else the later count is of another window.
    for (let before = 1, after = 0; after < before;) {
      before = used(await fetchReply(`${exchange.url}/api/v3/ping`))
      const placed = await alice.limit('BUY', '1', '30000')
      const refused = await alice.limit('BUY', '1', '0')
      after = used(refused)
      if (after < before) continue
      expect(used(placed) - before).toBe(0)
      expect(after - before).toBe(1)
    }
    await cancelAll(alice)
  })
})
