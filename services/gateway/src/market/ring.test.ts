import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ring } from './ring.ts'

test('a ring holds the last entries, oldest first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 7 }), fc.nat(9), (entries, capacity, limit) => {
      const ring = new Ring<number>(capacity)
      for (const entry of entries) ring.push(entry)
      expect(ring.newest).toBe(entries.at(-1))
      const kept = entries.slice(-capacity)
      expect(ring.last(limit)).toEqual(kept.slice(Math.max(0, kept.length - limit)))
    }),
  )
})
