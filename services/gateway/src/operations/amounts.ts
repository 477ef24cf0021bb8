import { PublicErrors, filterText, isDecimalError, parseUnits, publicError } from '@uptick/protocol'
import type { Params } from './params.ts'
import { illegal } from './params.ts'

const DECIMAL_RANGE = '^([0-9]{1,20})(\\.[0-9]{1,20})?$'
const DECIMAL = /^[0-9]{1,20}(\.[0-9]{1,20})?$/
/** Decimals that every trader may write, whatever the symbol has: finer ones are too precise, not off the filter. */
const WRITTEN_DECIMALS_MIN = 8

/**
 * A decimal parameter in units of 10^-`decimals`; absent is `undefined`. What the symbol cannot express fails as its
 * `filter` would: -1013, or -1111 when it has more digits than anybody's.
 */
export function units(params: Params, name: string, decimals: number, filter: string): number | undefined {
  const text = params.text(name)
  if (text === undefined) return undefined
  if (!DECIMAL.test(text)) throw illegal(name, DECIMAL_RANGE)
  const value = parseUnits(text, decimals)
  if (!isDecimalError(value)) return value
  if (value.fault === 'precision' && fractionDigits(text) > Math.max(decimals, WRITTEN_DECIMALS_MIN)) {
    throw publicError(PublicErrors.TOO_MUCH_PRECISION, name)
  }
  throw publicError(PublicErrors.INVALID_MESSAGE, filterText(filter))
}

function fractionDigits(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.replace(/0+$/, '').length - point - 1
}
