import { expect, test } from 'vitest'
import { funded } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

// Shards whose operators have not activated the newer behaviours keep the rules of their journals.

test('before DOCUMENTED_RULES: nothing is cancelled in a break, and CANCEL_ONLY takes no amends', () => {
  const table = `${funded}
    place alice BTCUSD sell limit 5 @100 id=a
    symbol-status BTCUSD break
    cancel alice BTCUSD client=a       | MARKET_CLOSED
    cancel-all alice BTCUSD            | MARKET_CLOSED
    symbol-status BTCUSD cancel-only
    lower alice BTCUSD 4 client=a      | SYMBOL_CANCEL_ONLY
    activate 3                         | behaviour 3
    lower alice BTCUSD 4 client=a      | a replaced NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('before DOCUMENTED_RULES: the reference price is looked up once in a second, also by what is refused', () => {
  const table = `${funded}
    filters BTCUSD bidMultiplierUp=10000 averagePriceMinutes=1
    place alice BTCUSD sell limit 1 @100
    place alice BTCUSD sell limit 1 @200
    place bob BTCUSD buy market 1           | 1@100 FILLED
    place bob BTCUSD buy limit 1 @101       | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD buy market 1           | 1@200 FILLED
    place bob BTCUSD buy limit 1 @150       | FILTER_PERCENT_PRICE_BY_SIDE
    activate 3                              | behaviour 3
    place bob BTCUSD buy limit 1 @151       | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD buy limit 1 @150       | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('before BOUNDED_STEPS: an order triggers the stops at every price from its first trade to its last', () => {
  const table = `${funded}
    place bob BTCUSD buy limit 1 @100
    place alice BTCUSD sell limit 1 @100                 | 1@100 FILLED
    place bob BTCUSD buy limit 1 @99
    place bob BTCUSD buy limit 1 @97
    place carol BTCUSD sell stop-loss 1 stop@98 id=fall  | NEW
    place alice BTCUSD sell limit 2 @97                  | 1@99 1@97 FILLED; fall triggered EXPIRED INSUFFICIENT_LIQUIDITY
    place bob BTCUSD sell limit 1 @101
    place bob BTCUSD sell limit 1 @103
    place carol BTCUSD buy stop-loss 1 stop@102 id=rise  | NEW
    place alice BTCUSD buy limit 2 @103                  | 1@101 1@103 FILLED; rise triggered EXPIRED INSUFFICIENT_LIQUIDITY
  `
  expect(run(table)).toBe(neat(table))
})
