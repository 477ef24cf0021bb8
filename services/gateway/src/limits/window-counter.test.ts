import { expect, test } from 'vitest'
import { COUNTED_MAX, WindowCounter } from './window-counter.ts'

const MINUTE = 60_000_000

test('past the bound on addresses only the first one starts again from 0', () => {
  const counter = new WindowCounter<string>(MINUTE)
  counter.add('first', 5, 0)
  counter.add('second', 6, 0)
  for (let n = 2; n < COUNTED_MAX + 1; n++) counter.add(`stranger ${n}`, 1, 0)
  expect([counter.get('first', 0), counter.get('second', 0)]).toEqual([0, 6])
  expect(counter.add('second', 1, 0)).toBe(7)
  expect(counter.get(`stranger ${COUNTED_MAX}`, 0)).toBe(1)
})
