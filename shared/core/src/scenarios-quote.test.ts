import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

// "`MARKET` orders using `quoteOrderQty` will not break `LOT_SIZE` filter rules; the order will execute a `quantity` that
// will have the notional value as close as possible to `quoteOrderQty`."

const book = `
  place alice BTCUSD sell limit 7 @10
  place alice BTCUSD sell limit 50 @11
  place carol BTCUSD buy limit 7 @9
  place carol BTCUSD buy limit 50 @8
`

test('without orders on the other side it cannot be placed', () => {
  const table = `${market}
    place bob BTCUSD buy market quote:100    | BOOK_EMPTY
    place bob BTCUSD sell market quote:100   | BOOK_EMPTY
    place alice BTCUSD sell limit 7 @10
    place bob BTCUSD sell market quote:100   | BOOK_EMPTY
    place bob BTCUSD buy market quote:70     | 7@10 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('below the least quantity of LOT_SIZE and of MARKET_LOT_SIZE', () => {
  const table = `${market} ${book}
    filters BTCUSD minQuantity=3
    place bob BTCUSD buy market quote:29     | LIQUIDITY_BELOW_LOT
    place bob BTCUSD sell market quote:26    | LIQUIDITY_BELOW_LOT
    place bob BTCUSD buy market quote:30     | 3@10 FILLED
    filters BTCUSD marketMinQuantity=3
    place bob BTCUSD buy market quote:29     | LIQUIDITY_BELOW_MARKET_LOT
    place bob BTCUSD sell market quote:27    | 3@9 FILLED
    filters BTCUSD minQuantity=2 marketMinQuantity=3
    place bob BTCUSD buy market quote:19     | LIQUIDITY_BELOW_LOT
    place bob BTCUSD buy market quote:29     | LIQUIDITY_BELOW_MARKET_LOT
  `
  expect(run(table)).toBe(neat(table))
})

// "`MARKET_LOT_SIZE` filter now correctly rejects reverse market orders that go over the symbol's `maxQty`."
test('above the greatest quantity of LOT_SIZE and of MARKET_LOT_SIZE', () => {
  const table = `${market} ${book}
    filters BTCUSD maxQuantity=6
    place bob BTCUSD buy market quote:70     | FILTER_LOT_SIZE
    place bob BTCUSD sell market quote:63    | FILTER_LOT_SIZE
    place bob BTCUSD buy market quote:60     | 6@10 FILLED
    filters BTCUSD marketMaxQuantity=6
    place bob BTCUSD buy market quote:9000   | FILTER_MARKET_LOT_SIZE
    place bob BTCUSD sell market quote:9000  | FILTER_MARKET_LOT_SIZE
    place bob BTCUSD sell market quote:54    | 6@9 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('a multiple of both steps, whatever the makers offer', () => {
  const table = `${market} ${book}
    filters BTCUSD stepSize=2 marketStepSize=3
    place bob BTCUSD buy market quote:59     | LIQUIDITY_BELOW_LOT
    place bob BTCUSD buy market quote:110    | 6@10 FILLED
    place bob BTCUSD buy market quote:139    | 1@10 11@11 FILLED
    place bob BTCUSD sell market quote:104   | 7@9 5@8 FILLED
    filters BTCUSD stepSize=3
    place bob BTCUSD buy market quote:50     | 3@11 FILLED
    filters BTCUSD stepSize=5 marketStepSize=9007199254740991
    place bob BTCUSD buy market quote:5000   | LIQUIDITY_BELOW_LOT
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_POSITION: five owned and at most ten', () => {
  const table = `${market} ${book}
    account dave
    deposit dave BTC 5
    deposit dave USD 100000
    filters BTCUSD maxPosition=10
    place dave BTCUSD buy market quote:9000   | FILTER_MAX_POSITION
    place dave BTCUSD buy market quote:60     | FILTER_MAX_POSITION
    place dave BTCUSD buy limit 2 @5 id=d
    place dave BTCUSD buy market quote:40     | FILTER_MAX_POSITION
    replace dave BTCUSD buy market quote:60 client=d | FILTER_MAX_POSITION
    replace dave BTCUSD buy market quote:50 client=d | d CANCELED; 5@10 FILLED; cancel NONE, place NONE
    balance dave BTC                          | 10 free, 0 locked
    place dave BTCUSD sell market quote:9     | 1@9 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('a replacement does not count what its own old order offers', () => {
  const table = `${market}
    place bob BTCUSD sell limit 5 @10 id=own
    filters BTCUSD maxQuantity=4
    replace bob BTCUSD buy market quote:50 client=own     | REPLACE_PARTIAL; own CANCELED; cancel NONE, place BOOK_EMPTY
    place alice BTCUSD sell limit 4 @10
    filters BTCUSD maxQuantity=5
    place bob BTCUSD sell limit 5 @9 id=own
    filters BTCUSD maxQuantity=3
    replace bob BTCUSD buy market quote:40 client=own     | FILTER_LOT_SIZE
    order bob own                                         | NEW 0 of 5
  `
  expect(run(table)).toBe(neat(table))
})
