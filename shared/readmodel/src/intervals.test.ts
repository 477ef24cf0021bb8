import { expect, test } from 'vitest'
import { CANDLE_INTERVALS, openTimeOf, stepOpenTime } from './intervals.ts'

const micros = (iso: string): number => Date.parse(iso) * 1000

test.each([
  ['1s', '2024-02-29T13:47:58Z'],
  ['1m', '2024-02-29T13:47:00Z'],
  ['3m', '2024-02-29T13:45:00Z'],
  ['5m', '2024-02-29T13:45:00Z'],
  ['15m', '2024-02-29T13:45:00Z'],
  ['30m', '2024-02-29T13:30:00Z'],
  ['1h', '2024-02-29T13:00:00Z'],
  ['2h', '2024-02-29T12:00:00Z'],
  ['4h', '2024-02-29T12:00:00Z'],
  ['6h', '2024-02-29T12:00:00Z'],
  ['8h', '2024-02-29T08:00:00Z'],
  ['12h', '2024-02-29T12:00:00Z'],
  ['1d', '2024-02-29T00:00:00Z'],
  ['3d', '2024-02-29T00:00:00Z'],
  ['1w', '2024-02-26T00:00:00Z'],
  ['1M', '2024-02-01T00:00:00Z'],
] as const)('%s that contains 2024-02-29 13:47:58.123456 opens at %s', (interval, open) => {
  expect(openTimeOf(interval, micros('2024-02-29T13:47:58Z') + 123_456)).toBe(micros(open))
})

test('each candle begins where the one before it ends, and contains what comes before the next', () => {
  for (const interval of CANDLE_INTERVALS) {
    let open = openTimeOf(interval, micros('2023-12-20T05:06:07Z'))
    for (let i = 0; i < 30; i++) {
      const next = stepOpenTime(interval, open, 1)
      expect(openTimeOf(interval, open)).toBe(open)
      expect(openTimeOf(interval, next - 1)).toBe(open)
      expect(openTimeOf(interval, next)).toBe(next)
      expect(stepOpenTime(interval, next, -1)).toBe(open)
      open = next
    }
  }
})
