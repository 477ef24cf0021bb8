import { describe, expect, test } from 'vitest'
import { markets } from '../listing.ts'
import { ladder, PriceWalk, seededRandom } from './quotes.ts'

describe('the quotes of the market maker', () => {
  test.each(markets.map((market) => [market.base + market.quote, market] as const))(
    '%s never cross',
    (_name, market) => {
      const random = seededRandom(7)
      const walk = new PriceWalk(market.startPrice, market.startPrice, random)
      for (let round = 0; round < 300; round++) {
        const quotes = ladder(market, walk.step(), 8, random)
        const prices = (side: string): number[] =>
          quotes.filter((quote) => quote.side === side).map(({ price }) => Number(price))
        expect(Math.max(...prices('BUY'))).toBeLessThan(Math.min(...prices('SELL')))
        for (const { price, quantity } of quotes) {
          expect(price.split('.')[1]).toHaveLength(market.priceDecimals)
          expect(Number(price) * Number(quantity)).toBeGreaterThan(Number(market.filters.minNotional))
        }
      }
    },
  )

  test('the price wanders, and comes back', () => {
    const walk = new PriceWalk(100, 250, seededRandom(1))
    let price = 0
    for (let round = 0; round < 5_000; round++) price = walk.step()
    expect(price).toBeGreaterThan(70)
    expect(price).toBeLessThan(140)
  })
})
