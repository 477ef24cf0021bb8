/** Exact decimal text of `units` of 10^-decimals. */
export function decimalText(units: bigint | number, decimals: number): string {
  const digits = units.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

/** The exact value of decimal text in units of 10^-decimals. @throws Error when it has more decimals than that */
export function unitsOf(text: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = text.split('.')
  if (!/^0*$/.test(fraction.slice(decimals))) throw new Error(`${text} is finer than ${decimals} decimals`)
  return BigInt(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
}
