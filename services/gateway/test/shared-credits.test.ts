import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS_DEFAULT, RateLimits } from '../src/limits/rate-limits.ts'
import type { SharedStore } from '../src/limits/shared-store.ts'
import { RedisServer, hasRedis } from '../testing/redis-server.ts'
import { NOW, at, openStore, told, until } from '../testing/shared-stores.ts'

// "First fill decrements" the unfilled order count: once, whatever becomes of the gateway that accepted the order.

let redis: RedisServer
const stores: SharedStore[] = []

describe.skipIf(!hasRedis())('fills of orders whose gateway is gone', () => {
  beforeAll(async () => {
    redis = await RedisServer.start()
  })
  afterEach(() => {
    for (const store of stores.splice(0)) store.close()
  })
  afterAll(() => redis.kill())

  /** Three gateways with sessions of their own, and a clock that the test moves: 11, 22, 33. */
  async function trio() {
    const scope = randomBytes(6).toString('hex')
    const time = { now: NOW }
    const clock = { now: () => time.now, elapsed: () => 0 }
    const opened = (): SharedStore => openStore(redis.url, scope, clock)
    const all = [opened(), opened(), opened()] as const
    stores.push(...all)
    await until(() => all.every((store) => store.isUp))
    const limits = all.map((store) => new RateLimits(LIMITS_DEFAULT, clock, store))
    for (const [i, each] of limits.entries()) each.opened(11 * (i + 1))
    await until(() => all.every((store) => store.counters.exchanges > 0))
    return { time, all, limits }
  }

  /** Let every exchange happen that is due, twice over: one to hear, one to act. */
  async function exchanged(...all: readonly SharedStore[]): Promise<void> {
    for (let i = 0; i < 3; i++) {
      const before = all.map(({ counters }) => counters.exchanges)
      // A change to report starts the next exchange.
      for (const store of all) store.did(99, 0)
      await until(() => all.every(({ counters }, j) => counters.exchanges > before[j]!))
    }
    await told(...all)
  }

  const dayOf = async (limits: RateLimits, store: SharedStore): Promise<number> => {
    limits.order(7, 0)
    await exchanged(store)
    return limits.orderCounts(7).day
  }

  const fill = [{ account: 7, maker: true }]

  test('what a gateway accepted before it died is credited once, by one of the others', async () => {
    const { time, all, limits } = await trio()
    const [a, b, c] = limits as [RateLimits, RateLimits, RateLimits]
    a.order(7, 50)
    await told(all[0])
    // Its first order is filled while it lives, its second one after it died.
    for (const each of [a, b, c]) each.filled(fill, at(5, 11), each === a ? 'here' : 'elsewhere')
    await told(all[0])
    all[0].close()
    for (const each of [b, c]) each.filled(fill, at(6, 11), 'elsewhere')
    await exchanged(all[1], all[2])
    expect(await dayOf(b, all[1])).toBe(45)
    time.now += 3_000_000
    await exchanged(all[1], all[2])
    await exchanged(all[1], all[2])
    expect([await dayOf(b, all[1]), await dayOf(c, all[2])]).toEqual([40, 40])
    time.now += 3_000_000
    await exchanged(all[1], all[2])
    expect([await dayOf(b, all[1]), await dayOf(c, all[2])]).toEqual([40, 40])
  })

  test('a gateway that only stood still does not credit what others have credited for it', async () => {
    const { time, all, limits } = await trio()
    const [a, b] = limits as [RateLimits, RateLimits, RateLimits]
    a.order(7, 50)
    await told(all[0])
    b.filled(fill, at(5, 11), 'elsewhere')
    time.now += 3_000_000
    await exchanged(all[1])
    await exchanged(all[1])
    expect(await dayOf(b, all[1])).toBe(45)
    a.filled(fill, at(5, 11), 'here')
    await exchanged(all[0])
    expect([await dayOf(a, all[0]), await dayOf(b, all[1])]).toEqual([45, 45])
  })

  test('no other gateway credits for a live gateway, nor for one that never reported how far it is', async () => {
    const { time, all, limits } = await trio()
    const [a, b] = limits as [RateLimits, RateLimits, RateLimits]
    a.order(7, 50)
    b.filled(fill, at(5, 11), 'elsewhere')
    b.filled(fill, at(6, 44), 'elsewhere')
    a.filled(fill, at(5, 11), 'here')
    await told(all[0])
    time.now += 3_000_000
    await exchanged(all[1])
    await exchanged(all[1])
    expect(await dayOf(b, all[1])).toBe(45)
  })
})
