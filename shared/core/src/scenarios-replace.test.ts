import { expect, test } from 'vitest'
import { funded, market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

// "Filters and Order Count are evaluated before the processing of the cancellation and order placement occurs": against
// what there is without the order to be cancelled, and whatever fails then leaves that order alone.

const position = `
  account dave
  deposit dave BTC 5
  deposit dave USD 100000
  filters BTCUSD maxPosition=10
  place dave BTCUSD buy limit 4 @90 id=d
`

test('MAX_POSITION: five owned, what the old order would have bought is free again', () => {
  const table = `${market} ${position}
    replace dave BTCUSD buy limit 6 @90 client=d mode=stop         | FILTER_MAX_POSITION
    replace dave BTCUSD buy limit 9 @90 client=d mode=stop         | FILTER_MAX_POSITION
    replace dave BTCUSD buy limit 9 @90 client=d mode=allow        | FILTER_MAX_POSITION
    order dave d                                                   | NEW 0 of 4
    balance dave USD                                               | 99640 free, 360 locked
    replace dave BTCUSD buy limit 2 @90 client=zz mode=allow       | FILTER_MAX_POSITION
    replace dave BTCUSD buy limit 5 @90 client=d mode=stop id=d2   | d CANCELED; NEW; cancel NONE, place NONE
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_NUM_ORDERS counts the old order only where it stays', () => {
  const table = `${market}
    filters BTCUSD maxOrders=2
    place alice BTCUSD sell limit 1 @110 id=a
    place alice BTCUSD sell limit 1 @111 id=b
    replace alice BTCUSD sell limit 1 @112 client=zz mode=allow                | FILTER_MAX_NUM_ORDERS
    replace alice BTCUSD sell limit 1 @112 client=zz mode=stop                 | FILTER_MAX_NUM_ORDERS
    replace alice BTCUSD sell limit 1 @112 client=a only=partial mode=allow    | FILTER_MAX_NUM_ORDERS
    replace alice BTCUSD sell limit 1 @112 client=a id=a2                      | a CANCELED; NEW; cancel NONE, place NONE
    filters BTCUSD maxOrders=1
    replace alice BTCUSD sell limit 1 @113 client=b                            | FILTER_MAX_NUM_ORDERS
    order alice b                                                              | NEW 0 of 1
  `
  expect(run(table)).toBe(neat(table))
})

test('MAX_NUM_ALGO_ORDERS: a stop order takes the place of a stop order, not of another one', () => {
  const table = `${market}
    filters BTCUSD maxAlgoOrders=1
    place alice BTCUSD sell stop-loss-limit 1 @80 stop@85 id=s
    place alice BTCUSD sell limit 1 @110 id=a
    replace alice BTCUSD sell stop-loss-limit 1 @70 stop@75 client=a      | FILTER_MAX_NUM_ALGO_ORDERS
    order alice a                                                         | NEW 0 of 1
    replace alice BTCUSD sell stop-loss-limit 1 @70 stop@75 client=s id=t | s CANCELED; NEW; cancel NONE, place NONE
  `
  expect(run(table)).toBe(neat(table))
})

test('the bounds of the notional and of a level', () => {
  const table = `${market}
    place alice BTCUSD sell limit 1 @110 id=a
    replace alice BTCUSD buy limit 9007199254740991 @9007199254740991 client=a   | OVERFLOW_NOTIONAL
    order alice a                                                                | NEW 0 of 1
  `
  expect(run(table)).toBe(neat(table))
})

test('POST_ONLY: an order that would only match the old order rests', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @100 id=a
    place bob BTCUSD sell limit 5 @101 id=b
    symbol-status BTCUSD post-only
    replace alice BTCUSD buy limit 5 @101 client=a        | SYMBOL_POST_ONLY
    order alice a                                         | NEW 0 of 5
    replace alice BTCUSD buy limit 5 @100 client=a id=a2  | a CANCELED; NEW; cancel NONE, place NONE
  `
  expect(run(table)).toBe(neat(table))
})

test('money, ids and matching are the new order’s own: it fails after the cancel', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @110 id=a
    place alice BTCUSD sell limit 5 @111 id=b
    place alice BTCUSD sell limit 5 @112 id=c
    replace alice BTCUSD sell limit 2000 @110 client=a       | REPLACE_PARTIAL; a CANCELED; cancel NONE, place INSUFFICIENT_BALANCE
    replace alice BTCUSD sell limit 5 @110 client=b id=c     | REPLACE_PARTIAL; b CANCELED; cancel NONE, place DUPLICATE_CLIENT_ORDER_ID
    place bob BTCUSD buy limit 5 @90
    replace alice BTCUSD sell maker 5 @90 client=c           | REPLACE_PARTIAL; c CANCELED; cancel NONE, place WOULD_MATCH
  `
  expect(run(table)).toBe(neat(table))
})

test('before DOCUMENTED_RULES the cancel comes first', () => {
  const table = `${funded} ${position}
    replace dave BTCUSD buy limit 9 @90 client=d mode=stop  | REPLACE_PARTIAL; d CANCELED; cancel NONE, place FILTER_MAX_POSITION
  `
  expect(run(table)).toBe(neat(table))
})
