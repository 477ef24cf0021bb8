import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addToWords, Amount, AMOUNT_MAX, AMOUNT_UNIT, RATE_UNIT } from './amount.ts'
import { floorToStep, unitsWithin } from './lot.ts'
import { amountAt } from './word.ts'

// Words and doubles against bigint, with the edges drawn as often as the middle.

const safe = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER),
  fc.tuple(fc.nat(53), fc.integer({ min: -3, max: 3 })).map(([bits, away]) => {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, 2 ** bits + away))
  }),
)
const UNIT = BigInt(AMOUNT_UNIT)
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: AMOUNT_MAX }),
  fc.bigInt({ min: 0n, max: AMOUNT_MAX / UNIT }).map((high) => high * UNIT),
  fc.bigInt({ min: 1n, max: AMOUNT_MAX / UNIT }).map((high) => high * UNIT - 1n),
  fc.constantFrom(0n, 1n, UNIT, UNIT - 1n, AMOUNT_MAX, AMOUNT_MAX - 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n),
)
const power = fc.nat(18).map((exponent) => 10 ** exponent)

function amountOf(value: bigint): Amount {
  const register = new Amount()
  register.setBig(value)
  return register
}

const runs = { numRuns: 3000 }

test('integers and bigints go in and come out', () => {
  fc.assert(
    fc.property(safe, amount, (integer, value) => {
      const register = new Amount()
      register.setInteger(integer)
      expect(register.toBigInt()).toBe(BigInt(integer))
      expect(amountOf(value).toBigInt()).toBe(value)
    }),
    runs,
  )
})

test('a product is exact up to 2^62 and refused above', () => {
  const near = fc.tuple(safe, power, fc.integer({ min: -2, max: 2 })).map(([a, c, away]) => {
    const b = a === 0 ? 1n : AMOUNT_MAX / (BigInt(a) * BigInt(c)) + BigInt(away)
    const bounded = b < 0n ? 0n : b > BigInt(Number.MAX_SAFE_INTEGER) ? BigInt(Number.MAX_SAFE_INTEGER) : b
    return [a, Number(bounded), c] as const
  })
  fc.assert(
    fc.property(fc.oneof(fc.tuple(safe, safe, power), near), ([a, b, c]) => {
      const register = new Amount()
      const product = BigInt(a) * BigInt(b) * BigInt(c)
      const fits = product <= AMOUNT_MAX
      expect(register.setProduct(a, b, c)).toBe(fits)
      expect(register.toBigInt()).toBe(fits ? product : 0n)
    }),
    runs,
  )
})

test('sums and differences carry and borrow', () => {
  const half = fc.oneof(
    amount.map((value) => value / 2n),
    amount.filter((value) => value <= AMOUNT_MAX / 2n),
  )
  fc.assert(
    fc.property(half, half, safe, (a, b, integer) => {
      const sum = amountOf(a)
      sum.add(amountOf(b))
      expect(sum.toBigInt()).toBe(a + b)
      sum.subtract(amountOf(b))
      expect(sum.toBigInt()).toBe(a)
      const more = amountOf(a)
      more.addInteger(integer % AMOUNT_UNIT)
      expect(more.toBigInt()).toBe(a + BigInt(integer % AMOUNT_UNIT))
      const words = new Int32Array(4)
      amountOf(a).store(words, 2)
      expect(amountAt(words, 2)).toBe(a)
      addToWords(words, 2, amountOf(b).low | 0, amountOf(b).upperWord())
      expect(amountAt(words, 2)).toBe(a + b)
    }),
    runs,
  )
})

test('comparisons', () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      expect(amountOf(a).isGreater(amountOf(b))).toBe(a > b)
      expect(amountOf(a).isZero()).toBe(a === 0n)
    }),
    runs,
  )
})

/** millionths / 10^6, half to even or down. */
function feeOf(value: bigint, rate: number, halfEven: boolean): bigint {
  const millionths = value * BigInt(rate)
  const unit = BigInt(RATE_UNIT)
  const down = millionths / unit
  const twice = (millionths % unit) * 2n
  const up = halfEven && (twice > unit || (twice === unit && down % 2n === 1n))
  return up ? down + 1n : down
}

test('fees are exact for every amount and rate, ties to even', () => {
  const rate = fc.oneof(fc.nat(RATE_UNIT), fc.constantFrom(0, 1, 500_000, 999_999, RATE_UNIT))
  const tie = fc.bigInt({ min: 0n, max: 2n ** 61n }).map((value) => value - (value % 1_000_000n) + 500_000n)
  fc.assert(
    fc.property(fc.oneof(amount, tie), rate, fc.boolean(), (value, millionths, halfEven) => {
      const fee = new Amount()
      fee.setFee(amountOf(value), millionths, halfEven)
      expect(fee.toBigInt()).toBe(feeOf(value, millionths, halfEven))
    }),
    { numRuns: 10_000 },
  )
})

test('lots: whole units within a budget, floored to a step', () => {
  fc.assert(
    fc.property(safe, safe, fc.integer({ min: 1, max: 2 ** 40 }), (budget, price, step) => {
      const unit = Math.max(1, price)
      const units = unitsWithin(budget, unit)
      expect(BigInt(units)).toBe(BigInt(budget) / BigInt(unit))
      expect(BigInt(floorToStep(budget, step))).toBe(BigInt(budget) - (BigInt(budget) % BigInt(step)))
    }),
    runs,
  )
})
