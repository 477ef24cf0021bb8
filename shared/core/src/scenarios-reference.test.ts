import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

/** A trade at `price`, then the highest BUY that may be placed: the reference itself. */
function tradeAndAsk(price: number, reference: number, before = ''): string {
  return `
    ${before} place alice BTCUSD sell limit 1 @${price}
    place bob BTCUSD buy market 1                          | 1@${price} FILLED
    +1s place carol BTCUSD buy limit 1 @${reference + 1}   | FILTER_PERCENT_PRICE_BY_SIDE
    place carol BTCUSD buy limit 1 @${reference} ioc       | EXPIRED UNFILLED_IOC_QUANTITY`
}

test('the average forgets each minute in its turn, however long the market runs', () => {
  const minutes = Array.from({ length: 130 }, (_, i) => tradeAndAsk(100 + (i % 7), 100 + (i % 7), '+1m'))
  const table = `${market}
    filters BTCUSD bidMultiplierUp=10000 averagePriceMinutes=1
    ${minutes.join('')}
  `
  expect(run(table)).toBe(neat(table))
})

test('the average of an hour holds sixty minutes, the one under way included', () => {
  const quiet = Array.from({ length: 58 }, () => '+1m tick').join('\n')
  const table = `${market}
    filters BTCUSD bidMultiplierUp=10000 averagePriceMinutes=60
    ${tradeAndAsk(100, 100)}
    ${quiet}
    ${tradeAndAsk(200, 150, '+1m')}
    ${tradeAndAsk(200, 200, '+1m')}
  `
  expect(run(table)).toBe(neat(table))
})

test('the average is exact when price times quantity passes 2^64 in sum', () => {
  const [quantity, price] = [2 ** 31, 2 ** 31]
  const turn = (seller: string, buyer: string): string => `
    place ${seller} C sell limit ${quantity} @${price}
    place ${buyer} C buy limit ${quantity} @${price}  | ${quantity}@${price} FILLED`
  const table = `
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    account bob
    deposit alice COIN 4611686018427387904
    deposit bob CASH 4611686018427387904
    filters C bidMultiplierUp=10000 averagePriceMinutes=60
    ${turn('alice', 'bob')}${turn('bob', 'alice')}${turn('alice', 'bob')}${turn('bob', 'alice')}${turn('alice', 'bob')}
    +1s place alice C buy limit 1 @${price + 1}       | FILTER_PERCENT_PRICE_BY_SIDE
    place alice C buy limit 1 @${price} ioc           | EXPIRED UNFILLED_IOC_QUANTITY
  `
  expect(run(table)).toBe(neat(table))
})
