import { type DecimalError, formatShort, isDecimalError, parseAmount, parseUnits } from '@uptick/protocol'
import { invalid, type OperatorError } from './operator-error.ts'

const AMOUNT_MAX = 2n ** 63n - 1n

/** Decimal text as units of 10^-decimals, a safe integer. */
export function unitsOf(name: string, text: string, decimals: number): number {
  const value = parseUnits(text, decimals)
  if (isDecimalError(value)) throw faulty(name, value, decimals, Number.MAX_SAFE_INTEGER)
  return value
}

/** Decimal text as an amount of 10^-decimals. */
export function amountOf(name: string, text: string, decimals: number): bigint {
  const value = parseAmount(text, decimals)
  if (isDecimalError(value)) throw faulty(name, value, decimals, AMOUNT_MAX)
  return value
}

function faulty(name: string, { fault }: DecimalError, decimals: number, most: number | bigint): OperatorError {
  const why = {
    'not-a-number': 'is not a decimal number',
    negative: 'is negative',
    precision: `has more than ${decimals} decimals`,
    overflow: `is more than ${formatShort(most, decimals)}`,
  }
  return invalid(`${name} ${why[fault]}`)
}

/** Decimals of fee rates. */
export const RATE_DECIMALS = 6

/** A fee rate (0.001 is 0.1 %) in millionths. */
export function rateOf(name: string, text: string): number {
  const rate = unitsOf(name, text, RATE_DECIMALS)
  if (rate > 1_000_000) throw invalid(`${name} is more than everything`)
  return rate
}
