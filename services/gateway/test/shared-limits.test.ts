import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '@uptick/runtime'
import { LIMITS_DEFAULT, type LimitSettings, RateLimits } from '../src/limits/rate-limits.ts'
import type { SharedStore } from '../src/limits/shared-store.ts'
import { limitsSuite, outcome } from '../testing/limits-suite.ts'
import { RedisServer, hasRedis } from '../testing/redis-server.ts'
import { NOW, at, openStore, told, until } from '../testing/shared-stores.ts'

/** The longest that one call may take, ms: it never waits for anything, but the machine may be busy. */
const CALL_MS_MAX = 50

let redis: RedisServer
const stores: SharedStore[] = []

function open(scope: string, clock: Clock): ReturnType<typeof openStore> {
  const store = openStore(redis.url, scope, clock)
  stores.push(store)
  return store
}

/** Two gateways that count together. */
function pair(settings: Partial<LimitSettings> = {}) {
  const scope = randomBytes(6).toString('hex')
  // A clock that stands still: no window ends in between.
  const clock = { now: () => NOW, elapsed: () => 0 }
  const all = [open(scope, clock), open(scope, clock)] as const
  const [a, b] = all.map((store) => new RateLimits({ ...LIMITS_DEFAULT, ...settings }, clock, store))
  return { all, a: a!, b: b! }
}

