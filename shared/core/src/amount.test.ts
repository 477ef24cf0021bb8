import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addTo, Amount, AMOUNT_MAX, RATE_UNIT, subtractFrom } from './amount.ts'
import { floorToStep, unitsWithin } from './lot.ts'

// Words and doubles against bigint, with the edges drawn as often as the middle.

const safe = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 52, Number.MAX_SAFE_INTEGER),
  fc.tuple(fc.nat(53), fc.integer({ min: -3, max: 3 })).map(([bits, away]) => {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, 2 ** bits + away))
  }),
)
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: AMOUNT_MAX }),
  fc.constantFrom(0n, 1n, AMOUNT_MAX, AMOUNT_MAX - 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n),
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
      expect(amountOf(-value).toBigInt()).toBe(-value)
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
  const half = amount.map((value) => value / 2n)
  fc.assert(
    fc.property(half, half, safe, (a, b, integer) => {
      const sum = amountOf(a)
      sum.add(amountOf(b))
      expect(sum.toBigInt()).toBe(a + b)
      const less = amountOf(a)
      less.subtract(amountOf(b))
      expect(less.toBigInt()).toBe(a - b)
      const more = amountOf(a)
      more.addInteger(integer)
      expect(more.toBigInt()).toBe(a + BigInt(integer))
      const words = new Int32Array(4)
      amountOf(a).store(words, 2)
      addTo(words, 2, amountOf(b))
      const loaded = new Amount()
      loaded.load(words, 2)
      expect(loaded.toBigInt()).toBe(a + b)
      subtractFrom(words, 2, amountOf(b))
      loaded.load(words, 2)
      expect(loaded.toBigInt()).toBe(a)
    }),
    runs,
  )
})

test('comparisons', () => {
  fc.assert(
    fc.property(amount, amount, (a, b) => {
      const words = new Int32Array(2)
      amountOf(b).store(words, 0)
      expect(amountOf(a).exceeds(words, 0)).toBe(a > b)
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
