import { describe, expect, test } from 'vitest'
import { markets } from '@uptick/demo'
import { seededRandom } from '@uptick/runtime/testing'
import { ladder, othersIn, PriceWalk, type Levels } from './quotes.ts'

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

  const [market] = markets
  const pricesOf = (quotes: ReturnType<typeof ladder>, side: string): number[] =>
    quotes.filter((quote) => quote.side === side).map(({ price }) => Number(price))

  test.each([
    ['a bid above the middle', { bid: 70_000, ask: undefined }, [59_988, 70_012]],
    ['an ask below the middle', { bid: undefined, ask: 50_000 }, [49_988, 60_012]],
    ['both', { bid: 61_000, ask: 61_001 }, [59_988, 61_012]],
    ['neither', { bid: 59_999, ask: 60_001 }, [59_988, 60_012]],
  ])('both sides are quoted beside %s, and neither meets it', (_what, others, [bid, ask]) => {
    const quotes = ladder(market, 60_000, 8, seededRandom(3), others)
    const [buys, sells] = [pricesOf(quotes, 'BUY'), pricesOf(quotes, 'SELL')]
    expect([buys.length, sells.length]).toEqual([8, 8])
    expect([Math.max(...buys), Math.min(...sells)]).toEqual([bid, ask])
  })

  test('at the end of the prices there is less to quote', () => {
    const quotes = ladder(market, 60_000, 8, seededRandom(3), { bid: 999_970, ask: undefined })
    expect(pricesOf(quotes, 'SELL')).toEqual([999_982, 999_994])
  })

  test('what is its own in the book is not that of others', () => {
    const bids: Levels = [
      ['70000.00', '0.30000'],
      ['59990.00', '1.00000'],
    ]
    const order = { side: 'BUY', price: '70000.00000000', origQty: '0.50000000', executedQty: '0.20000000' }
    expect(othersIn({ bids, asks: [] }, [order])).toEqual({ bid: 59_990, ask: undefined })
    expect(othersIn({ bids, asks: [] }, [{ ...order, executedQty: '0.30000000' }])).toMatchObject({ bid: 70_000 })
    expect(othersIn({ bids, asks: bids }, [order, { ...order, side: 'SELL' }])).toEqual({ bid: 59_990, ask: 59_990 })
  })

  test('the price wanders, and comes back', () => {
    const walk = new PriceWalk(100, 250, seededRandom(1))
    let price = 0
    for (let round = 0; round < 5_000; round++) price = walk.step()
    expect(price).toBeGreaterThan(70)
    expect(price).toBeLessThan(140)
  })
})
