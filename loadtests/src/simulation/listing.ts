import { OrderType, SelfTradePrevention, type SymbolDefinition } from '@uptick/core'

/** The market that everybody trades in. */
export const market = { symbol: 'BTCUSD', priceDecimals: 2, quantityDecimals: 2 }

export const assets = [
  { code: 'BTC', decimals: 4 },
  { code: 'USD', decimals: 6 },
]

/** Fees that do not divide, so that their rounding shows. */
export const symbol: SymbolDefinition = {
  name: market.symbol,
  base: 'BTC',
  quote: 'USD',
  priceDecimals: market.priceDecimals,
  quantityDecimals: market.quantityDecimals,
  makerFee: 777,
  takerFee: 1_234,
  orderTypes: Object.keys(OrderType),
  selfTradePreventionModes: Object.keys(SelfTradePrevention),
  defaultSelfTradePrevention: 'EXPIRE_MAKER',
  status: 'TRADING',
  filters: {
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
  },
}
