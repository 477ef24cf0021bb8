import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisServer, hasRedis } from '../testing/redis-server.ts'
import { RunningExchange, type RunningGateway } from './running-exchange.ts'
import { Trader } from './trader.ts'

const ORDERS_AT_ONCE = 4

let redis: RedisServer
let exchange: RunningExchange
let gateways: readonly RunningGateway[]
let traders: readonly Trader[]

describe.skipIf(!hasRedis())('gateways that count together', () => {
  beforeAll(async () => {
    redis = await RedisServer.start()
    exchange = await RunningExchange.start({ REDIS_URL: redis.url })
    await exchange.operate('PUT', '/symbols/BTCUSDT/filters', { maxOrders: 0 })
    gateways = [exchange.gateway, await exchange.startGateway({ REDIS_URL: redis.url })]
    const { account, apiKey, secret } = await exchange.trader({ USDT: '100000000' })
    traders = gateways.map(({ url }) => new Trader(url, account, apiKey, secret))
  })

  afterAll(async () => {
    await exchange.stop()
    await redis.kill()
  })

  const isUp = (gateway: RunningGateway): boolean => gateway.lifecycle.condition('redis')?.met === true
  const untilUp = async (up: boolean): Promise<void> => {
    while (gateways.some((gateway) => isUp(gateway) !== up)) await delay(5)
  }
  const orderCount = async (trader: Trader): Promise<number> => {
    const rows: unknown = (await trader.send('GET', '/api/v3/rateLimit/order', { recvWindow: 60_000 })).body
    return (rows as { interval: string; count: number }[]).find(({ interval }) => interval === 'DAY')!.count
  }

  /** The count of a trader who has sent `orders` orders to both; a gateway hears of the other's with the next of its own. */
  const counted = async (trader: Trader, orders: number): Promise<number> => {
    const count = await orderCount(trader)
    if (count >= orders) return count
    await trader.limit('BUY', '0.01', '1000', { recvWindow: 60_000 })
    return counted(trader, orders + 1)
  }

  test('an order that one gateway took counts at the other', async () => {
    await untilUp(true)
    const [a, b] = traders as readonly [Trader, Trader]
    await a.limit('BUY', '0.01', '1000')
    await b.limit('BUY', '0.01', '1000')
    expect(await counted(a, 2)).toBeGreaterThanOrEqual(2)
    expect(await counted(b, 2)).toBeGreaterThanOrEqual(2)
  })

  test('lose Redis, get a slow one, an empty one and a new one, and no trader notices', async () => {
    await untilUp(true)
    const load = { goesOn: true, failed: [] as unknown[], done: 0 }
    const trade = async (trader: Trader): Promise<void> => {
      while (load.goesOn) {
        const reply = await trader.limit('BUY', '0.01', '1000', { recvWindow: 60_000 })
        if (reply.status !== 200) load.failed.push([reply.status, reply.body])
        load.done++
      }
    }
    const ended = traders.flatMap((trader) => Array.from({ length: ORDERS_AT_ONCE }, () => trade(trader)))
    const more = async (orders: number): Promise<void> => {
      const target = load.done + orders
      while (load.done < target) await delay(5)
    }
    const ready = (): boolean[] => gateways.map(({ lifecycle }) => lifecycle.readiness().ok)
    await more(50)
    for (const round of ['killed', 'stopped', 'flushed'] as const) {
      if (round === 'flushed') await redis.command('FLUSHALL')
      else {
        if (round === 'killed') await redis.kill()
        else redis.signal('SIGSTOP')
        await untilUp(false)
        await more(50)
        expect(ready(), round).toEqual([true, true])
        if (round === 'killed') await redis.restart()
        else redis.signal('SIGCONT')
      }
      await untilUp(true)
      await more(50)
    }
    load.goesOn = false
    await Promise.all(ended)
    expect(load.failed).toEqual([])
    expect(ready()).toEqual([true, true])
    // Nothing that was counted is lost by any of it.
    for (const trader of traders) expect(await counted(trader, load.done)).toBeGreaterThanOrEqual(load.done)
    const open: unknown = (await traders[0]!.send('GET', '/api/v3/openOrders', { symbol: 'BTCUSDT' })).body
    expect((open as object[]).length).toBeGreaterThanOrEqual(load.done)
  })
})
