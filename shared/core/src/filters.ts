import { Amount } from './amount.ts'
import type { SymbolFilters } from './definition.ts'
import { Side } from './enums.ts'
import { Reject, type RejectCode } from './reject.ts'

// As constants of this module: only those are compiled into the code.
const { BUY } = Side
const {
  FILTER_PRICE,
  NONE: ACCEPTED,
  FILTER_LOT_SIZE,
  FILTER_MARKET_LOT_SIZE,
  FILTER_PERCENT_PRICE_BY_SIDE,
  FILTER_NOTIONAL,
} = Reject

/** Multipliers of the percent-price filter are in 1/10,000. */
const MULTIPLIER_UNIT = 10_000

/** The filters of a symbol, prepared for checks. A bound of 0 is off. */
export class Filters {
  readonly definition: SymbolFilters
  /** A market order's fills are floored to this step when money bounds them. */
  readonly marketStep: number
  /** The least quantity that is a multiple of both steps. */
  readonly bothSteps: number
  readonly hasNotional: boolean
  readonly #minNotional = new Amount()
  readonly #maxNotional = new Amount()

  constructor(definition: SymbolFilters) {
    this.definition = definition
    this.marketStep = definition.marketStepSize || definition.stepSize || 1
    this.bothSteps = leastMultiple(definition.marketStepSize || 1, definition.stepSize || 1)
    this.#minNotional.setBig(BigInt(definition.minNotional))
    this.#maxNotional.setBig(BigInt(definition.maxNotional))
    this.hasNotional = !this.#minNotional.isZero() || !this.#maxNotional.isZero()
  }

  /** PRICE_FILTER for a price or a stop price. */
  price(price: number): RejectCode {
    const { minPrice, maxPrice, tickSize } = this.definition
    return outside(price, minPrice, maxPrice, tickSize) ? FILTER_PRICE : ACCEPTED
  }

  /** LOT_SIZE. */
  lot(quantity: number): RejectCode {
    const { minQuantity, maxQuantity, stepSize } = this.definition
    return outside(quantity, minQuantity, maxQuantity, stepSize) ? FILTER_LOT_SIZE : ACCEPTED
  }

  /** MARKET_LOT_SIZE. */
  marketLot(quantity: number): RejectCode {
    const { marketMinQuantity, marketMaxQuantity, marketStepSize } = this.definition
    return outside(quantity, marketMinQuantity, marketMaxQuantity, marketStepSize) ? FILTER_MARKET_LOT_SIZE : ACCEPTED
  }

  /** Does PERCENT_PRICE_BY_SIDE check orders of this side at all? */
  hasPercent(side: Side): boolean {
    const f = this.definition
    return side === BUY
      ? f.bidMultiplierUp !== 0 || f.bidMultiplierDown !== 0
      : f.askMultiplierUp !== 0 || f.askMultiplierDown !== 0
  }

  /** PERCENT_PRICE_BY_SIDE against a reference price; 0 (none yet) passes. */
  percent(side: Side, price: number, reference: number): RejectCode {
    if (reference === 0) return ACCEPTED
    const f = this.definition
    const up = side === BUY ? f.bidMultiplierUp : f.askMultiplierUp
    const down = side === BUY ? f.bidMultiplierDown : f.askMultiplierDown
    if (up !== 0 && price > scaled(reference, up, 0)) return FILTER_PERCENT_PRICE_BY_SIDE
    if (down !== 0 && price < scaled(reference, down, MULTIPLIER_UNIT - 1)) return FILTER_PERCENT_PRICE_BY_SIDE
    return ACCEPTED
  }

  /** Does NOTIONAL apply to market orders? */
  hasMarketNotional(): boolean {
    const { applyMinToMarket, applyMaxToMarket } = this.definition
    return (applyMinToMarket && !this.#minNotional.isZero()) || (applyMaxToMarket && !this.#maxNotional.isZero())
  }

  /** NOTIONAL; `fits` is false when the notional exceeds 2^62 (`notional` is then invalid). */
  notional(notional: Amount, fits: boolean, isMarket: boolean): RejectCode {
    if (!this.hasNotional) return ACCEPTED
    const { applyMinToMarket, applyMaxToMarket } = this.definition
    const min = (!isMarket || applyMinToMarket) && !this.#minNotional.isZero()
    const max = (!isMarket || applyMaxToMarket) && !this.#maxNotional.isZero()
    if (min && fits && this.#minNotional.isGreater(notional)) return FILTER_NOTIONAL
    if (max && (!fits || notional.isGreater(this.#maxNotional))) return FILTER_NOTIONAL
    return ACCEPTED
  }
}

/** Least common multiple; the largest safe integer when it would exceed that. */
function leastMultiple(a: number, b: number): number {
  let [divisor, rest] = [a, b]
  while (rest !== 0) [divisor, rest] = [rest, divisor % rest]
  const multiple = BigInt(a / divisor) * BigInt(b)
  return Number(multiple > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : multiple)
}

function outside(value: number, min: number, max: number, step: number): boolean {
  if (value < min || (max !== 0 && value > max)) return true
  return step > 1 && !isMultiple(value, step)
}

/** Exact for safe integers: a quotient that is no integer cannot multiply back to the value. */
export function isMultiple(value: number, step: number): boolean {
  return Math.floor(value / step) * step === value
}

/** (reference × multiplier + round) / 10,000 rounded down; Infinity where it is past every price. */
function scaled(reference: number, multiplier: number, round: number): number {
  const whole = Math.floor(reference / MULTIPLIER_UNIT)
  const part = reference - whole * MULTIPLIER_UNIT
  const high = whole * multiplier
  if (high > Number.MAX_SAFE_INTEGER) return Number.POSITIVE_INFINITY
  return high + Math.floor((part * multiplier + round) / MULTIPLIER_UNIT)
}
