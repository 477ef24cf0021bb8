import { expect, test } from 'vitest'
import { funded, market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

/** Last price 100, an empty book, and dave, who pays for the trades that move the price. */
const first = `
  account dave
  deposit dave BTC 1000
  deposit dave USD 1000000
  place dave BTCUSD sell limit 1 @100
  place carol BTCUSD buy limit 1 @100
`
const traded = `${market}${first}`
/** The state when one command started up to sixteen stops of any market, those for rising prices first. */
const older = `${funded}${first}`

test('each type waits for its side of the price', () => {
  const table = `${traded}
    place alice BTCUSD buy  stop-loss 1 stop@100           | WOULD_TRIGGER
    place alice BTCUSD buy  stop-loss 1 stop@101 id=bsl    | NEW
    place alice BTCUSD sell stop-loss 1 stop@100           | WOULD_TRIGGER
    place alice BTCUSD sell stop-loss 1 stop@99 id=ssl     | NEW
    place alice BTCUSD buy  take-profit 1 stop@100         | WOULD_TRIGGER
    place alice BTCUSD buy  take-profit 1 stop@99 id=btp   | NEW
    place alice BTCUSD sell take-profit 1 stop@100         | WOULD_TRIGGER
    place alice BTCUSD sell take-profit 1 stop@101 id=stp  | NEW
    place alice BTCUSD buy  stop-loss-limit 1 @1 stop@99   | WOULD_TRIGGER
    place alice BTCUSD sell stop-loss-limit 1 @999 stop@101 | WOULD_TRIGGER
    place alice BTCUSD buy  take-profit-limit 1 @1 stop@101 | WOULD_TRIGGER
    place alice BTCUSD sell take-profit-limit 1 @999 stop@99 | WOULD_TRIGGER
    book BTCUSD                                            | - / -
    balance alice USD                                      | 99800 free, 200 locked
    balance alice BTC                                      | 998 free, 2 locked
    place dave BTCUSD sell limit 5 @101                    | NEW
    place carol BTCUSD buy limit 1 @101                    | 1@101 FILLED; bsl triggered 1@101 FILLED; stp triggered EXPIRED INSUFFICIENT_LIQUIDITY
    order alice ssl                                        | NEW 0 of 1
    cancel-all dave BTCUSD                                 | #7 CANCELED
    place dave BTCUSD buy limit 5 @99                      | NEW
    place carol BTCUSD sell limit 1 @99                    | 1@99 FILLED; ssl triggered 1@99 FILLED; btp triggered EXPIRED INSUFFICIENT_LIQUIDITY
  `
  expect(run(table)).toBe(neat(table))
})

test('before the first trade a stop is accepted and waits', () => {
  const table = `${market}
    place alice BTCUSD sell stop-loss 1 stop@1000 id=s | NEW
    place bob BTCUSD sell limit 1 @500                 | NEW
    order alice s                                      | NEW 0 of 1
    place carol BTCUSD buy limit 1 @500                | 1@500 FILLED; s triggered EXPIRED INSUFFICIENT_LIQUIDITY
  `
  expect(run(table)).toBe(neat(table))
})

test('limit stops keep their funds and rest when triggered; time in force holds from then', () => {
  const table = `${traded}
    place alice BTCUSD buy stop-loss-limit 5 @110 stop@105 id=rest     | NEW
    place alice BTCUSD buy stop-loss-limit 5 @104 stop@105 ioc id=ioc  | NEW
    place alice BTCUSD buy stop-loss-limit 9 @110 stop@106 fok id=fok  | NEW
    balance alice USD                                                  | 97940 free, 2060 locked
    place dave BTCUSD sell limit 3 @106                                | NEW
    place carol BTCUSD buy limit 1 @106                                | 1@106 FILLED; rest triggered 2@106 PARTIALLY_FILLED; ioc triggered EXPIRED UNFILLED_IOC_QUANTITY; fok triggered EXPIRED UNFILLED_FOK_ORDER
    balance alice USD                                                  | 99458 free, 330 locked
    book BTCUSD                                                        | 3@110 / -
    place dave BTCUSD sell limit 3 @110                                | 3@110 FILLED
    order alice rest                                                   | not open
  `
  expect(run(table)).toBe(neat(table))
})

test('before bounded steps: rising stops by price upwards, then falling ones downwards, oldest first', () => {
  const table = `${older}
    place alice BTCUSD sell stop-loss 1 stop@97 id=f97   | NEW
    place alice BTCUSD sell stop-loss 1 stop@98 id=f98a  | NEW
    place bob BTCUSD sell stop-loss 1 stop@98 id=f98b    | NEW
    place bob BTCUSD buy stop-loss 1 stop@103 id=r103    | NEW
    place bob BTCUSD buy stop-loss 1 stop@102 id=r102    | NEW
    place bob BTCUSD buy stop-loss 1 stop@104 id=r104    | NEW
    place dave BTCUSD sell limit 1 @95                   | NEW
    place dave BTCUSD sell limit 1 @103                  | NEW
    place carol BTCUSD buy limit 2 @103                  | 1@95 1@103 FILLED; r102 triggered EXPIRED INSUFFICIENT_LIQUIDITY; r103 triggered EXPIRED INSUFFICIENT_LIQUIDITY; f98a triggered EXPIRED INSUFFICIENT_LIQUIDITY; f98b triggered EXPIRED INSUFFICIENT_LIQUIDITY; f97 triggered EXPIRED INSUFFICIENT_LIQUIDITY
    order bob r104                                       | NEW 0 of 1
  `
  expect(run(table)).toBe(neat(table))
})

test('a stop that trades triggers others: a cascade', () => {
  const table = `${traded}
    place alice BTCUSD sell stop-loss 1 stop@99 id=first  | NEW
    place alice BTCUSD sell stop-loss 1 stop@98 id=second | NEW
    place dave BTCUSD buy limit 1 @99                     | NEW
    place dave BTCUSD buy limit 1 @98                     | NEW
    place dave BTCUSD buy limit 1 @97                     | NEW
    place carol BTCUSD sell limit 1 @99                   | 1@99 FILLED; first triggered 1@98 FILLED; second triggered 1@97 FILLED
    waiting                                               | false
  `
  expect(run(table)).toBe(neat(table))
})

const twenty = Array.from({ length: 20 }, (_, i) => `place alice BTCUSD sell stop-loss 1 stop@99 id=s${i}`).join('\n')
const expired = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `s${from + i} triggered EXPIRED INSUFFICIENT_LIQUIDITY`).join('; ')