describe.skipIf(!hasRedis())('limits counted together in Redis', () => {
  beforeAll(async () => {
    redis = await RedisServer.start()
  })
  afterEach(() => {
    for (const store of stores.splice(0)) store.close()
  })
  afterAll(() => redis.kill())

  limitsSuite((time) => open(randomBytes(6).toString('hex'), time))

  test('what two gateways admit together is limited once', async () => {
    const { all, a, b } = pair({ requestWeightPerMinute: 100, ordersPerTenSeconds: 10, bans: false })
    await until(() => all.every((store) => store.isUp))
    a.request('1.2.3.4', 60)
    a.order(7, 6)
    await until(() => all[0].counters.exchanges > 0 && all[0].pending === 0)
    // The other one learns of it with its own first request.
    b.request('1.2.3.4', 10)
    b.order(7, 1)
    await until(() => b.usedWeight('1.2.3.4') === 70 && b.orderCounts(7).tenSeconds === 7)
    expect(outcome(() => b.request('1.2.3.4', 31))).toBe('429 -1003 after 40')
    expect(outcome(() => b.order(7, 4))).toBe('429 -1015 after 10')
    expect(outcome(() => b.request('5.6.7.8', 100))).toBe('ok')
    expect(outcome(() => b.order(8, 10))).toBe('ok')
  })

  test('a fill is credited once, by the gateway whose command caused it', async () => {
    const { all, a, b } = pair()
    await until(() => all.every((store) => store.isUp))
    a.order(7, 10)
    await told(all[0])
    b.order(7, 1)
    await until(() => b.orderCounts(7).tenSeconds === 11)
    const fills = [{ account: 7, maker: true }]
    b.opened(22)
    a.filled(fills, at(1, 22), 'elsewhere')
    b.filled(fills, at(1, 22), 'here')
    expect(b.orderCounts(7)).toEqual({ tenSeconds: 6, day: 6 })
    a.order(7, 1)
    await until(() => a.orderCounts(7).tenSeconds === 7)
  })

  test('a fill that the engine causes by itself is credited once, by any gateway', async () => {
    const { all, a, b } = pair()
    await until(() => all.every((store) => store.isUp))
    a.order(7, 50)
    await told(all[0])
    for (let sequence = 1; sequence <= 5; sequence++) {
      for (const limits of [b, a]) limits.filled([{ account: 7, maker: true }], at(sequence), 'engine')
    }
    await told(...all)
    // Orders of nothing: each gateway hears what the other has counted.
    const told25 = (limits: RateLimits): boolean => limits.orderCounts(7).day === 25 || (limits.order(7, 0), false)
    await until(() => told25(a) && told25(b))
    await told(...all)
    for (const limits of [a, b]) expect(limits.orderCounts(7)).toEqual({ tenSeconds: 25, day: 25 })
  })

  test('what the engine caused while Redis was away is credited when it is back', async () => {
    const { all, a, b } = pair()
    await until(() => all.every((store) => store.isUp))
    a.order(7, 50)
    await told(all[0])
    redis.signal('SIGSTOP')
    for (const limits of [a, b]) limits.filled([{ account: 7, maker: true }], at(9), 'engine')
    await until(() => all.every((store) => store.counters.failures > 0))
    expect(a.orderCounts(7).day).toBe(50)
    redis.signal('SIGCONT')
    await told(...all)
    const told45 = (limits: RateLimits): boolean => limits.orderCounts(7).day === 45 || (limits.order(7, 0), false)
    await until(() => told45(a) && told45(b))
  })

  test('an address that one gateway bans is banned by the other', async () => {
    const { all, a, b } = pair({ requestWeightPerMinute: 10 })
    await until(() => all.every((store) => store.isUp))
    for (let i = 0; i < 30; i++) outcome(() => a.request('1.2.3.4', 10))
    expect(outcome(() => a.request('1.2.3.4', 1))).toBe('418 -1003 after 120')
    await told(all[0])
    outcome(() => b.request('1.2.3.4', 1))
    await until(() => outcome(() => b.request('1.2.3.4', 0)).startsWith('418'))
  })

  test('the bound: two gateways admit too much only for as long as an exchange is under way', async () => {
    const limit = 2000
    const { all, a, b } = pair({ requestWeightPerMinute: limit, bans: false })
    await until(() => all.every((store) => store.isUp))
    let admitted = 0
    let most = 0
    const end = performance.now() + 2000
    // Far more than is allowed, at both, a little at a time.
    while (performance.now() < end) {
      let burst = 0
      for (const limits of [a, b])
        for (let i = 0; i < 10; i++) if (outcome(() => limits.request('x', 1)) === 'ok') burst++
      admitted += burst
      most = Math.max(most, burst)
      await delay(2)
    }
    process.stdout.write(`two gateways with a limit of ${limit} admitted ${admitted}, at ${most} in 2 ms\n`)
    expect(admitted).toBeGreaterThanOrEqual(limit)
    // At 10 a millisecond: 20 ms to the exchange, the exchange, and what a busy machine adds.
    expect(admitted).toBeLessThan(limit * 1.5)
  })

  test.each([
    ['killed', async () => redis.kill(), async () => redis.restart()],
    ['stopped', async () => redis.signal('SIGSTOP'), async () => redis.signal('SIGCONT')],
  ])(
    'while Redis is %s every call is answered at once, and afterwards the counts are whole again',
    async (_how, away, back) => {
      const { all, a, b } = pair({ requestWeightPerMinute: 1_000_000, bans: false })
      await until(() => all.every((store) => store.isUp))
      a.request('x', 100)
      b.request('x', 10)
      await until(() => a.usedWeight('x') === 110 || (a.request('x', 0), false))
      await away()
      let slowest = 0
      for (let i = 0; i < 400; i++) {
        const began = performance.now()
        a.request('x', 1)
        slowest = Math.max(slowest, performance.now() - began)
        await delay(2)
      }
      expect(slowest).toBeLessThan(CALL_MS_MAX)
      expect(all[0].states.at(-1)).toBe('down')
      expect(all[0].counters.failures).toBeLessThan(20)
      // On its own it goes on with what it knew.
      expect(a.usedWeight('x')).toBeGreaterThanOrEqual(510)
      await back()
      await until(() => all[0].states.at(-1) === 'up' && all[0].pending === 0)
      await until(() => b.usedWeight('x') >= 510 || (b.request('x', 0), false))
      await until(() => a.usedWeight('x') === b.usedWeight('x') || (a.request('x', 0), false))
      expect(a.usedWeight('x')).toBe(510)
    },
  )

  test('a flush loses no count of the windows in progress', async () => {
    const { all, a, b } = pair({ bans: false })
    await until(() => all.every((store) => store.isUp))
    a.request('x', 100)
    a.order(7, 5)
    b.request('x', 10)
    await told(...all)
    await redis.command('FLUSHALL')
    // Any exchange sees that the mark is gone; the other gateway's comes with its next.
    a.request('y', 1)
    b.request('z', 1)
    await until(() => b.usedWeight('x') === 110 || (b.request('x', 0), false))
    b.order(7, 1)
    await until(() => b.orderCounts(7).day === 6 || (b.order(7, 0), false))
    await until(() => b.usedWeight('x') === 110 || (b.request('x', 0), false))
    expect(all.map(({ counters }) => counters.failures)).toEqual([0, 0])
  })

  test('without a Redis from the start it counts alone, and joins when there is one', async () => {
    await redis.kill()
    const { all, a, b } = pair({ requestWeightPerMinute: 100, bans: false })
    expect(outcome(() => a.request('x', 60))).toBe('ok')
    expect(outcome(() => a.request('x', 41))).toBe('429 -1003 after 40')
    expect(outcome(() => b.request('x', 60))).toBe('ok')
    await redis.restart()
    await told(...all)
    await until(() => b.usedWeight('x') === 161 || (b.request('x', 0), false))
    expect(all.map((store) => store.isUp)).toEqual([true, true])
  })
})
