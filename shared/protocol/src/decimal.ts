/*
 * Exact decimal text ↔ integers. A value is text times 10^decimals; nothing here goes through a floating-point
 * product, so what a trader writes is what is stored, or it is refused with its reason.
 */

/** Why a text is no value. */
export type DecimalFault = 'not-a-number' | 'negative' | 'precision' | 'overflow'

/** A refused text: a value for the caller to turn into its own error, allocated once for each fault. */
export interface DecimalError {
  readonly fault: DecimalFault
}

const NOT_A_NUMBER: DecimalError = { fault: 'not-a-number' }
const NEGATIVE: DecimalError = { fault: 'negative' }
const PRECISION: DecimalError = { fault: 'precision' }
const OVERFLOW: DecimalError = { fault: 'overflow' }

/** Binance pads to at least this many decimals, whatever the symbol's precision. */
export const SHOWN_DECIMALS_MIN = 8
const TEXT_MAX = 80
const INT64_MAX = 2n ** 63n - 1n
const ZERO = 48
const POINT = 46

/** Position of the point (or the length), or the fault of a text that is not digits with at most one point. */
function scan(text: string): number | DecimalError {
  const { length } = text
  if (length === 0 || length > TEXT_MAX) return NOT_A_NUMBER
  let point = length
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === POINT && point === length) point = i
    else if (code < ZERO || code > ZERO + 9) {
      return i === 0 && code === 45 && typeof scan(text.slice(1)) === 'number' ? NEGATIVE : NOT_A_NUMBER
    }
  }
  return length === 1 && point === 0 ? NOT_A_NUMBER : point
}

/** Whether the text has digits other than 0 past `decimals` places. */
function tooPrecise(text: string, point: number, decimals: number): boolean {
  for (let i = point + 1 + decimals; i < text.length; i++) if (text.charCodeAt(i) !== ZERO) return true
  return false
}

/**
 * Parse decimal text into a safe integer of units of 10^-decimals. Exponents, signs other than `-`, blanks and
 * separators are `not-a-number`; digits past `decimals` must be zeros, else `precision`; past 2^53 − 1 is `overflow`.
 */
export function parseUnits(text: string, decimals: number): number | DecimalError {
  const point = scan(text)
  if (typeof point !== 'number') return point
  if (tooPrecise(text, point, decimals)) return PRECISION
  let value = 0
  for (let i = 0; i < point; i++) {
    value = value * 10 + (text.charCodeAt(i) - ZERO)
    if (value > Number.MAX_SAFE_INTEGER) return OVERFLOW
  }
  for (let i = point + 1; i <= point + decimals; i++) {
    value = value * 10 + (i < text.length ? text.charCodeAt(i) - ZERO : 0)
    if (value > Number.MAX_SAFE_INTEGER) return OVERFLOW
  }
  return value
}

/** As `parseUnits`, for amounts: up to 2^63 − 1. */
export function parseAmount(text: string, decimals: number): bigint | DecimalError {
  const point = scan(text)
  if (typeof point !== 'number') return point
  if (tooPrecise(text, point, decimals)) return PRECISION
  const whole = text.slice(0, point)
  const fraction = text.slice(point + 1, point + 1 + decimals).padEnd(decimals, '0')
  const value = BigInt(`0${whole}${fraction}`)
  return value > INT64_MAX ? OVERFLOW : value
}

/** True for the fault side of a parse. */
export function isDecimalError(value: number | bigint | DecimalError): value is DecimalError {
  return typeof value === 'object'
}

const ZEROS = '0'.repeat(64)

function place(digits: string, decimals: number, shown: number): string {
  const padded = digits.length > decimals ? digits : ZEROS.slice(0, decimals + 1 - digits.length) + digits
  const cut = padded.length - decimals
  const fraction = padded.slice(cut) + (shown > decimals ? ZEROS.slice(0, shown - decimals) : '')
  return fraction === '' ? padded.slice(0, cut) : `${padded.slice(0, cut)}.${fraction}`
}

/** Decimal text of units of 10^-decimals, padded with zeros to `shown` places (never cut). Not for negative units. */
export function formatUnits(units: number, decimals: number, shown: number = SHOWN_DECIMALS_MIN): string {
  if (!Number.isSafeInteger(units) || units < 0) throw new RangeError(`${units} is not a count of units`)
  return place(String(units), decimals, shown)
}

/** As `formatUnits`, for 64-bit amounts, which may be negative (a withdrawal's delta). */
export function formatAmount(amount: bigint, decimals: number, shown: number = SHOWN_DECIMALS_MIN): string {
  return amount < 0n ? `-${place(String(-amount), decimals, shown)}` : place(String(amount), decimals, shown)
}

/** Decimal text without needless zeros: `0.01`, `1`. For messages to people. */
export function formatShort(units: number | bigint, decimals: number): string {
  const text = formatAmount(BigInt(units), decimals, 0)
  return decimals === 0 ? text : text.replace(/\.?0+$/, '')
}
