import { expect, test } from 'vitest'
import { SUPPORTED_BEHAVIOURS } from './behaviours.ts'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

// "`MARKET` orders using `quoteOrderQty` will not break `LOT_SIZE` filter rules; the order will execute a `quantity` that
// will have the notional value as close as possible to `quoteOrderQty`." So also where self-trade prevention keeps the
// order from what the book shows (behaviour 8). Lots of five: bob offers 7, alice 4, bob 6 at 10, then bob 30 at 11.
const book = `${market}
  place bob BTCUSD sell limit 7 @10
  place alice BTCUSD sell limit 4 @10 id=own
  place bob BTCUSD sell limit 6 @10
  place bob BTCUSD sell limit 30 @11
  filters BTCUSD marketStepSize=5
`

test('NONE: own orders are traded with like any other', () => {
  const table = `${book}
    place alice BTCUSD buy market quote:169 stp=none | 7@10 4@10 4@10 FILLED
    balance alice USD                                | 99890 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_TAKER: whole lots of what lies before the own order', () => {
  const table = `${book}
    place alice BTCUSD buy market quote:60 stp=expire-taker  | 5@10 FILLED
    place alice BTCUSD buy market quote:60 stp=expire-taker  | LIQUIDITY_BELOW_LOT
    place bob BTCUSD buy limit 2 @10                         | 2@10 FILLED
    place alice BTCUSD buy market quote:60 stp=expire-taker  | prevented:0@10 EXPIRED_IN_MATCH
    place alice BTCUSD buy market quote:49 stp=expire-taker  | LIQUIDITY_BELOW_LOT
    order alice own                                          | NEW 0 of 4
  `
  expect(run(table)).toBe(neat(table))
  const cut = `${book}
    place alice BTCUSD buy market quote:160 stp=expire-taker | 5@10 EXPIRED INSUFFICIENT_LIQUIDITY
    book BTCUSD                                              | - / 12@10 30@11
  `
  expect(run(cut)).toBe(neat(cut))
  const whole = `${market}
    place bob BTCUSD sell limit 5 @10
    place alice BTCUSD sell limit 5 @10 id=own
    filters BTCUSD marketStepSize=5
    place alice BTCUSD buy market quote:100 stp=expire-taker | 5@10 prevented:0@10 EXPIRED_IN_MATCH
    order alice own                                          | NEW 0 of 5
  `
  expect(run(whole)).toBe(neat(whole))
})

test('EXPIRE_BOTH: the same, and the own order that is met goes too', () => {
  const table = `${book}
    place alice BTCUSD buy market quote:160 stp=expire-both | 5@10 EXPIRED INSUFFICIENT_LIQUIDITY
    order alice own                                         | NEW 0 of 4
    place bob BTCUSD buy limit 2 @10                        | 2@10 FILLED
    place alice BTCUSD buy market quote:60 stp=expire-both  | prevented:0@10 EXPIRED_IN_MATCH; own prevented:4@10 EXPIRED_IN_MATCH
    place alice BTCUSD buy market quote:160 stp=expire-both | 6@10 9@11 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_MAKER: the whole quote quantity goes to others', () => {
  const table = `${book}
    place alice BTCUSD buy market quote:189 stp=expire-maker | 7@10 6@10 2@11 FILLED; own prevented:4@10 EXPIRED_IN_MATCH
    balance alice USD                                        | 99848 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_MAKER: a SELL goes on to lower prices until it has received what was asked', () => {
  const table = `${market}
    place bob BTCUSD buy limit 5 @10
    place alice BTCUSD buy limit 10 @10 id=own
    place bob BTCUSD buy limit 40 @5
    place alice BTCUSD sell market quote:150 stp=expire-maker | 5@10 20@5 FILLED; own prevented:10@10 EXPIRED_IN_MATCH
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_MAKER: own orders behind everything else are met while another lot could be paid', () => {
  const table = `${market}
    filters BTCUSD marketStepSize=5
    place bob BTCUSD sell limit 5 @10
    place alice BTCUSD sell limit 5 @11 id=near
    place alice BTCUSD sell limit 5 @90 id=far
    place alice BTCUSD buy market quote:110 stp=expire-maker | 5@10 EXPIRED INSUFFICIENT_LIQUIDITY; near prevented:5@11 EXPIRED_IN_MATCH
    order alice far                                          | NEW 0 of 5
  `
  expect(run(table)).toBe(neat(table))
})

