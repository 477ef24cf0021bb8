import { generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'
import { fetchReply, type Reply, Trader, type Values } from './trader.ts'

let exchange: RunningExchange
let alice: Trader
let poor: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start()
  alice = await exchange.trader()
  poor = await exchange.trader({})
  // Measured against the last price, not against an average that needs a while.
  await exchange.operate('PUT', '/symbols/BTCUSDT/filters', { averagePriceMinutes: 0 })
  // A market with both sides, so that there is something to take.
  const maker = await exchange.trader()
  await maker.limit('SELL', '1', '40000')
  await maker.limit('BUY', '1', '39000')
  await alice.limit('BUY', '0.01', '40000')
})

afterAll(() => exchange.stop())

const shown = ({ status, body }: Reply): string => `${status} ${body.code} ${body.msg}`
const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.1', price: '30000' }

describe('orders that the engine refuses', () => {
  test.each<[string, Values, string]>([
    ['too little money', { quantity: '1000' }, '400 -2010 Account has insufficient balance for requested action.'],
    ['too small', { quantity: '0.0001' }, '400 -1013 Filter failure: NOTIONAL'],
    ['too far from the market', { price: '1' }, '400 -1013 Filter failure: PERCENT_PRICE_BY_SIDE'],
    [
      'a maker that would take',
      { type: 'LIMIT_MAKER', price: '40000', timeInForce: 'GTC' },
      '400 -2010 Order would immediately match and take.',
    ],
    [
      'a stop that holds already',
      { type: 'STOP_LOSS_LIMIT', stopPrice: '20000' },
      '400 -2010 Order would trigger immediately.',
    ],
  ])('%s', async (_name, change, expected) => {
    expect(shown(await alice.send('POST', '/api/v3/order', { ...order, ...change }))).toBe(expected)
    // A test is refused like the order, but needs no money.
    const tested = await alice.send('POST', '/api/v3/order/test', { ...order, ...change })
    if (expected.includes('insufficient balance')) expect(tested.body).toEqual({})
    else expect(shown(tested)).toBe(expected)
  })

  test('a market that is closed, to orders and to their tests', async () => {
    await exchange.operate('PUT', '/phase', { status: 'HALT', symbols: ['BTCUSDT'] })
    expect(shown(await alice.send('POST', '/api/v3/order', order))).toBe('400 -1013 Market is closed.')
    expect(shown(await alice.send('POST', '/api/v3/order/test', order))).toBe('400 -1013 Market is closed.')
    await exchange.operate('PUT', '/phase', { status: 'TRADING', symbols: ['BTCUSDT'] })
    expect((await alice.send('POST', '/api/v3/order/test', order)).body).toEqual({})
  })

  test('the phase POST_ONLY, whatever is in the book', async () => {
    await exchange.operate('PUT', '/phase', { status: 'POST_ONLY', symbols: ['BTCUSDT'] })
    const mustRest =
      '400 -2010 Only orders that rest are accepted in this phase of the market: timeInForce must be GTC.'
    for (const timeInForce of ['IOC', 'FOK']) {
      const taker = { ...order, timeInForce }
      expect(shown(await alice.send('POST', '/api/v3/order', taker))).toBe(mustRest)
      expect(shown(await alice.send('POST', '/api/v3/order/test', taker))).toBe(mustRest)
    }
    const crossing = { ...order, price: '40000', quantity: '0.01' }
    expect(shown(await alice.send('POST', '/api/v3/order', crossing))).toMatch(/would immediately match and take/)
    await exchange.operate('PUT', '/phase', { status: 'TRADING', symbols: ['BTCUSDT'] })
  })

  test('an amend that is not above what was executed', async () => {
    const maker = await exchange.trader()
    const { body } = await maker.limit('SELL', '0.2', '39500')
    await alice.limit('BUY', '0.1', '39500')
    const amend = { symbol: 'BTCUSDT', orderId: body.orderId, newQty: '0.1' }
    expect(shown(await maker.send('PUT', '/api/v3/order/amend/keepPriority', amend))).toBe(
      '400 -2038 Order amend (quantity not above the executed quantity) is not supported.',
    )
    await maker.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })

  test('an order without the funds for it', async () => {
    expect(shown(await poor.limit('BUY', '0.1', '30000'))).toMatch(/^400 -2010 Account has insufficient balance/)
  })

  test('a duplicate client order id, while the order is open', async () => {
    const mine = { ...order, newClientOrderId: 'same' }
    const first = await alice.send('POST', '/api/v3/order', mine)
    expect(first.status).toBe(200)
    expect(shown(await alice.send('POST', '/api/v3/order', mine))).toBe('400 -2010 Duplicate order sent.')
    await alice.send('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'same' })
    expect((await alice.send('POST', '/api/v3/order', mine)).status).toBe(200)
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })

  test('too many open orders', async () => {
    const replies = await Promise.all(Array.from({ length: 21 }, () => alice.limit('BUY', '0.01', '30000')))
    const refused = replies.filter(({ status }) => status !== 200)
    expect(refused.map(shown)).toEqual(['400 -1013 Filter failure: MAX_NUM_ORDERS'])
    const tested = await alice.send('POST', '/api/v3/order/test', order)
    expect(shown(tested)).toBe('400 -1013 Filter failure: MAX_NUM_ORDERS')
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })
})

describe('orders that are not there', () => {
  test.each<[string, string, Values, string]>([
    ['GET', '/api/v3/order', { orderId: 999 }, '400 -2013 Order does not exist.'],
    ['GET', '/api/v3/order', { origClientOrderId: 'nope' }, '400 -2013 Order does not exist.'],
    ['GET', '/api/v3/order', { orderId: 0 }, '400 -2013 Order does not exist.'],
    [
      'GET',
      '/api/v3/order',
      {},
      "400 -1102 Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    ],
    ['DELETE', '/api/v3/order', { orderId: 999 }, '400 -2011 Unknown order sent.'],
    ['DELETE', '/api/v3/openOrders', {}, '400 -2011 Unknown order sent.'],
    ['PUT', '/api/v3/order/amend/keepPriority', { orderId: 999, newQty: '1' }, '400 -2038 Unknown order sent.'],
    [
      'GET',
      '/api/v3/order',
      { orderId: '12x' },
      "400 -1100 Illegal characters found in parameter 'orderId'; legal range is '^-?[0-9]{1,20}$'.",
    ],
  ])('%s %s %o: %s', async (method, path, values, expected) => {
    expect(shown(await alice.send(method, path, { symbol: 'BTCUSDT', ...values }))).toBe(expected)
  })

  test('two ids of different orders', async () => {
    const { body } = await alice.limit('BUY', '0.01', '30000', { newClientOrderId: 'one' })
    const both = { symbol: 'BTCUSDT', orderId: body.orderId, origClientOrderId: 'another' }
    expect((await alice.send('GET', '/api/v3/order', both)).body.code).toBe(-2039)
    expect((await alice.send('DELETE', '/api/v3/order', both)).body.code).toBe(-2011)
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })

  test('another account’s order', async () => {
    const { body } = await alice.limit('BUY', '0.01', '30000')
    const theirs = { symbol: 'BTCUSDT', orderId: body.orderId }
    expect((await poor.send('GET', '/api/v3/order', theirs)).body.code).toBe(-2013)
    expect((await poor.send('DELETE', '/api/v3/order', theirs)).body.code).toBe(-2011)
    await alice.send('DELETE', '/api/v3/openOrders', { symbol: 'BTCUSDT' })
  })
})

describe('who is calling', () => {
  const path = '/api/v3/account'

  test('keys', async () => {
    expect(shown(await fetchReply(exchange.url + path))).toBe('401 -2014 API-key format invalid.')
    const unknown = new Trader(alice.url, 0, 'A'.repeat(64), alice.secret)
    expect(shown(await unknown.send('GET', path))).toBe('401 -2015 Invalid API-key, IP, or permissions for action.')
    const forged = new Trader(alice.url, 0, alice.apiKey, 'wrong')
    expect(shown(await forged.send('GET', path))).toBe('400 -1022 Signature for this request is not valid.')
    const headers = { 'X-MBX-APIKEY': alice.apiKey }
    const unsigned = await fetchReply(`${exchange.url}${path}?timestamp=${Date.now()}`, { headers })
    expect(unsigned.body.code).toBe(-1102)
  })

  test('times', async () => {
    expect((await alice.send('GET', path, { timestamp: Date.now() - 6000 })).body.code).toBe(-1021)
    expect((await alice.send('GET', path, { timestamp: Date.now() + 2000 })).body.code).toBe(-1021)
    expect((await alice.send('GET', path, { timestamp: Date.now() - 6000, recvWindow: 10_000 })).status).toBe(200)
    expect((await alice.send('GET', path, { timestamp: Date.now() * 1000 })).status).toBe(200)
    expect((await alice.send('GET', path, { recvWindow: 60_001 })).body.code).toBe(-1131)
  })

  test('permissions and addresses of a key', async () => {
    const reader = await key({ canTrade: false })
    expect((await reader.send('GET', path)).status).toBe(200)
    expect((await reader.limit('BUY', '0.1', '30000')).body.code).toBe(-2015)
    const elsewhere = await key({ addresses: ['10.9.8.7'] })
    expect((await elsewhere.send('GET', path)).body.code).toBe(-2015)
    const here = await key({ addresses: ['127.0.0.1'] })
    expect((await here.send('GET', path)).status).toBe(200)
  })

  test('Ed25519 and RSA keys', async () => {
    const pairs = {
      ED25519: generateKeyPairSync('ed25519'),
      RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    }
    for (const [type, pair] of Object.entries(pairs)) {
      const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
      const { apiKey, secret } = await exchange.operate('POST', `/accounts/${alice.account}/keys`, { type, publicKey })
      expect(secret).toBeUndefined()
      const query = `timestamp=${Date.now()}`
      const algorithm = type === 'RSA' ? 'sha256' : null
      const signature = sign(algorithm, Buffer.from(query), pair.privateKey).toString('base64')
      const url = `${exchange.url}${path}?${query}&signature=${encodeURIComponent(signature)}`
      expect((await fetchReply(url, { headers: { 'X-MBX-APIKEY': apiKey } })).status).toBe(200)
    }
  })

  async function key(body: object): Promise<Trader> {
    const { apiKey, secret } = await exchange.operate('POST', `/accounts/${alice.account}/keys`, body)
    return new Trader(exchange.url, alice.account, apiKey, secret)
  }
})

describe('a revoked key', () => {
  async function until(trader: Trader, isSo: (reply: Reply) => boolean): Promise<void> {
    while (!isSo(await trader.send('GET', '/api/v3/account'))) continue
  }

  test('is refused on every gateway within a second', async () => {
    const other = await exchange.startGateway()
    const victim = await exchange.trader()
    const there = new Trader(other.url, victim.account, victim.apiKey, victim.secret)
    // A new key is known everywhere as soon as a revoked one is refused.
    await until(there, (reply) => reply.status === 200)
    await exchange.operate('DELETE', `/keys/${victim.apiKey}`)
    const revoked = performance.now()
    expect((await victim.send('GET', '/api/v3/account')).body.code).toBe(-2015)
    await until(there, (reply) => reply.body.code === -2015)
    expect(performance.now() - revoked).toBeLessThan(1000)
  })
})

describe('the market’s and the account’s state', () => {
  test('halted, cancel-only, frozen', async () => {
    const { body } = await alice.limit('BUY', '0.01', '30000')
    await exchange.operate('PUT', '/symbols/BTCUSDT/status', { status: 'HALT' })
    expect(shown(await alice.limit('BUY', '0.01', '30000'))).toBe('400 -1013 Market is closed.')
    await exchange.operate('PUT', '/phase', { status: 'CANCEL_ONLY' })
    expect((await alice.limit('BUY', '0.01', '30000')).status).toBe(400)
    expect((await alice.send('DELETE', '/api/v3/order', { symbol: 'BTCUSDT', orderId: body.orderId })).status).toBe(200)
    await exchange.operate('PUT', '/phase', { status: 'TRADING' })
    await exchange.operate('PUT', `/accounts/${poor.account}/status`, { status: 'FROZEN' })
    expect(shown(await poor.limit('BUY', '0.01', '30000'))).toMatch(/^400 -2010/)
    await exchange.operate('PUT', `/accounts/${poor.account}/status`, { status: 'ACTIVE' })
  })
})
