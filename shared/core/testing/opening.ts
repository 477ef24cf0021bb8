/** One market without filters or fees, three traders with funds. Prices and quantities are whole units of the assets. */
export const market = `
  asset BTC
  asset USD
  market BTCUSD BTC USD
  account alice
  account bob
  account carol
  deposit alice BTC 1000
  deposit alice USD 100000
  deposit bob BTC 1000
  deposit bob USD 100000
  deposit carol BTC 1000
  deposit carol USD 100000
`
