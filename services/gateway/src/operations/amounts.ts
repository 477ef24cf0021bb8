import { PublicErrors, filterText, formatShort, isDecimalError, parseUnits, publicError } from '@uptick/protocol'
import { illegal, type Params } from '../params/params.ts'

const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
const DECIMAL = /^[0-9]{1,20}(\.[0-9]{1,20})?$/
/** Decimals that every trader may write, whatever the symbol has: finer values fail by precision, not by a filter. */
const WRITTEN_DECIMALS_MIN = 8

/**
 * A price or a quantity in units of 10^-`decimals`; `undefined` when absent. A value that the symbol cannot express
 * fails as its `filter` would, whose shown maximum is never above 2^53 − 1 units: -1013, or -1111 when it has more
 * digits than any symbol.
 */
export function units(params: Params, name: string, decimals: number, filter: string): number | undefined {
  const text = decimalText(params, name)
  if (text === undefined) return undefined
  const value = parseUnits(text, decimals)
  if (!isDecimalError(value)) return value
  if (value.fault === 'precision' && fractionDigits(text) > Math.max(decimals, WRITTEN_DECIMALS_MIN)) {
    throw publicError(PublicErrors.TOO_MUCH_PRECISION, name)
  }
  throw publicError(PublicErrors.INVALID_MESSAGE, filterText(filter))
}

/**
 * A quantity of the quote asset in its units; `undefined` when absent. No filter bounds it as narrowly as the 2^53 − 1
 * units that are possible. So a larger value is -1108, which names the bound, and more digits than the asset has are
 * -1111.
 */
export function quoteUnits(params: Params, name: string, decimals: number): number | undefined {
  const text = decimalText(params, name)
  if (text === undefined) return undefined
  const value = parseUnits(text, decimals)
  if (!isDecimalError(value)) return value
  if (value.fault === 'precision') throw publicError(PublicErrors.TOO_MUCH_PRECISION, name)
  throw publicError(PublicErrors.PARAMETER_OVERFLOW, name, formatShort(Number.MAX_SAFE_INTEGER, decimals))
}

function decimalText(params: Params, name: string): string | undefined {
  const text = params.text(name)
  if (text !== undefined && !DECIMAL.test(text)) throw illegal(name, DECIMAL_RANGE)
  return text
}

function fractionDigits(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.replace(/0+$/, '').length - point - 1
}
