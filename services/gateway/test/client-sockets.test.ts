import { Spot } from '@binance/spot'
import ccxt from 'ccxt'
import { ccxtUrls } from '../testing/ccxt-urls.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningExchange } from './running-exchange.ts'
import type { Trader } from './trader.ts'

let exchange: RunningExchange
let alice: Trader
let bob: Trader

beforeAll(async () => {
  exchange = await RunningExchange.start()
  alice = await exchange.trader()
  bob = await exchange.trader()
})

afterAll(() => exchange.stop())

/** ccxt with nothing but its URLs overridden. */
async function ccxtOf(trader: Trader) {
  const client = new ccxt.pro.binance({
    apiKey: trader.apiKey,
    secret: trader.secret,
    urls: ccxtUrls(exchange.url),
  })
  await client.loadHttpProxyAgent()
  await client.loadMarkets()
  return client
}

describe('ccxt', () => {
  test('watches the book, trades, candles, orders and balances', async () => {
    const client = await ccxtOf(alice)
    const symbol = 'BTC/USDT'
    const book = client.watchOrderBook(symbol)
    const trades = client.watchTrades(symbol)
    const candles = client.watchOHLCV(symbol, '1m')
    const orders = client.watchOrders(symbol)
    const myTrades = client.watchMyTrades(symbol)
    const balance = client.watchBalance()
    // Subscriptions are dialled by these promises; what follows goes on until every one of them has seen something.
    const seen = Promise.all([book, trades, candles, orders, myTrades, balance])
    const flow = keepTrading(seen)
    const [watchedBook, [trade], [candle], [order], [mine], funds] = await seen
    await flow
    expect(watchedBook.bids.length + watchedBook.asks.length).toBeGreaterThan(0)
    expect(trade).toMatchObject({ symbol, price: 40_000 })
    expect(candle).toHaveLength(6)
    expect(order).toMatchObject({ symbol })
    expect(mine).toMatchObject({ symbol, price: 40_000 })
    expect(funds).toHaveProperty('BTC')
    await client.close()
  })

  test('trades over the WebSocket API', async () => {
    const client = await ccxtOf(alice)
    const placed = await client.createOrderWs('BTC/USDT', 'limit', 'buy', 0.01, 30_000)
    expect(placed).toMatchObject({ status: 'open' })
    const edited = await client.editOrderWs(String(placed.id), 'BTC/USDT', 'limit', 'buy', 0.01, 30_001)
    const open = await client.fetchOpenOrdersWs('BTC/USDT')
    expect(open.map(({ id }) => id)).toContain(edited.id)
    const cancelled = await client.cancelOrderWs(String(edited.id), 'BTC/USDT')
    expect(cancelled).toMatchObject({ status: 'canceled' })
    // ccxt reads the balances of this answer as those of futures; what the answer says is in `info`.
    const { info } = await client.fetchBalanceWs()
    expect(info.balances).toContainEqual(expect.objectContaining({ asset: 'BTC' }))
    const [candle] = await client.fetchOHLCVWs('BTC/USDT', '1m')
    expect(candle).toHaveLength(6)
    expect(await client.fetchTradesWs('BTC/USDT')).not.toHaveLength(0)
    await client.close()
  })
})

/** Alice and bob trade with each other until `seen` is settled. */
async function keepTrading(seen: Promise<unknown>): Promise<void> {
  const settled = seen.then(
    () => true,
    () => true,
  )
  do {
    await bob.limit('SELL', '0.002', '40000')
    await alice.limit('BUY', '0.001', '40000')
  } while (!(await Promise.race([settled, pause(50)])))
}

function pause(ms: number): Promise<boolean> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms))
}

describe('@binance/spot', () => {
  const configuration = () => ({ apiKey: alice.apiKey, apiSecret: alice.secret })

  test('listens to streams', async () => {
    const client = new Spot({
      configurationWebsocketStreams: { wsURL: exchange.url.replace('http', 'ws') },
    })
    const connection = await client.websocketStreams.connect()
    const seen = Promise.all([
      new Promise<unknown>((resolve) => connection.trade({ symbol: 'btcusdt' }).on('message', resolve)),
      new Promise<unknown>((resolve) => connection.diffBookDepth({ symbol: 'btcusdt' }).on('message', resolve)),
    ])
    const flow = keepTrading(seen)
    const [trade, diff] = await seen
    await flow
    expect(trade).toMatchObject({ e: 'trade', s: 'BTCUSDT' })
    expect(diff).toMatchObject({ e: 'depthUpdate', s: 'BTCUSDT' })
    await connection.disconnect()
  })

  test('trades and listens over the WebSocket API', async () => {
    const wsURL = `${exchange.url.replace('http', 'ws')}/ws-api/v3`
    const client = new Spot({ configurationWebsocketAPI: { ...configuration(), wsURL } })
    const connection = await client.websocketAPI.connect()
    const placed = await connection.orderPlace({
      symbol: 'BTCUSDT',
      side: 'BUY' as never,
      type: 'LIMIT' as never,
      timeInForce: 'GTC' as never,
      quantity: 0.001,
      price: 30_000,
    })
    expect(placed.data).toMatchObject({ status: 'NEW' })
    const cancelled = await connection.orderCancel({ symbol: 'BTCUSDT', orderId: placed.data.orderId! })
    expect(cancelled.data).toMatchObject({ status: 'CANCELED' })
    await connection.disconnect()
  })
})
