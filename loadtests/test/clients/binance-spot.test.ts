import { Spot } from '@binance/spot'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startExchange, type RunningExchange } from '../../testing/exchange.ts'
import { repeatUntil } from '../../testing/repeat-until.ts'
import { trustCertificate } from '../../testing/trust-certificate.ts'

/** The exchange's own connector of the venue whose wire we speak: URLs overridden, nothing else. */
let exchange: RunningExchange
let spot: Spot

describe.each([
  ['without TLS', false],
  ['over TLS', true],
])('%s', (_how, tls) => {
  beforeAll(async () => {
    exchange = await startExchange({ tls })
    if (tls) trustCertificate(exchange.folder)
    const { key: apiKey, secret: apiSecret } = exchange.accounts[0]!
    const ws = exchange.url.replace('http', 'ws')
    spot = new Spot({
      configurationRestAPI: { apiKey, apiSecret, basePath: exchange.url },
      configurationWebsocketAPI: { apiKey, apiSecret, wsURL: `${ws}/ws-api/v3` },
      configurationWebsocketStreams: { wsURL: ws },
    })
  }, 120_000)

  afterAll(async () => {
    await exchange?.stop()
  }, 60_000)

  test('reads the market', async () => {
    const info = await (await spot.restAPI.exchangeInfo()).data()
    const names = new Set(info.symbols!.map(({ symbol }) => symbol))
    expect(names).toEqual(new Set(['BTCUSDT', 'ETHBTC', 'ETHUSDT']))
    const depth = await (await spot.restAPI.depth({ symbol: 'BTCUSDT' })).data()
    expect(depth).toHaveProperty('lastUpdateId')
    expect(await (await spot.restAPI.ping()).data()).toEqual({})
  })

  test('places, queries, replaces and cancels over REST', async () => {
    const placed = await (
      await spot.restAPI.newOrder({
        symbol: 'BTCUSDT',
        side: 'BUY' as never,
        type: 'LIMIT' as never,
        timeInForce: 'GTC' as never,
        quantity: 0.01,
        price: 20_000,
      })
    ).data()
    expect(placed).toMatchObject({ status: 'NEW', executedQty: '0.00000000' })
    const orderId = Number(placed.orderId)
    const queried = await (await spot.restAPI.getOrder({ symbol: 'BTCUSDT', orderId })).data()
    expect(queried).toMatchObject({ status: 'NEW', price: '20000.00000000' })
    const cancelled = await (await spot.restAPI.deleteOrder({ symbol: 'BTCUSDT', orderId })).data()
    expect(cancelled).toMatchObject({ status: 'CANCELED' })
    const account = await (await spot.restAPI.getAccount()).data()
    expect(account.balances!.map((balance) => balance.asset)).toContain('BTC')
  })

  test('streams market data and trades over the WebSocket API', async () => {
    const streams = await spot.websocketStreams.connect()
    const trades = streams.trade({ symbol: 'ethbtc' })
    const heard = new Promise<{ p?: string }>((resolve) => trades.on('message', (data) => resolve(data as never)))
    const api = await spot.websocketAPI.connect()
    const order = (side: string) =>
      api.orderPlace({
        symbol: 'ETHBTC',
        side: side as never,
        type: 'LIMIT' as never,
        timeInForce: 'GTC' as never,
        quantity: 0.1,
        price: 0.05,
      })
    const trade = await repeatUntil(heard, async () => {
      await order('SELL')
      await order('BUY')
    })
    expect(trade.p).toBe('0.05000000')
    await api.disconnect()
    await streams.disconnect()
  }, 60_000)

  test('user data arrives over the WebSocket API', async () => {
    const api = await spot.websocketAPI.connect()
    const subscribed = await api.userDataStreamSubscribeSignature({})
    const events: string[] = []
    const heard = new Promise<void>((resolve) => {
      subscribed.stream.on('message', (data: unknown) => {
        events.push((data as { e: string }).e)
        if (events.includes('executionReport') && events.includes('outboundAccountPosition')) resolve()
      })
    })
    await spot.restAPI.newOrder({
      symbol: 'BTCUSDT',
      side: 'BUY' as never,
      type: 'LIMIT' as never,
      timeInForce: 'GTC' as never,
      quantity: 0.01,
      price: 20_000,
    })
    await heard
    expect(events[0]).toBe('executionReport')
    await spot.restAPI.deleteOpenOrders({ symbol: 'BTCUSDT' })
    await api.disconnect()
  }, 60_000)
})
