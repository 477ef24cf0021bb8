import { isDecimalError, parseAmount, parseUnits } from '@uptick/protocol'
import { invalid } from './operator-error.ts'

const WHY = {
  'not-a-number': 'is not a decimal number',
  negative: 'is negative',
  precision: 'has too many decimals',
  overflow: 'is too large',
} as const

/** Decimal text as units of 10^-decimals, a safe integer. */
export function unitsOf(name: string, text: string, decimals: number): number {
  const value = parseUnits(text, decimals)
  if (isDecimalError(value)) throw invalid(`${name} ${WHY[value.fault]} (${decimals} decimals at most)`)
  return value
}

/** Decimal text as an amount of 10^-decimals. */
export function amountOf(name: string, text: string, decimals: number): bigint {
  const value = parseAmount(text, decimals)
  if (isDecimalError(value)) throw invalid(`${name} ${WHY[value.fault]} (${decimals} decimals at most)`)
  return value
}

/** Of fee rates. */
export const RATE_DECIMALS = 6

/** A fee rate (0.001 is 0.1 %) in millionths. */
export function rateOf(name: string, text: string): number {
  const rate = unitsOf(name, text, RATE_DECIMALS)
  if (rate > 1_000_000) throw invalid(`${name} is more than everything`)
  return rate
}
