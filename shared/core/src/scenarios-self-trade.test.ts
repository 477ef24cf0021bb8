import { expect, test } from 'vitest'
import { ExecutionType, OrderStatus } from './enums.ts'
import { EventKind } from './event.ts'
import { memberName } from '../testing/describe.ts'
import { market } from '../testing/opening.ts'
import { Scenario, neat, run } from '../testing/table.ts'

/** An own order in the middle of the queue. */
const queue = `${market}
  place bob   BTCUSD sell limit 2 @100 id=b1
  place alice BTCUSD sell limit 3 @100 id=own
  place bob   BTCUSD sell limit 4 @100 id=b2
`

test('NONE: the account trades with itself', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 9 @100 stp=none | 2@100 3@100 4@100 FILLED
    balance alice BTC                            | 1006 free, 0 locked
    balance alice USD                            | 99400 free, 0 locked
  `
  // The own order has fills only as a maker, so it is not named: see that it is gone.
  expect(run(`${table}\n order alice own | not open`)).toBe(neat(`${table}\n order alice own | not open`))
})

test('EXPIRE_TAKER: the rest of the new order goes, the old one stays', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 9 @100 stp=expire-taker | 2@100 prevented:7@100 EXPIRED_IN_MATCH
    order alice own                                      | NEW 0 of 3
    book BTCUSD                                          | - / 7@100
    balance alice USD                                    | 99800 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_MAKER: the old order goes, the new one trades on', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 9 @100 stp=expire-maker | 2@100 4@100 PARTIALLY_FILLED; own prevented:3@100 EXPIRED_IN_MATCH
    order alice own                                      | not open
    book BTCUSD                                          | 3@100 / -
    balance alice BTC                                    | 1006 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('EXPIRE_BOTH: both go', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 9 @100 stp=expire-both | 2@100 prevented:7@100 EXPIRED_IN_MATCH; own prevented:3@100 EXPIRED_IN_MATCH
    book BTCUSD                                         | - / 4@100
    balance alice BTC                                   | 1002 free, 0 locked
    balance alice USD                                   | 99800 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('DECREMENT: both lose what they would have traded', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 4 @100 stp=decrement | 2@100 prevented:2@100 EXPIRED_IN_MATCH; own prevented:2@100 NEW
    order alice own                                   | NEW 0 of 3, 2 prevented
    balance alice BTC                                 | 1001 free, 1 locked
    place alice BTCUSD buy limit 9 @100 stp=decrement id=n | prevented:1@100 4@100 PARTIALLY_FILLED; own prevented:1@100 EXPIRED_IN_MATCH
    order alice n                                     | PARTIALLY_FILLED 4 of 9, 1 prevented
    balance alice USD                                 | 99000 free, 400 locked
    book BTCUSD                                       | 4@100 / -
    place bob BTCUSD sell limit 4 @100                | 4@100 FILLED
    order alice n                                     | not open
  `
  expect(run(table)).toBe(neat(table))
})

