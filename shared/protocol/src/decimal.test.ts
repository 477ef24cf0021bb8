import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAmount, formatShort, formatUnits, isDecimalError, parseAmount, parseUnits } from './decimal.ts'

function exact(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  return BigInt(whole + fraction.padEnd(decimals, '0'))
}

test.each([
  ['0', 2, 0],
  ['1', 0, 1],
  ['1.', 2, 100],
  ['.5', 2, 50],
  ['0.01000000', 2, 1],
  ['00012.30', 2, 1230],
  ['90071992547409.91', 2, Number.MAX_SAFE_INTEGER],
  ['90071992547409.92', 2, 'overflow'],
  ['9007199254740992', 0, 'overflow'],
  ['1'.repeat(81), 0, 'not-a-number'],
  ['0.001', 2, 'precision'],
  ['1.5', 0, 'precision'],
  ['-1', 2, 'negative'],
  ['-0.5', 2, 'negative'],
  ['--1', 2, 'not-a-number'],
  ['-', 2, 'not-a-number'],
  ['+1', 2, 'not-a-number'],
  ['1e-7', 8, 'not-a-number'],
  ['1E5', 8, 'not-a-number'],
  ['', 2, 'not-a-number'],
  ['.', 2, 'not-a-number'],
  ['1.2.3', 2, 'not-a-number'],
  ['1,000', 2, 'not-a-number'],
  [' 1', 2, 'not-a-number'],
  ['0x10', 2, 'not-a-number'],
  ['NaN', 2, 'not-a-number'],
  ['Infinity', 2, 'not-a-number'],
  ['٣', 2, 'not-a-number'],
] as const)('%s with %i decimals is %s', (text, decimals, expected) => {
  const isValue = typeof expected === 'number'
  expect(parseUnits(text, decimals)).toEqual(isValue ? expected : { fault: expected })
  // Amounts hold more: what overflows 53 bits is a value there.
  const amount = isValue ? BigInt(expected) : expected === 'overflow' ? exact(text, decimals) : { fault: expected }
  expect(parseAmount(text, decimals)).toEqual(amount)
})

test('units come back from their text at any scale, padded or not', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(18), fc.nat(20), (units, decimals, shown) => {
      expect(parseUnits(formatUnits(units, decimals, shown), decimals)).toBe(units)
      expect(parseUnits(formatShort(units, decimals), decimals)).toBe(units)
    }),
  )
})

test('amounts of 64 bits come back from their text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.nat(18), (amount, decimals) => {
      expect(parseAmount(formatAmount(amount, decimals), decimals)).toBe(amount)
      expect(formatAmount(-amount, decimals)).toBe(
        amount === 0n ? formatAmount(0n, decimals) : `-${formatAmount(amount, decimals)}`,
      )
    }),
  )
  expect(parseAmount('9223372036854775808', 0)).toEqual({ fault: 'overflow' })
  expect(parseAmount('9223372036854775807', 0)).toBe(2n ** 63n - 1n)
})

test('any text is a value or a fault, and both parsers agree', () => {
  const texts = fc.oneof(fc.string(), fc.stringMatching(/^-?[0-9]{0,12}\.?[0-9]{0,12}$/))
  fc.assert(
    fc.property(texts, fc.nat(12), (text, decimals) => {
      const units = parseUnits(text, decimals)
      const amount = parseAmount(text, decimals)
      const agree = isDecimalError(units) ? units.fault === 'overflow' || amount === units : amount === BigInt(units)
      expect(agree).toBe(true)
    }),
  )
})

test.each([
  [1, 2, '0.01000000'],
  [0, 2, '0.00000000'],
  [6_500_000, 2, '65000.00000000'],
  [7, 0, '7.00000000'],
  [1, 10, '0.0000000001'],
  [12_345_678_901, 10, '1.2345678901'],
])('%i units of %i decimals show as %s', (units, decimals, text) => {
  expect(formatUnits(units, decimals)).toBe(text)
})

test('what is no count of units is a bug, not a text', () => {
  for (const bad of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => formatUnits(bad, 2)).toThrow(RangeError)
  expect(formatShort(150n, 2)).toBe('1.5')
  expect(formatShort(100, 2)).toBe('1')
  expect(formatShort(100, 0)).toBe('100')
})
