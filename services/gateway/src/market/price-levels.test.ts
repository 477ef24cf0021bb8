import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PriceLevels } from './price-levels.ts'

const change = fc.record({ price: fc.integer({ min: 1, max: 2000 }), quantity: fc.integer({ min: 0, max: 5 }) })

describe('price levels', () => {
  test.each([
    ['asks', 1],
    ['bids', -1],
  ] as const)('of %s equal a sorted map', (_side, direction) => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 3000 }), fc.integer({ min: 0, max: 30 }), (changes, limit) => {
        const levels = new PriceLevels(direction)
        const naive = new Map<number, number>()
        for (const { price, quantity } of changes) {
          levels.set(price, quantity)
          if (quantity === 0) naive.delete(price)
          else naive.set(price, quantity)
        }
        const sorted = [...naive].toSorted(([a], [b]) => (a - b) * direction)
        expect(levels.size).toBe(sorted.length)
        expect(levels.top(0)).toEqual(sorted)
        expect(levels.top(limit)).toEqual(limit === 0 ? sorted : sorted.slice(0, limit))
        expect(levels.bestPrice).toBe(sorted[0]?.[0] ?? 0)
        expect(levels.bestQuantity).toBe(sorted[0]?.[1] ?? 0)
      }),
      { numRuns: 60 },
    )
  })

  test('stay sorted and fast when a hundred thousand are set and removed in any order', () => {
    const levels = new PriceLevels(1)
    const count = 100_000
    // 7919 is prime and no divisor of the count: every price once, far apart from the one before.
    for (let i = 0; i < count; i++) levels.set(1 + ((i * 7919) % count), 1)
    expect(levels.size).toBe(count)
    expect(levels.top(3).map(([price]) => price)).toEqual([1, 2, 3])
    for (let i = 0; i < count; i++) if (i % 2 === 0) levels.set(1 + ((i * 7919) % count), 0)
    expect(levels.size).toBe(count / 2)
    const prices = levels.top(0).map(([price]) => price)
    expect(prices.every((price, i) => i === 0 || price > prices[i - 1]!)).toBe(true)
  })
})
