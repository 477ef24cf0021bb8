import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

test('LIMIT: rests, meets the best price first, then the oldest, at the price of the one that rested', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @101 id=a1 | NEW
    place alice BTCUSD sell limit 5 @100 id=a2 | NEW
    place bob   BTCUSD sell limit 5 @100 id=b1 | NEW
    book BTCUSD                                | - / 10@100 5@101
    place carol BTCUSD buy limit 7 @102 id=c1  | 5@100 2@100 FILLED
    order alice a2                             | not open
    order bob b1                               | PARTIALLY_FILLED 2 of 5
    place carol BTCUSD buy limit 20 @101 id=c2 | 3@100 5@101 PARTIALLY_FILLED
    book BTCUSD                                | 12@101 / -
    balance alice BTC                          | 990 free, 0 locked
    balance alice USD                          | 101005 free, 0 locked
    balance carol BTC                          | 1015 free, 0 locked
    balance carol USD                          | 97283 free, 1212 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('LIMIT BUY: the savings of a better price are free at once', () => {
  const table = `${market}
    place alice BTCUSD sell limit 4 @90  | NEW
    place bob BTCUSD buy limit 10 @100   | 4@90 PARTIALLY_FILLED
    balance bob USD                      | 99040 free, 600 locked
    balance bob BTC                      | 1004 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('IOC takes what is there and never rests; FOK takes all or nothing', () => {
  const table = `${market}
    place alice BTCUSD sell limit 5 @100    | NEW
    place bob BTCUSD buy limit 8 @100 ioc   | 5@100 EXPIRED UNFILLED_IOC_QUANTITY
    place bob BTCUSD buy limit 8 @100 ioc   | EXPIRED UNFILLED_IOC_QUANTITY
    balance bob USD                         | 99500 free, 0 locked
    place alice BTCUSD sell limit 5 @100    | NEW
    place alice BTCUSD sell limit 5 @101    | NEW
    place bob BTCUSD buy limit 11 @101 fok  | EXPIRED UNFILLED_FOK_ORDER
    place bob BTCUSD buy limit 10 @100 fok  | EXPIRED UNFILLED_FOK_ORDER
    place bob BTCUSD buy limit 10 @101 fok  | 5@100 5@101 FILLED
    book BTCUSD                             | - / -
  `
  expect(run(table)).toBe(neat(table))
})

test('MARKET by quantity: any price, no rest, filled or expired', () => {
  const table = `${market}
    place bob BTCUSD buy market 3         | EXPIRED INSUFFICIENT_LIQUIDITY
    place alice BTCUSD sell limit 5 @100  | NEW
    place alice BTCUSD sell limit 5 @200  | NEW
    place bob BTCUSD buy market 7         | 5@100 2@200 FILLED
    place bob BTCUSD buy market 7         | 3@200 EXPIRED INSUFFICIENT_LIQUIDITY
    place carol BTCUSD buy limit 2 @10    | NEW
    place bob BTCUSD sell market 2        | 2@10 FILLED
    balance bob USD                       | 98520 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('MARKET BUY by quantity: what the book could fill must be affordable, no more', () => {
  const table = `${market}
    account dave
    deposit dave USD 500
    place alice BTCUSD sell limit 5 @100   | NEW
    place alice BTCUSD sell limit 5 @101   | NEW
    place dave BTCUSD buy market 6         | INSUFFICIENT_BALANCE
    place dave BTCUSD buy market 5         | 5@100 FILLED
    place dave BTCUSD buy market 1         | INSUFFICIENT_BALANCE
    place dave BTCUSD sell market 6        | INSUFFICIENT_BALANCE
    place dave BTCUSD sell market 5        | EXPIRED INSUFFICIENT_LIQUIDITY
  `
  expect(run(table)).toBe(neat(table))
})

test('MARKET BUY by quote quantity: whole lots for at most that amount', () => {
  const table = `${market}
    place bob BTCUSD buy market quote:250    | BOOK_EMPTY
    place alice BTCUSD sell limit 2 @100     | NEW
    place alice BTCUSD sell limit 2 @120     | NEW
    place bob BTCUSD buy market quote:99     | LIQUIDITY_BELOW_LOT
    place bob BTCUSD buy market quote:319    | 2@100 FILLED
    place bob BTCUSD buy market quote:120    | 1@120 FILLED
    place bob BTCUSD buy market quote:121    | 1@120 EXPIRED INSUFFICIENT_LIQUIDITY
    balance bob USD                          | 99560 free, 0 locked
    place bob BTCUSD buy market quote:100000 | BOOK_EMPTY
  `
  expect(run(table)).toBe(neat(table))
})

test('MARKET SELL by quote quantity: as much as brings no more than that amount', () => {
  const table = `${market}
    account dave
    deposit dave BTC 3
    place alice BTCUSD buy limit 2 @100      | NEW
    place alice BTCUSD buy limit 10 @40      | NEW
    place dave BTCUSD sell market quote:99   | LIQUIDITY_BELOW_LOT
    place dave BTCUSD sell market quote:245  | 2@100 1@40 FILLED
    place dave BTCUSD sell market quote:245  | INSUFFICIENT_BALANCE
    balance dave USD                         | 240 free, 0 locked
    deposit dave BTC 1
    place dave BTCUSD sell market quote:90   | INSUFFICIENT_BALANCE
    deposit dave BTC 1
    place dave BTCUSD sell market quote:90   | 2@40 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('LIMIT_MAKER rests or is refused, also against an own order', () => {
  const table = `${market}
    place alice BTCUSD sell maker 5 @100  | NEW
    place bob BTCUSD buy maker 5 @100     | WOULD_MATCH
    place alice BTCUSD buy maker 5 @101   | WOULD_MATCH
    place bob BTCUSD buy maker 5 @99      | NEW
    place carol BTCUSD sell maker 1 @99   | WOULD_MATCH
    book BTCUSD                           | 5@99 / 5@100
  `
  expect(run(table)).toBe(neat(table))
})

test('limit orders lock what they need, and are refused without it', () => {
  const table = `${market}
    place alice BTCUSD buy limit 1000 @100        | NEW
    balance alice USD                             | 0 free, 100000 locked
    place alice BTCUSD buy limit 1 @1             | INSUFFICIENT_BALANCE
    place alice BTCUSD sell limit 1000 @200       | NEW
    place alice BTCUSD sell limit 1 @200          | INSUFFICIENT_BALANCE
    place alice BTCUSD sell stop-loss 1 stop@10   | INSUFFICIENT_BALANCE
    place alice BTCUSD buy stop-loss 1 stop@300   | INSUFFICIENT_BALANCE
    balance alice BTC                             | 0 free, 1000 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('a client order id is unique among the open orders of an account, and free again afterwards', () => {
  const table = `${market}
    market BTCUSD2 BTC USD
    place alice BTCUSD sell limit 5 @100 id=x  | NEW
    place alice BTCUSD sell limit 5 @100 id=x  | DUPLICATE_CLIENT_ORDER_ID
    place alice BTCUSD2 sell limit 5 @100 id=x | DUPLICATE_CLIENT_ORDER_ID
    place bob BTCUSD sell limit 5 @100 id=x    | NEW
    place carol BTCUSD buy limit 5 @100        | 5@100 FILLED
    place alice BTCUSD sell limit 5 @100 id=x  | NEW
    cancel alice BTCUSD client=x               | x CANCELED
    place alice BTCUSD sell limit 5 @100 id=x  | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('every type with every parameter that it lacks or must not have', () => {
  const table = `${market}
    place alice BTCUSD buy limit 5                          | INVALID_COMBINATION
    place alice BTCUSD buy limit @5                         | INVALID_COMBINATION
    place alice BTCUSD buy limit 5 @5 stop@5                | INVALID_COMBINATION
    place alice BTCUSD buy limit 5 @5 quote:5               | INVALID_COMBINATION
    place alice BTCUSD buy market                           | INVALID_COMBINATION
    place alice BTCUSD buy market 5 @5                      | INVALID_COMBINATION
    place alice BTCUSD buy market 5 quote:5                 | INVALID_COMBINATION
    place alice BTCUSD buy market 5 ioc                     | INVALID_COMBINATION
    place alice BTCUSD buy maker 5                          | INVALID_COMBINATION
    place alice BTCUSD buy maker 5 @5 fok                   | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss 5                      | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss stop@5                 | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss quote:5 stop@5         | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss 5 @5 stop@5            | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss 5 stop@5 ioc           | INVALID_COMBINATION
    place alice BTCUSD buy take-profit 5 @5                 | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss-limit 5 stop@5         | INVALID_COMBINATION
    place alice BTCUSD buy stop-loss-limit 5 @5             | INVALID_COMBINATION
    place alice BTCUSD buy take-profit-limit @5 stop@5      | INVALID_COMBINATION
    place alice BTCUSD buy limit 5 @5 sent=now              | INVALID_COMBINATION
  `
  expect(run(table)).toBe(neat(table))
})

test('fields outside their domain', () => {
  const table = `${market}
    place 9 BTCUSD buy limit 5 @5                     | UNKNOWN_ACCOUNT
    place 0 BTCUSD buy limit 5 @5                     | UNKNOWN_ACCOUNT
    place alice 7 buy limit 5 @5                      | UNKNOWN_SYMBOL
    place 9 7 buy limit -5 @5                         | UNKNOWN_ACCOUNT
    place alice BTCUSD 2 limit 5 @5                   | INVALID_FIELD
    place alice BTCUSD buy 8 5 @5                     | INVALID_FIELD
    place alice BTCUSD buy limit 5 @5 tif=4           | INVALID_FIELD
    place alice BTCUSD buy limit 5 @5 stp=6           | INVALID_FIELD
    place alice BTCUSD buy limit -5 @5                | INVALID_FIELD
    place alice BTCUSD buy limit 0.5 @5               | INVALID_FIELD
    place alice BTCUSD buy limit 5 @9007199254740992  | INVALID_FIELD
    place alice BTCUSD buy limit NaN @5               | INVALID_FIELD
    place alice BTCUSD buy stop-loss 5 stop@-1        | INVALID_FIELD
    place alice BTCUSD buy market quote:0.1           | INVALID_FIELD
    place alice BTCUSD buy limit 5 @5 strategy=-1     | INVALID_FIELD
    place alice BTCUSD buy limit 5 @5 strategy-type=2147483648 | INVALID_FIELD
    place alice BTCUSD buy limit 5 @5 id=x sent=-1    | INVALID_FIELD
    kind-9                                            | UNKNOWN_COMMAND
  `
  expect(run(table)).toBe(neat(table))
})
