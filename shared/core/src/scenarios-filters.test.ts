import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

test('PRICE_FILTER: bounds and ticks, for prices and stop prices; each bound off at 0', () => {
  const table = `${market}
    filters BTCUSD minPrice=10 maxPrice=100 tickSize=5
    place alice BTCUSD buy limit 1 @5                       | FILTER_PRICE
    place alice BTCUSD buy limit 1 @105                     | FILTER_PRICE
    place alice BTCUSD buy limit 1 @12                      | FILTER_PRICE
    place alice BTCUSD buy limit 1 @10                      | NEW
    place alice BTCUSD sell maker 1 @100                    | NEW
    place alice BTCUSD sell stop-loss 1 stop@7              | FILTER_PRICE
    place alice BTCUSD sell stop-loss-limit 1 @15 stop@101  | FILTER_PRICE
    filters BTCUSD maxPrice=100
    place alice BTCUSD buy limit 1 @1                       | NEW
    place alice BTCUSD buy limit 1 @101                     | FILTER_PRICE
  `
  expect(run(table)).toBe(neat(table))
})

test('LOT_SIZE for every order by quantity, MARKET_LOT_SIZE for MARKET as well', () => {
  const table = `${market}
    filters BTCUSD minQuantity=2 maxQuantity=20 stepSize=2 marketMinQuantity=4 marketMaxQuantity=8 marketStepSize=4
    place alice BTCUSD sell limit 1 @100         | FILTER_LOT_SIZE
    place alice BTCUSD sell limit 3 @100         | FILTER_LOT_SIZE
    place alice BTCUSD sell limit 22 @100        | FILTER_LOT_SIZE
    place alice BTCUSD sell limit 20 @100        | NEW
    place alice BTCUSD sell stop-loss 3 stop@50  | FILTER_LOT_SIZE
    place bob BTCUSD buy market 3                | FILTER_LOT_SIZE
    place bob BTCUSD buy market 2                | FILTER_MARKET_LOT_SIZE
    place bob BTCUSD buy market 6                | FILTER_MARKET_LOT_SIZE
    place bob BTCUSD buy market 12               | FILTER_MARKET_LOT_SIZE
    place bob BTCUSD buy market 8                | 8@100 FILLED
    place bob BTCUSD buy market quote:750        | 4@100 FILLED
    place bob BTCUSD buy market quote:399        | LIQUIDITY_BELOW_LOT
    filters BTCUSD stepSize=3
    place bob BTCUSD buy market quote:799        | 6@100 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('NOTIONAL: limit orders always, market orders where it applies', () => {
  const table = `${market}
    filters BTCUSD minNotional=100 maxNotional=1000
    place alice BTCUSD sell limit 1 @99          | FILTER_NOTIONAL
    place alice BTCUSD sell limit 1 @1001        | FILTER_NOTIONAL
    place alice BTCUSD sell limit 10 @100        | NEW
    place bob BTCUSD sell stop-loss 1 stop@5     | NEW
    place bob BTCUSD buy market 11               | 10@100 EXPIRED INSUFFICIENT_LIQUIDITY
    place alice BTCUSD sell limit 10 @100        | NEW
    filters BTCUSD minNotional=101 maxNotional=1000 applyMinToMarket=true applyMaxToMarket=true
    place bob BTCUSD buy market 1                | FILTER_NOTIONAL
    place bob BTCUSD buy market 11               | FILTER_NOTIONAL
    place bob BTCUSD buy market quote:100        | FILTER_NOTIONAL
    place bob BTCUSD buy market quote:1001       | FILTER_NOTIONAL
    place bob BTCUSD buy stop-loss 1 stop@101    | NEW
    place bob BTCUSD sell stop-loss 1 stop@99    | FILTER_NOTIONAL
    place bob BTCUSD buy market 2                | 2@100 FILLED
    filters BTCUSD minNotional=201 maxNotional=1000 applyMinToMarket=true averagePriceMinutes=1
    place bob BTCUSD buy market 2                | FILTER_NOTIONAL
    place bob BTCUSD buy market 3                | 3@100 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('PERCENT_PRICE_BY_SIDE: last price, or the average of the last minutes as it stands', () => {
  const bounds = 'bidMultiplierUp=11000 bidMultiplierDown=5000 askMultiplierUp=20000 askMultiplierDown=9000'
  const table = `${market}
    filters BTCUSD ${bounds}
    place alice BTCUSD sell limit 100 @100      | NEW
    place bob BTCUSD buy limit 1 @100           | 1@100 FILLED
    place bob BTCUSD buy limit 1 @111           | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD buy limit 1 @110           | 1@100 FILLED
    place bob BTCUSD buy limit 1 @49            | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD buy limit 1 @50            | NEW
    place bob BTCUSD sell limit 1 @201          | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD sell limit 1 @200          | NEW
    place bob BTCUSD sell limit 1 @89           | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD sell stop-loss-limit 1 @80 stop@90 | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD sell stop-loss 1 stop@80   | NEW
    filters BTCUSD ${bounds} averagePriceMinutes=2
    +1s place bob BTCUSD buy limit 1 @111       | FILTER_PERCENT_PRICE_BY_SIDE
    cancel-all alice BTCUSD                     | #1 CANCELED
    place carol BTCUSD sell limit 2 @120        | NEW
    place bob BTCUSD buy market 2               | 2@120 FILLED
    place bob BTCUSD buy limit 1 @122           | FILTER_PERCENT_PRICE_BY_SIDE
    +1s place bob BTCUSD buy limit 1 @122       | FILTER_PERCENT_PRICE_BY_SIDE
    place bob BTCUSD buy limit 1 @121           | NEW
    +2m place bob BTCUSD buy limit 1 @132       | NEW
    place bob BTCUSD buy limit 1 @133           | FILTER_PERCENT_PRICE_BY_SIDE
  `
  expect(run(table)).toBe(neat(table))
})

test('without a trade there is no reference: the filters that need one pass', () => {
  const table = `${market}
    filters BTCUSD bidMultiplierUp=10000 applyMinToMarket=true minNotional=1000000 averagePriceMinutes=5
    place bob BTCUSD buy market 1               | EXPIRED INSUFFICIENT_LIQUIDITY
    filters BTCUSD bidMultiplierUp=10000 bidMultiplierDown=10000
    place bob BTCUSD buy limit 1 @77            | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_NUM_ORDERS counts open orders of account and market, MAX_NUM_ALGO_ORDERS stops not started', () => {
  const table = `${market}
    filters BTCUSD maxOrders=3 maxAlgoOrders=1
    place alice BTCUSD sell limit 1 @100                  | NEW
    place alice BTCUSD sell stop-loss 1 stop@50 id=s      | NEW
    place alice BTCUSD sell stop-loss 1 stop@49           | FILTER_MAX_NUM_ALGO_ORDERS
    place alice BTCUSD sell limit 1 @101 id=x             | NEW
    place alice BTCUSD sell stop-loss 1 stop@49           | FILTER_MAX_NUM_ORDERS
    place alice BTCUSD sell limit 1 @102                  | FILTER_MAX_NUM_ORDERS
    place alice BTCUSD buy limit 1 @90 ioc                | FILTER_MAX_NUM_ORDERS
    place alice BTCUSD sell market 1                      | EXPIRED INSUFFICIENT_LIQUIDITY
    place bob BTCUSD sell limit 1 @102                    | NEW
    cancel alice BTCUSD client=s                          | s CANCELED
    place alice BTCUSD sell limit 1 @102                  | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_POSITION: base owned, open to buy and this order together', () => {
  const table = `${market}
    account dave
    deposit dave BTC 5
    deposit dave USD 100000
    filters BTCUSD maxPosition=10
    place dave BTCUSD buy limit 6 @10                | FILTER_MAX_POSITION
    place dave BTCUSD buy limit 2 @10                | NEW
    place dave BTCUSD buy stop-loss 2 stop@20        | NEW
    place dave BTCUSD buy limit 2 @11                | FILTER_MAX_POSITION
    place dave BTCUSD sell limit 5 @50               | NEW
    place dave BTCUSD buy market 2                   | FILTER_MAX_POSITION
    place dave BTCUSD buy limit 1 @11                | NEW
    place dave BTCUSD buy market quote:10            | LIQUIDITY_BELOW_LOT
  `
  expect(run(table)).toBe(neat(table))
})

test('order types of the market', () => {
  const table = `${market}
    market SPOT BTC USD orderTypes=LIMIT,MARKET
    place alice SPOT sell maker 1 @100           | ORDER_TYPE_NOT_ALLOWED
    place alice SPOT sell stop-loss 1 stop@100   | ORDER_TYPE_NOT_ALLOWED
    place alice SPOT sell limit 1 @100           | NEW
  `
  expect(run(table)).toBe(neat(table))
})
