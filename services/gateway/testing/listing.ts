import type { Catalogue as Listing, SymbolDefinition } from '@uptick/core'
import { Catalogue } from '../src/engine-link/catalogue.ts'
import { symbolDefinition } from '../src/operator/listing.ts'

const assets = [
  { id: 0, code: 'BTC', decimals: 8 },
  { id: 1, code: 'USDT', decimals: 8 },
]

/** BTCUSDT with two price and five quantity decimals, fees of 0.1 %, and the operator's defaults. */
export function testListing(change: Partial<SymbolDefinition> = {}): Listing {
  const [base, quote] = assets as [(typeof assets)[0], (typeof assets)[0]]
  const body = { base: 'BTC', quote: 'USDT', priceDecimals: 2, quantityDecimals: 5 }
  return { assets, symbols: [{ id: 0, ...symbolDefinition(body, base, quote), ...change }], behaviours: [] }
}

export function testCatalogue(change?: Partial<SymbolDefinition>): Catalogue {
  const catalogue = new Catalogue()
  catalogue.replace(testListing(change))
  return catalogue
}