test('before bounded steps: sixteen start in one command; the rest wait, can be cancelled, start first next time', () => {
  const table = `${older}
    ${twenty}
    place dave BTCUSD buy limit 1 @99                 | NEW
    place carol BTCUSD sell limit 1 @99               | 1@99 FILLED; ${expired(0, 15)}
    waiting                                           | true
    order alice s16                                   | NEW 0 of 1
    cancel alice BTCUSD client=s17                    | s17 CANCELED
    tick                                              | ok
    waiting                                           | true
    place bob BTCUSD buy limit 1 @50 id=late          | ${expired(16, 16)}; ${expired(18, 19)}; NEW
    waiting                                           | false
  `
  expect(run(table)).toBe(neat(table))
})

test('before bounded steps: CONTINUE starts what waits; a command refused for its form does not', () => {
  const table = `${older}
    ${twenty}
    place dave BTCUSD buy limit 1 @99      | NEW
    place carol BTCUSD sell limit 1 @99    | 1@99 FILLED; ${expired(0, 15)}
    place bob BTCUSD buy limit 1           | INVALID_COMBINATION
    place bob 9 buy limit 1 @5             | UNKNOWN_SYMBOL
    waiting                                | true
    continue                               | ${expired(16, 19)}
    continue                               | ok
  `
  expect(run(table)).toBe(neat(table))
})

test('a stop that cannot work when it starts ends there: market, account, funds', () => {
  const table = `${older}
    ${twenty}
    place bob BTCUSD sell stop-loss 1 stop@99 id=bob       | NEW
    place dave BTCUSD buy limit 1 @99                      | NEW
    place carol BTCUSD sell limit 1 @99                    | 1@99 FILLED; ${expired(0, 15)}
    symbol-status BTCUSD halt
    account-status bob frozen
    place carol BTCUSD buy limit 1 @99                     | MARKET_CLOSED; s16 EXPIRED REJECTED_ON_TRIGGER; s17 EXPIRED REJECTED_ON_TRIGGER; s18 EXPIRED REJECTED_ON_TRIGGER; s19 EXPIRED REJECTED_ON_TRIGGER; bob EXPIRED REJECTED_ON_TRIGGER
    balance bob BTC                                        | 1000 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
  const poor = `${traded}
    account erin
    deposit erin USD 110
    place erin BTCUSD buy stop-loss 1 stop@110 id=erin     | NEW
    balance erin USD                                       | 0 free, 110 locked
    account frank
    deposit frank BTC 1
    place frank BTCUSD sell stop-loss 1 stop@90 id=frank   | NEW
    place dave BTCUSD sell limit 1 @110                    | NEW
    place dave BTCUSD sell limit 1 @111                    | NEW
    place carol BTCUSD buy limit 1 @110                    | 1@110 FILLED; erin EXPIRED REJECTED_ON_TRIGGER
    balance erin USD                                       | 110 free, 0 locked
    account-status frank frozen
    place dave BTCUSD buy limit 1 @90                      | NEW
    place carol BTCUSD sell limit 1 @90                    | 1@90 FILLED; frank EXPIRED REJECTED_ON_TRIGGER
  `
  expect(run(poor)).toBe(neat(poor))
})