test('DECREMENT: both end when nothing is left of either', () => {
  const table = `${market}
    place alice BTCUSD sell limit 3 @100 id=own
    place alice BTCUSD buy limit 3 @100 stp=decrement | prevented:3@100 EXPIRED_IN_MATCH; own prevented:3@100 EXPIRED_IN_MATCH
    book BTCUSD                                       | - / -
    balance alice BTC                                 | 1000 free, 0 locked
    balance alice USD                                 | 100000 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('MARKET orders are prevented like any other', () => {
  const table = `${queue}
    place alice BTCUSD buy market 9 stp=expire-taker  | 2@100 prevented:7@100 EXPIRED_IN_MATCH
    place alice BTCUSD buy market 2 stp=decrement     | prevented:2@100 EXPIRED_IN_MATCH; own prevented:2@100 NEW
    place alice BTCUSD buy market quote:350 stp=decrement | prevented:1@100 2@100 FILLED; own prevented:1@100 EXPIRED_IN_MATCH
    place alice BTCUSD sell limit 1 @99 id=own2       | NEW
    place alice BTCUSD buy market quote:99 stp=expire-both | prevented:0@99 EXPIRED_IN_MATCH; own2 prevented:1@99 EXPIRED_IN_MATCH
    book BTCUSD                                       | - / 2@100
  `
  expect(run(table)).toBe(neat(table))
})

test('FOK: own orders count, are skipped, or stand in the way', () => {
  const table = `${queue}
    place alice BTCUSD buy limit 9 @100 fok stp=expire-maker | EXPIRED UNFILLED_FOK_ORDER
    place alice BTCUSD buy limit 6 @100 fok stp=expire-taker | EXPIRED UNFILLED_FOK_ORDER
    place alice BTCUSD buy limit 6 @100 fok stp=decrement    | EXPIRED UNFILLED_FOK_ORDER
    place alice BTCUSD buy limit 2 @100 fok stp=expire-both  | 2@100 FILLED
    place alice BTCUSD buy limit 7 @100 fok stp=none         | 3@100 4@100 FILLED
  `
  expect(run(table)).toBe(neat(table))
  const skipped = `${queue}
    place alice BTCUSD buy limit 6 @100 fok stp=expire-maker | 2@100 4@100 FILLED; own prevented:3@100 EXPIRED_IN_MATCH
  `
  expect(run(skipped)).toBe(neat(skipped))
})

test("the taker's mode applies, else the symbol's default, and only listed modes are accepted", () => {
  const table = `${market}
    market SAFE BTC USD defaultSelfTradePrevention=EXPIRE_MAKER selfTradePreventionModes=EXPIRE_MAKER,EXPIRE_BOTH
    place alice SAFE sell limit 1 @100 id=m stp=expire-both | NEW
    place alice SAFE buy limit 1 @100                       | NEW; m prevented:1@100 EXPIRED_IN_MATCH
    place alice SAFE buy limit 1 @100 stp=none              | SELF_TRADE_PREVENTION_NOT_ALLOWED
    place alice SAFE buy limit 1 @100 stp=decrement         | SELF_TRADE_PREVENTION_NOT_ALLOWED
  `
  expect(run(table)).toBe(neat(table))
})

/**
 * What each line did to orders, as the documents say: one event for each order, with its status and the other order.
 */
test.each([
  ['expire-taker', [['new', 'EXPIRED_IN_MATCH', 3, 3, 'own']]],
  ['expire-maker', [['own', 'EXPIRED_IN_MATCH', 2, 2, 'new']]],
  [
    'expire-both',
    [
      ['own', 'EXPIRED_IN_MATCH', 2, 2, 'new'],
      ['new', 'EXPIRED_IN_MATCH', 3, 3, 'own'],
    ],
  ],
  [
    'decrement',
    [
      ['own', 'EXPIRED_IN_MATCH', 2, 2, 'new'],
      ['new', 'NEW', 2, 2, 'own'],
    ],
  ],
])('%s: one TRADE_PREVENTION for each order that loses, and nothing else', (mode, expected) => {
  const scenario = new Scenario()
  for (const line of market.split('\n').map((one) => one.trim())) if (line !== '') scenario.line(line)
  scenario.line('place alice BTCUSD sell limit 2 @100 id=own')
  scenario.line(`place alice BTCUSD buy limit 3 @100 id=new stp=${mode}`)
  const { events } = scenario.last!
  const executions = events.filter((event) => event.kind === EventKind.EXECUTION)
  const names = new Map(executions.map(({ order }) => [order.orderId, order.clientId]))
  const prevented = events.find((event) => event.kind === EventKind.PREVENTED)!
  names.set(prevented.makerOrder, 'own')
  const told = executions.filter(({ execution }) => execution === ExecutionType.TRADE_PREVENTION)
  expect(
    told.map(({ order, lastQuantity, counterOrder }) => [
      order.clientId,
      memberName(OrderStatus, order.status),
      lastQuantity,
      order.prevented,
      names.get(counterOrder),
    ]),
  ).toEqual(expected)
  for (const { tradeId, lastPrice } of told) expect([tradeId, lastPrice]).toEqual([prevented.preventedId, 100])
  expect(executions.filter(({ execution }) => execution === ExecutionType.EXPIRED)).toEqual([])
})
