import type { SymbolDefinition, SymbolFilters } from '@uptick/core'
import { invalid } from './operator-error.ts'

/** The core's own bound on a notional. */
const NOTIONAL_MAX = 2n ** 62n

/** The values that a filter allows; `most` and `step` in units. A bound that is off is as wide as numbers are. */
interface Range {
  readonly least: number
  readonly most: number
  readonly step: number
}

/**
 * Refuse filters that contradict each other, so that no order, or none of one side or type, could ever pass them. The
 * error names the wrong filters. A bound of 0 is off.
 *
 * @param quoteDecimals of the quote asset, in whose units notionals are
 * @throws OperatorError
 */
export function checkFilters(
  { priceDecimals, quantityDecimals }: Pick<SymbolDefinition, 'priceDecimals' | 'quantityDecimals'>,
  filters: SymbolFilters,
  quoteDecimals: number,
): void {
  const f = filters
  const prices = rangeOf(f.minPrice, f.maxPrice, f.tickSize)
  checkRange(prices, 'price', ['minPrice', 'maxPrice', 'tickSize'])
  const lots = rangeOf(f.minQuantity, f.maxQuantity, f.stepSize)
  checkRange(lots, 'quantity', ['minQuantity', 'maxQuantity', 'stepSize'])
  const marketLots = rangeOf(f.marketMinQuantity, f.marketMaxQuantity, f.marketStepSize)
  checkRange(marketLots, 'quantity', ['marketMinQuantity', 'marketMaxQuantity', 'marketStepSize'])
  const both = intersection(lots, marketLots)
  if (firstOf(both) > BigInt(both.most)) {
    throw invalid('no market order can keep to minQuantity, maxQuantity and stepSize and to their market counterparts')
  }
  const position = f.maxPosition
  if (position !== 0 && firstOf(lots) > BigInt(position)) {
    throw invalid('maxPosition is less than the least quantity: no account could buy')
  }
  const unit = 10n ** BigInt(quoteDecimals - priceDecimals - quantityDecimals)
  checkNotional(f, firstOf(prices) * firstOf(lots) * unit, BigInt(prices.most) * BigInt(lots.most) * unit)
  checkMultipliers('bid', f.bidMultiplierDown, f.bidMultiplierUp)
  checkMultipliers('ask', f.askMultiplierDown, f.askMultiplierUp)
}

function rangeOf(least: number, most: number, step: number): Range {
  return { least: Math.max(least, 1), most: most === 0 ? Number.MAX_SAFE_INTEGER : most, step: Math.max(step, 1) }
}

function intersection(a: Range, b: Range): Range {
  const step = leastMultiple(BigInt(a.step), BigInt(b.step))
  return { least: Math.max(a.least, b.least), most: Math.min(a.most, b.most), step: Number(step) }
}

/** The first multiple of the step that is not below the least. */
function firstOf({ least, step }: Range): bigint {
  const unit = BigInt(step)
  return ((BigInt(least) + unit - 1n) / unit) * unit
}

function checkRange(range: Range, what: string, [min, max, step]: readonly [string, string, string]): void {
  if (range.least > range.most) throw invalid(`${min} is more than ${max}: no ${what} could pass`)
  if (firstOf(range) > BigInt(range.most)) {
    throw invalid(`no multiple of ${step} lies between ${min} and ${max}: no ${what} could pass`)
  }
}

/** `least` and `most`: bounds on the product of the prices and quantities that pass. */
function checkNotional({ minNotional, maxNotional }: SymbolFilters, least: bigint, most: bigint): void {
  const [min, max] = [BigInt(minNotional), BigInt(maxNotional) || NOTIONAL_MAX]
  if (min > max) throw invalid('minNotional is more than maxNotional, or than a notional can be: no order could pass')
  if (min > most) throw invalid('minNotional is more than maxPrice × maxQuantity: no order could pass')
  if (least > max) throw invalid('the least price × the least quantity is more than maxNotional: no order could pass')
}

function checkMultipliers(side: 'bid' | 'ask', down: number, up: number): void {
  if (up === 0 || down <= up) return
  throw invalid(`${side}MultiplierDown is more than ${side}MultiplierUp: no price could pass`)
}

function leastMultiple(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [a, b]
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest]
  return (a / divisor) * b
}
