import type { SymbolDefinition, SymbolFilters } from '../src/definition.ts'
import { OrderType, SelfTradePrevention } from '../src/enums.ts'

/** Every filter off. */
export const noFilters: SymbolFilters = {
  minPrice: 0,
  maxPrice: 0,
  tickSize: 0,
  minQuantity: 0,
  maxQuantity: 0,
  stepSize: 0,
  marketMinQuantity: 0,
  marketMaxQuantity: 0,
  marketStepSize: 0,
  minNotional: '0',
  maxNotional: '0',
  applyMinToMarket: false,
  applyMaxToMarket: false,
  bidMultiplierUp: 0,
  bidMultiplierDown: 0,
  askMultiplierUp: 0,
  askMultiplierDown: 0,
  averagePriceMinutes: 0,
  maxOrders: 0,
  maxAlgoOrders: 0,
  maxPosition: 0,
}

/** A market that allows everything and charges nothing, unless told. */
export function listing(
  name: string,
  base: string,
  quote: string,
  more: Partial<Omit<SymbolDefinition, 'filters'>> & { filters?: Partial<SymbolFilters> } = {},
): SymbolDefinition {
  return {
    name,
    base,
    quote,
    priceDecimals: 0,
    quantityDecimals: 0,
    makerFee: 0,
    takerFee: 0,
    orderTypes: Object.keys(OrderType),
    selfTradePreventionModes: Object.keys(SelfTradePrevention),
    defaultSelfTradePrevention: 'NONE',
    status: 'TRADING',
    ...more,
    filters: { ...noFilters, ...more.filters },
  }
}
