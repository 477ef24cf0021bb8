import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'

let exchange: RunningExchange

beforeAll(async () => {
  exchange = await RunningExchange.start()
})

afterAll(() => exchange.stop())

const call = async (method: string, path: string, body?: object): Promise<[number, unknown]> => {
  const reply = await exchange.tryOperate(method, path, body)
  return [reply.status, reply.status < 400 ? reply.body : reply.body.error.code]
}

test('nothing is told without the token', async () => {
  for (const token of ['', 'operator-token-of-the-test', 'x'.repeat(5000)]) {
    const reply = await exchange.tryOperate('GET', '/status', undefined, token)
    expect([reply.status, reply.body.error.code]).toEqual([401, 'UNAUTHORIZED'])
  }
})

test('a body that is nested deep, has thousands of values or a name twice is refused before it is read', async () => {
  const texts = [
    '{"label":"a","label":"b"}',
    `{"label":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    JSON.stringify({ label: Array(5_000).fill(1) }),
  ]
  for (const body of texts) {
    const response = await fetch(`${exchange.gateway.operatorUrl}/accounts`, {
      method: 'POST',
      headers: { authorization: 'Bearer operator-token-of-the-tests', 'content-type': 'application/json' },
      body,
    })
    const { error } = (await response.json()) as { error: { message: string } }
    expect([response.status, error.message]).toEqual([
      400,
      expect.stringMatching(/^the JSON |^an object of the JSON has a name twice/),
    ])
  }
})

describe('listing', () => {
  test('an asset, a symbol with short filters, changed later', async () => {
    expect(await call('POST', '/assets', { code: 'ETH', decimals: 8 })).toMatchObject([201, { id: 2, code: 'ETH' }])
    expect(await call('POST', '/assets', { code: 'ETH', decimals: 8 })).toEqual([409, 'ALREADY_EXISTS'])
    expect(await call('POST', '/assets', { code: 'eth', decimals: 8 })).toEqual([400, 'INVALID'])
    const symbol = { base: 'ETH', quote: 'USDT', priceDecimals: 2, quantityDecimals: 4 }
    expect(await call('POST', '/symbols', { ...symbol, priceDecimals: 7 })).toEqual([400, 'INVALID'])
    expect(await call('POST', '/symbols', { ...symbol, quote: 'EUR' })).toEqual([404, 'NOT_FOUND'])
    expect(await call('POST', '/symbols', symbol)).toMatchObject([201, { name: 'ETHUSDT', status: 'TRADING' }])
    expect(await call('PUT', '/symbols/ETHUSDT/filters', { tickSize: '0.05', minNotional: '10' })).toMatchObject([
      200,
      { filters: { tickSize: '0.05', minNotional: '10', stepSize: '0.0001' } },
    ])
    expect(await call('PUT', '/symbols/ETHUSDT/filters', { tickSize: '0.001' })).toEqual([400, 'INVALID'])
    expect(await call('PUT', '/symbols/ETHUSDT/filters', { tikSize: '0.01' })).toEqual([400, 'INVALID'])
    expect(await call('GET', '/symbols/ETHUSDT')).toMatchObject([
      200,
      { filters: { tickSize: '0.05', minNotional: '10', bidMultiplierUp: '5', maxOrders: 200 }, makerFee: '0.001' },
    ])
  })
})

test('text that a terminal would obey is not kept, wherever it would be', async () => {
  const { account } = await exchange.operate('POST', '/accounts', { label: 'Family 👩‍🚀' })
  const funds = { asset: 'USDT', amount: '1' }
  const skip = { sequence: 9_000_000_000, reason: 'why', operator: 'ines' }
  for (const text of ['a\nb', '\u001b[31m', '\u009b31m', '\u202e', '\u2028', '\ud800']) {
    expect(await call('POST', '/accounts', { label: text })).toEqual([400, 'INVALID'])
    expect(await call('POST', `/accounts/${account}/keys`, { label: text })).toEqual([400, 'INVALID'])
    expect(await call('POST', `/accounts/${account}/deposits`, { ...funds, reference: text })).toEqual([400, 'INVALID'])
    expect(await call('POST', '/skips', { ...skip, reason: text })).toEqual([400, 'INVALID'])
    expect(await call('POST', '/skips', { ...skip, operator: text })).toEqual([400, 'INVALID'])
  }
})

test('filters that nothing passes are refused, and change nothing', async () => {
  const before = await call('GET', '/symbols/BTCUSDT')
  for (const filters of [
    { minPrice: '10', maxPrice: '5' },
    { maxOrders: 99_999_999_999_999 },
    { maxQuantity: '0.000001' },
  ]) {
    expect(await call('PUT', '/symbols/BTCUSDT/filters', filters)).toEqual([400, 'INVALID'])
  }
  const symbol = { name: 'BTCTWO', base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 5 }
  const filters = { minQuantity: '2', maxQuantity: '1' }
  expect(await call('POST', '/symbols', { ...symbol, filters })).toEqual([400, 'INVALID'])
  expect(await call('GET', '/symbols/BTCUSDT')).toEqual(before)
})

describe('accounts', () => {
  test('money comes and goes, once for each reference', async () => {
    const { account } = await exchange.operate('POST', '/accounts', { label: 'Carol Zoë 币' })
    const deposit = { asset: 'USDT', amount: '100.5', reference: 'wire-1' }
    expect((await call('POST', `/accounts/${account}/deposits`, deposit))[0]).toBe(201)
    expect(await call('POST', `/accounts/${account}/deposits`, deposit)).toMatchObject([200, { repeated: true }])
    const other = { ...deposit, amount: '5' }
    expect(await call('POST', `/accounts/${account}/deposits`, other)).toEqual([409, 'REFERENCE_USED'])
    const tooMuch = { asset: 'USDT', amount: '1000', reference: 'out-1' }
    expect((await call('POST', `/accounts/${account}/withdrawals`, tooMuch))[0]).toBe(409)
    expect((await call('POST', `/accounts/${account}/withdrawals`, { ...tooMuch, amount: '0.5' }))[0]).toBe(201)
    expect(await call('GET', `/accounts/${account}`)).toMatchObject([
      200,
      {
        label: 'Carol Zoë 币',
        status: 'ACTIVE',
        balances: [{ asset: 'USDT', free: '100.00000000', locked: '0.00000000' }],
      },
    ])
    expect((await call('POST', `/accounts/${account}/deposits`, { asset: 'USDT', amount: '0.000000001' }))[0]).toBe(400)
    expect((await call('POST', `/accounts/${account}/deposits`, { asset: 'USDT', amount: 5 }))[0]).toBe(400)
    expect((await call('POST', '/accounts/999/deposits', { asset: 'USDT', amount: '5' }))[0]).toBe(404)
    expect((await call('GET', '/accounts/999'))[0]).toBe(404)
  })

  test('keys: the secret is shown once, and revoked keys are listed as such', async () => {
    const trader = await exchange.trader()
    const [, keys] = await call('GET', `/keys?account=${trader.account}`)
    expect(keys).toMatchObject([{ apiKey: trader.apiKey, status: 'ACTIVE', canTrade: true }])
    expect(JSON.stringify(keys)).not.toContain(trader.secret)
    expect(await call('DELETE', `/keys/${trader.apiKey}`)).toMatchObject([200, { status: 'REVOKED' }])
    expect((await call('DELETE', '/keys/unknown-key'))[0]).toBe(404)
    expect((await call('POST', `/accounts/${trader.account}/keys`, { apiKey: trader.apiKey }))[0]).toBe(409)
    expect((await call('POST', `/accounts/${trader.account}/keys`, { type: 'ED25519' }))[0]).toBe(400)
    expect((await call('POST', '/accounts/999/keys', {}))[0]).toBe(404)
  })

  test('every open order of an account is cancelled', async () => {
    const trader = await exchange.trader()
    await trader.limit('BUY', '0.1', '30000')
    await trader.limit('BUY', '0.1', '30001')
    expect(await call('DELETE', `/accounts/${trader.account}/orders`)).toMatchObject([200, { canceled: 2 }])
    const { body } = await trader.send('GET', '/api/v3/openOrders')
    expect(body).toEqual([])
  })

  test('an order comes over from another platform', async () => {
    const trader = await exchange.trader()
    const order = { symbol: 'BTCUSDT', side: 'SELL', price: '90000', quantity: '1', executedQuantity: '0.25' }
    const sent = { ...order, originalTime: Date.now() - 86_400_000, foreignId: 'old-77', clientOrderId: 'moved' }
    expect((await call('POST', `/accounts/${trader.account}/import-order`, sent))[0]).toBe(201)
    const { body } = await trader.send('GET', '/api/v3/order', { symbol: 'BTCUSDT', origClientOrderId: 'moved' })
    expect(body).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: '0.25000000' })
  })
})

test('the exchange as a whole', async () => {
  expect(await call('GET', '/status')).toMatchObject([
    200,
    { link: { connected: true }, engine: { role: 'leader' }, database: { oldestSeconds: expect.any(Number) } },
  ])
  expect(await call('GET', '/totals')).toMatchObject([200, { totals: [{ asset: 'BTC' }, { asset: 'USDT' }, {}] }])
  expect((await call('GET', '/behaviours'))[0]).toBe(200)
  // The recorder starts beside the engine, and is a member once the roster names it.
  await expect
    .poll(
      async () => {
        const refused = await exchange.tryOperate('POST', '/behaviours', { behaviour: 999 })
        return [refused.status, refused.body.error.code, refused.body.error.message]
      },
      { timeout: 10_000 },
    )
    .toEqual([
      409,
      'BEHAVIOUR_UNKNOWN',
      expect.stringMatching(/^behaviour 999 is not known to the leader, recorder-\w+ \(recorder of process /),
    ])
  expect(await call('GET', '/skips')).toEqual([200, { skipped: [] }])
  expect((await call('GET', '/nothing'))[0]).toBe(404)
})
