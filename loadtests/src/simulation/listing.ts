import { listing } from '@uptick/core/testing'

/** The market that all traders trade in. */
export const market = { symbol: 'BTCUSD', priceDecimals: 2, quantityDecimals: 2 }

export const assets = [
  { code: 'BTC', decimals: 4 },
  { code: 'USD', decimals: 6 },
]

/** Fees that do not divide evenly, so that their rounding shows. */
export const symbol = listing(market.symbol, 'BTC', 'USD', {
  priceDecimals: market.priceDecimals,
  quantityDecimals: market.quantityDecimals,
  makerFee: 777,
  takerFee: 1_234,
  defaultSelfTradePrevention: 'EXPIRE_MAKER',
})
