import { PublicError } from '@uptick/protocol'
import { describe, expect, test } from 'vitest'
import type { CounterStore } from '../src/limits/counter-store.ts'
import { LIMITS_DEFAULT, type LimitSettings, RateLimits } from '../src/limits/rate-limits.ts'
import { VirtualTime } from '@uptick/runtime/testing'

/** 2023-11-14T22:13:20Z: 20 s into a minute. */
const START = 1_700_000_000_000_000

/** `ok`, or how it was refused. */
export function outcome(run: () => void): string {
  try {
    run()
    return 'ok'
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    return `${error.status} ${error.code} after ${error.retryAfter}`
  }
}

/** What limits do, wherever they are counted. `open` gives a store of its own to each test. */
export function limitsSuite(open: (time: VirtualTime) => CounterStore): void {
  const setUp = (settings: Partial<LimitSettings> = {}): { limits: RateLimits; time: VirtualTime } => {
    const time = new VirtualTime(START)
    return { time, limits: new RateLimits({ ...LIMITS_DEFAULT, ...settings }, time, open(time)) }
  }

  describe('request weight', () => {
    test('is counted per address until the minute of the clock ends', () => {
      const { limits, time } = setUp({ requestWeightPerMinute: 100, bans: false })
      expect(outcome(() => limits.request('a', 60))).toBe('ok')
      expect(outcome(() => limits.request('a', 40))).toBe('ok')
      expect(outcome(() => limits.request('a', 1))).toBe('429 -1003 after 40')
      expect(outcome(() => limits.request('b', 100))).toBe('ok')
      time.advanceNow(39_000)
      expect(outcome(() => limits.request('a', 1))).toBe('429 -1003 after 1')
      time.advanceNow(1000)
      expect(limits.usedWeight('a')).toBe(0)
      expect(outcome(() => limits.request('a', 1))).toBe('ok')
    })

    test('is one for all addresses of a /64, bans included', () => {
      const { limits } = setUp({ requestWeightPerMinute: 100, connectionsPerFiveMinutes: 2 })
      limits.request('2001:db8:0:1::1', 60)
      limits.request('2001:db8:0:1:ffff::', 40)
      limits.request('2001:db8:0:2::1', 1)
      expect(limits.usedWeight('2001:db8:0:1::2')).toBe(100)
      limits.refund('2001:db8:0:1::3', 10)
      expect(limits.states('2001:db8:0:1::4').map(({ count }) => count)).toEqual([90, 0, 0, 2])
      expect(limits.usedWeight('2001:db8:0:2::2')).toBe(1)
      limits.connection('2001:db8:0:1::5')
      limits.connection('2001:db8:0:1::6')
      expect(outcome(() => limits.connection('2001:db8:0:1::7'))).toMatch(/^429 -1034/)
      // Each from an address of its own.
      for (let i = 0; i < 20; i++) expect(outcome(() => limits.connection(`2001:db8:0:1:${i}::`))).toMatch(/^429/)
      expect(outcome(() => limits.request('2001:db8:0:1::9', 1))).toMatch(/^418/)
      expect(limits.refuses('2001:db8:0:1::10')).toBe(true)
      expect(limits.refuses('2001:db8:0:2::1')).toBe(false)
    })

    test('is given back, but never below nothing', () => {
      const { limits, time } = setUp()
      limits.request('a', 5)
      limits.refund('a', 1)
      expect(limits.usedWeight('a')).toBe(4)
      time.advanceNow(60_000)
      limits.refund('a', 1)
      expect(limits.usedWeight('a')).toBe(0)
    })

    test('who goes on is banned, longer each time, and told until when', () => {
      const { limits, time } = setUp({ requestWeightPerMinute: 10 })
      const hammer = (): string => {
        let last = ''
        for (let i = 0; i < 40 && !last.startsWith('418'); i++) last = outcome(() => limits.request('a', 10))
        return last
      }
      expect(hammer()).toBe('418 -1003 after 120')
      time.advanceNow(60_000)
      expect(outcome(() => limits.request('a', 1))).toBe('418 -1003 after 60')
      expect(outcome(() => limits.request('b', 1))).toBe('ok')
      time.advanceNow(60_000)
      expect(hammer()).toBe('418 -1003 after 240')
    })

    test('without bans it stays at 429', () => {
      const { limits } = setUp({ requestWeightPerMinute: 1, bans: false })
      const seen = new Set(Array.from({ length: 100 }, () => outcome(() => limits.request('a', 1))))
      expect([...seen]).toEqual(['ok', '429 -1003 after 40'])
    })

    test('raw requests have a window of their own', () => {
      const { limits } = setUp({ rawRequestsPerFiveMinutes: 2, bans: false })
      limits.request('a', 1)
      limits.request('a', 1)
      expect(outcome(() => limits.request('a', 1))).toBe('429 -1003 after 100')
    })
  })

  describe('orders', () => {
    test('are counted per account in ten seconds and a day', () => {
      const { limits, time } = setUp({ ordersPerTenSeconds: 2, ordersPerDay: 3 })
      limits.order(1, 1)
      limits.order(1, 1)
      expect(outcome(() => limits.order(1, 1))).toBe('429 -1015 after 10')
      expect(outcome(() => limits.order(2, 2))).toBe('ok')
      expect(limits.orderCounts(1)).toEqual({ tenSeconds: 2, day: 2 })
      time.advanceNow(10_000)
      limits.order(1, 1)
      expect(limits.orderCounts(1)).toEqual({ tenSeconds: 1, day: 3 })
      expect(outcome(() => limits.order(1, 1))).toMatch(/^429 -1015/)
      expect(limits.orderCounts(1)).toEqual({ tenSeconds: 1, day: 3 })
    })

    test('fills lower the count, a maker more, never below nothing', () => {
      const { limits } = setUp()
      limits.order(1, 3)
      limits.filled([{ account: 1, maker: false }], { sequence: 1, session: 1, time: START }, 'here')
      expect(limits.orderCounts(1)).toEqual({ tenSeconds: 2, day: 2 })
      limits.filled([{ account: 1, maker: true }], { sequence: 2, session: 1, time: START }, 'here')
      expect(limits.orderCounts(1)).toEqual({ tenSeconds: 0, day: 0 })
    })
  })

  test('the states name every window with its limit and count', () => {
    const { limits } = setUp()
    limits.request('a', 7)
    limits.order(1, 2)
    expect(limits.states('a', 1)).toEqual([
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000, count: 7 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100, count: 2 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000, count: 2 },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 300_000, count: 1 },
    ])
  })
}