test('DECREMENT: own orders take their part of the quote, and what is executed is whole lots', () => {
  const table = `${book}
    place alice BTCUSD buy market quote:160 stp=decrement | 7@10 prevented:4@10 3@10 FILLED; own prevented:4@10 EXPIRED_IN_MATCH
    balance alice USD                                     | 99900 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
  const alone = `${market}
    filters BTCUSD stepSize=5
    place alice BTCUSD sell limit 20 @10 id=own
    place alice BTCUSD buy market quote:119 stp=decrement | prevented:11@10 EXPIRED_IN_MATCH; own prevented:11@10 NEW
    place alice BTCUSD buy market quote:49 stp=decrement  | LIQUIDITY_BELOW_LOT
    order alice own                                       | NEW 0 of 20, 11 prevented
  `
  expect(run(alone)).toBe(neat(alone))
})

test('the minimum applies to the executed quantity, the maximum to the whole quantity of the order', () => {
  const table = `${market}
    place bob BTCUSD sell limit 2 @10
    place alice BTCUSD sell limit 4 @10 id=own
    place bob BTCUSD sell limit 9 @10
    filters BTCUSD minQuantity=3
    place alice BTCUSD buy market quote:100 stp=expire-taker | LIQUIDITY_BELOW_LOT
    filters BTCUSD marketMinQuantity=3
    place alice BTCUSD buy market quote:100 stp=expire-both  | LIQUIDITY_BELOW_MARKET_LOT
    filters BTCUSD maxQuantity=10
    place alice BTCUSD buy market quote:110 stp=decrement    | FILTER_LOT_SIZE
    place alice BTCUSD buy market quote:110 stp=expire-maker | FILTER_LOT_SIZE
    filters BTCUSD marketMaxQuantity=2
    place alice BTCUSD buy market quote:110 stp=expire-maker | FILTER_MARKET_LOT_SIZE
    place alice BTCUSD buy market quote:110 stp=expire-taker | 2@10 prevented:0@10 EXPIRED_IN_MATCH
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_POSITION counts what is executed past own orders', () => {
  const table = `${market}
    account dave
    deposit dave BTC 5
    deposit dave USD 1000
    place dave BTCUSD sell limit 4 @10 id=own
    place bob BTCUSD sell limit 9 @10
    filters BTCUSD maxPosition=10
    place dave BTCUSD buy market quote:60 stp=expire-maker | FILTER_MAX_POSITION
    place dave BTCUSD buy market quote:60 stp=expire-taker | prevented:0@10 EXPIRED_IN_MATCH
    place dave BTCUSD buy market quote:50 stp=expire-maker | 5@10 FILLED; own prevented:4@10 EXPIRED_IN_MATCH
    balance dave BTC                                       | 10 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('a replacement is computed without the order that it replaces', () => {
  const table = `${book}
    replace alice BTCUSD buy market quote:130 stp=expire-taker client=own | own CANCELED; 7@10 3@10 FILLED; cancel NONE, place NONE
  `
  expect(run(table)).toBe(neat(table))
})

test('before: the executed quantity could break a lot, and spend too little', () => {
  const older = SUPPORTED_BEHAVIOURS.filter((behaviour) => behaviour !== 8)
  const table = `${book.replace(/activate 8\n/, '')}
    place alice BTCUSD buy market quote:160 stp=expire-taker | 7@10 prevented:0@10 EXPIRED_IN_MATCH
  `
  expect(run(table, { supportedBehaviours: older })).toBe(neat(table))
})
