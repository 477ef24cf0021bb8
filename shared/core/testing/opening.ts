import { SUPPORTED_BEHAVIOURS } from '../src/behaviours.ts'

/** What a new shard begins with: every behaviour is active. */
const newShard = SUPPORTED_BEHAVIOURS.map((behaviour) => `activate ${behaviour}`).join('\n')

/** One market without filters or fees, three traders with funds. Prices and quantities are whole units of the assets. */
export const funded = `
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

/** The same in a new shard. */
export const market = `
  ${newShard}
  ${funded}
`
