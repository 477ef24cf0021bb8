import { OrderType, SelfTradePrevention, type SymbolDefinition, type SymbolFilters } from '@uptick/core'
import { formatShort } from '@uptick/protocol'
import type { Static } from 'typebox'
import type { Asset } from '../engine-link/catalogue.ts'
import { checkFilters } from './check-filters.ts'
import { amountOf, RATE_DECIMALS, rateOf, unitsOf } from './decimals.ts'
import { invalid } from './operator-error.ts'
import type { FiltersBody, SymbolBody } from './schemas.ts'

type Filters = Static<typeof FiltersBody>

const MULTIPLIER_DECIMALS = 4
const FEE_DEFAULT = 1000
/** Filters that are plain whole numbers. */
const COUNTS = new Set(['averagePriceMinutes', 'maxOrders', 'maxAlgoOrders'])
const UNITS_MAX = 9_000_000_000_000_000

/**
 * The full definition of an operator's short form. Defaults: tick and step of one unit, all other filters wide but
 * bounded, the reference price ± a factor of five, 0.1 % fees, all order types. Self-trade prevention is NONE: it acts
 * only when an order asks for it.
 */
export function symbolDefinition(body: Static<typeof SymbolBody>, base: Asset, quote: Asset): SymbolDefinition {
  const { priceDecimals, quantityDecimals } = body
  if (quantityDecimals > base.decimals)
    throw invalid(`quantityDecimals is more than ${base.code} has (${base.decimals})`)
  if (priceDecimals + quantityDecimals > quote.decimals) {
    throw invalid(`priceDecimals + quantityDecimals is more than ${quote.code} has (${quote.decimals})`)
  }
  const definition: SymbolDefinition = {
    name: body.name ?? `${base.code}${quote.code}`,
    base: base.code,
    quote: quote.code,
    priceDecimals,
    quantityDecimals,
    filters: defaultFilters(),
    makerFee: body.makerFee === undefined ? FEE_DEFAULT : rateOf('makerFee', body.makerFee),
    takerFee: body.takerFee === undefined ? FEE_DEFAULT : rateOf('takerFee', body.takerFee),
    orderTypes: body.orderTypes ?? Object.keys(OrderType),
    selfTradePreventionModes: body.selfTradePreventionModes ?? Object.keys(SelfTradePrevention),
    defaultSelfTradePrevention: body.defaultSelfTradePrevention ?? 'NONE',
    status: body.status ?? 'TRADING',
  }
  return { ...definition, filters: changedFilters(definition, quote, body.filters ?? {}) }
}

function defaultFilters(): SymbolFilters {
  return {
    minPrice: 1,
    maxPrice: UNITS_MAX,
    tickSize: 1,
    minQuantity: 1,
    maxQuantity: UNITS_MAX,
    stepSize: 1,
    marketMinQuantity: 0,
    marketMaxQuantity: 0,
    marketStepSize: 0,
    minNotional: '0',
    maxNotional: '0',
    applyMinToMarket: true,
    applyMaxToMarket: false,
    bidMultiplierUp: 50_000,
    bidMultiplierDown: 2000,
    askMultiplierUp: 50_000,
    askMultiplierDown: 2000,
    averagePriceMinutes: 5,
    maxOrders: 200,
    maxAlgoOrders: 5,
    maxPosition: 0,
  }
}

/** The filters of a symbol with an operator's changes; throws INVALID for filters that contradict each other. */
export function changedFilters(symbol: SymbolDefinition, quote: Asset, change: Filters): SymbolFilters {
  const filters: Record<string, unknown> = { ...symbol.filters }
  for (const [name, value] of Object.entries(change)) {
    filters[name] = typeof value === 'string' ? filterUnits(symbol, quote, name, value) : value
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the core judges what is in it
  const changed = filters as unknown as SymbolFilters
  checkFilters(symbol, changed, quote.decimals)
  return changed
}

function filterUnits(symbol: SymbolDefinition, quote: Asset, name: string, text: string): number | string {
  if (name.endsWith('Notional')) return amountOf(name, text, quote.decimals).toString()
  return unitsOf(name, text, filterDecimals(symbol, name))
}

/** Decimals of a filter that is a price, a quantity or a multiplier. */
function filterDecimals({ priceDecimals, quantityDecimals }: SymbolDefinition, name: string): number {
  if (name.includes('Multiplier')) return MULTIPLIER_DECIMALS
  return name.endsWith('Price') || name === 'tickSize' ? priceDecimals : quantityDecimals
}

/** A definition as an operator writes it: prices, quantities, amounts and rates as decimal text. */
export function shownDefinition(definition: SymbolDefinition, quote: Asset): object {
  const filters = Object.entries(definition.filters).map(([name, value]) => [
    name,
    shownFilter(definition, quote, name, value),
  ])
  return {
    ...definition,
    filters: Object.fromEntries(filters),
    makerFee: formatShort(definition.makerFee, RATE_DECIMALS),
    takerFee: formatShort(definition.takerFee, RATE_DECIMALS),
  }
}

function shownFilter(symbol: SymbolDefinition, quote: Asset, name: string, value: unknown): unknown {
  if (typeof value === 'string') return formatShort(BigInt(value), quote.decimals)
  if (typeof value !== 'number' || COUNTS.has(name)) return value
  return formatShort(value, filterDecimals(symbol, name))
}
