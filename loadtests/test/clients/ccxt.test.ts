import ccxt from 'ccxt'
import { ccxtUrls } from '@uptick/gateway/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { repeatUntil } from '../../testing/repeat-until.ts'
import { trustCertificate } from '../../testing/trust-certificate.ts'

/**
 * A real client with its default options: nothing but the URLs is overridden. Two accounts, because a trader needs a
 * counterparty.
 */
let exchange: RunningExchange
let alice: InstanceType<typeof ccxt.pro.binance>
let bob: InstanceType<typeof ccxt.pro.binance>

async function client(keys: { key: string; secret: string }): Promise<InstanceType<typeof ccxt.pro.binance>> {
  const made = new ccxt.pro.binance({
    apiKey: keys.key,
    secret: keys.secret,
    urls: ccxtUrls(exchange.url),
  })
  // Plain ws:// needs an agent to be named; wss:// does not.
  await made.loadHttpProxyAgent()
  return made
}

describe.each([
  ['without TLS', false],
  ['over TLS', true],
])('%s', (_how, tls) => {
  beforeAll(async () => {
    exchange = await startExchange({ tls })
    if (tls) trustCertificate(exchange.folder)
    alice = await client(exchange.accounts[0]!)
    bob = await client(exchange.accounts[1]!)
  }, 120_000)

  afterAll(async () => {
    await alice?.close()
    await bob?.close()
    await exchange?.stop()
  }, 60_000)

  test('loads the markets with default options', async () => {
    const markets = await alice.loadMarkets()
    await bob.loadMarkets()
    expect(new Set(Object.keys(markets))).toEqual(new Set(['BTC/USDT', 'ETH/BTC', 'ETH/USDT']))
    expect(markets['BTC/USDT']).toMatchObject({ active: true, spot: true, base: 'BTC', quote: 'USDT' })
    expect(Math.abs((await alice.fetchTime())! - Date.now())).toBeLessThan(5_000)
  })

  test('places, fetches, edits and cancels an order', async () => {
    const placed = await alice.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 20_000)
    expect(placed).toMatchObject({ status: 'open', price: 20_000, amount: 0.01, filled: 0 })
    expect(await alice.fetchOrder(placed.id!, 'BTC/USDT')).toMatchObject({ id: placed.id!, status: 'open' })
    expect((await alice.fetchOpenOrders('BTC/USDT')).map((order) => order.id)).toEqual([placed.id])

    const edited = await alice.editOrder(placed.id!, 'BTC/USDT', 'limit', 'buy', 0.02, 21_000)
    expect(edited).toMatchObject({ status: 'open', price: 21_000, amount: 0.02 })
    expect(await alice.fetchOrder(placed.id!, 'BTC/USDT')).toMatchObject({ status: 'canceled' })

    expect(await alice.cancelOrder(edited.id!, 'BTC/USDT')).toMatchObject({ status: 'canceled' })
    expect(await alice.fetchOpenOrders('BTC/USDT')).toEqual([])
    await expect(alice.cancelOrder(edited.id!, 'BTC/USDT')).rejects.toThrow(ccxt.OrderNotFound)
  })

  test('trades, and history and balances know it at once', async () => {
    const before = await bob.fetchBalance()
    const ask = await alice.createOrder('ETH/USDT', 'limit', 'sell', 0.5, 2_500)
    const bought = await bob.createOrder('ETH/USDT', 'market', 'buy', 0.5)
    expect(bought).toMatchObject({ status: 'closed', filled: 0.5, average: 2_500 })
    const after = await bob.fetchBalance()
    expect(after['USDT']!.total).toBeCloseTo(Number(before['USDT']!.total) - 1_250, 6)
    expect(Number(after['ETH']!.total)).toBeGreaterThan(Number(before['ETH']!.total))

    const mine = await alice.fetchMyTrades('ETH/USDT')
    expect(mine.at(-1)).toMatchObject({ order: ask.id, takerOrMaker: 'maker', price: 2_500, amount: 0.5 })
    const closed = await alice.fetchClosedOrders('ETH/USDT')
    expect(closed.at(-1)).toMatchObject({ id: ask.id, status: 'closed' })
    expect((await alice.fetchTrades('ETH/USDT')).at(-1)).toMatchObject({ price: 2_500, amount: 0.5 })
    expect(await alice.fetchTicker('ETH/USDT')).toMatchObject({ last: 2_500 })
    const candles = await alice.fetchOHLCV('ETH/USDT', '1m')
    expect(candles.at(-1)![4]).toBe(2_500)
  })

  test('errors arrive as the client knows them', async () => {
    await expect(alice.createOrder('BTC/USDT', 'limit', 'buy', 1_000, 90_000)).rejects.toThrow(ccxt.InsufficientFunds)
    await expect(alice.fetchOrder('999999', 'BTC/USDT')).rejects.toThrow(ccxt.OrderNotFound)
    await alice.createOrder('BTC/USDT', 'limit', 'sell', 0.01, 70_000)
    await expect(bob.createOrder('BTC/USDT', 'limit', 'buy', 0.01, 70_000, { postOnly: true })).rejects.toThrow(
      ccxt.OrderImmediatelyFillable,
    )
    await alice.cancelAllOrders('BTC/USDT')
  })

  test('watches the order book, trades, own orders and balance', async () => {
    const book = alice.watchOrderBook('ETH/BTC')
    const orders = alice.watchOrders('ETH/BTC')
    const trades = bob.watchTrades('ETH/BTC')
    const balance = alice.watchBalance()
    const seen = await repeatUntil(Promise.all([book, orders, trades, balance]), async () => {
      await alice.createOrder('ETH/BTC', 'limit', 'sell', 0.1, 0.05)
      await bob.createOrder('ETH/BTC', 'limit', 'buy', 0.1, 0.05)
    })
    const [watchedBook, watchedOrders, watchedTrades, watchedBalance] = seen
    expect(watchedBook.symbol).toBe('ETH/BTC')
    expect(watchedOrders.at(-1)).toMatchObject({ symbol: 'ETH/BTC', side: 'sell' })
    expect(watchedTrades.at(-1)).toMatchObject({ symbol: 'ETH/BTC', price: 0.05 })
    // The first news may be of the order alone, which locks what is sold.
    expect(watchedBalance['ETH']).toBeDefined()
  }, 60_000)

  test('trades over the WebSocket API', async () => {
    const placed = await alice.createOrderWs('BTC/USDT', 'limit', 'buy', 0.01, 20_000)
    expect(placed.status).toBe('open')
    expect(await alice.cancelOrderWs(placed.id!, 'BTC/USDT')).toMatchObject({ status: 'canceled' })
  })
})
