import { expect, test } from 'vitest'
import { Behaviour } from './behaviours.ts'
import { funded, market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

/** With commands that do three units of work each. */
function steps(table: string): string {
  return run(table, { stepWorkMax: 3 })
}

const asks = Array.from({ length: 5 }, (_, i) => `place alice BTCUSD sell limit 1 @${100 + i} id=a${i}`).join('\n')

test('an order with too many makers continues in later commands, with nothing of its market in between', () => {
  const table = `${market}
    ${asks}
    asset ETH
    market ETHUSD ETH USD
    place bob BTCUSD buy limit 6 @110 id=big         | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    work                                             | true
    order bob big                                    | PARTIALLY_FILLED 3 of 6
    book BTCUSD                                      | - / 1@103 1@104
    balance bob USD                                  | 99367 free, 330 locked
    place carol BTCUSD sell limit 1 @50              | MARKET_BUSY
    cancel bob BTCUSD client=big                     | MARKET_BUSY
    cancel-all alice BTCUSD                          | MARKET_BUSY
    cancel-account alice                             | MARKET_BUSY
    lower bob BTCUSD 4 client=big                    | MARKET_BUSY
    amend bob BTCUSD 4 @50 client=big                | MARKET_BUSY
    replace bob BTCUSD buy limit 1 @50 client=big    | MARKET_BUSY
    import carol BTCUSD buy limit 1 @1               | MARKET_BUSY
    symbol-status BTCUSD halt                        | MARKET_BUSY
    filters BTCUSD maxPosition=5                     | MARKET_BUSY
    place carol ETHUSD buy limit 1 @50 id=other      | NEW
    cancel-account carol                             | other CANCELED
    deposit bob USD 1                                | +1
    withdraw bob USD 99368                           | -99368
    continue                                         | big 1@103 1@104 PARTIALLY_FILLED; work NONE
    work                                             | false
    order bob big                                    | PARTIALLY_FILLED 5 of 6
    book BTCUSD                                      | 1@110 / -
    balance bob USD                                  | 13 free, 110 locked
    continue                                         | ok
  `
  expect(steps(table)).toBe(neat(table))
})

test('a market order is held to what it may spend across its steps', () => {
  const table = `${market}
    ${asks}
    account erin
    deposit erin USD 600
    place erin BTCUSD buy market 5                   | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    balance erin USD                                 | 90 free, 207 locked
    withdraw erin USD 90                             | -90
    continue                                         | #6 1@103 1@104 FILLED; work NONE
    balance erin USD                                 | none
  `
  expect(steps(table)).toBe(neat(table))
})

test('by quote quantity, on both sides', () => {
  const table = `${market}
    ${asks}
    place bob BTCUSD buy market quote:450            | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    balance bob USD                                  | 99550 free, 147 locked
    continue                                         | #6 1@103 FILLED; work NONE
    balance bob USD                                  | 99594 free, 0 locked
    cancel-all alice BTCUSD                          | a4 CANCELED
    place alice BTCUSD buy limit 1 @10
    place alice BTCUSD buy limit 1 @9
    place alice BTCUSD buy limit 1 @8
    place alice BTCUSD buy limit 1 @7
    place bob BTCUSD sell market quote:35            | 1@10 1@9 1@8 PARTIALLY_FILLED; work ORDER
    balance bob BTC                                  | 1000 free, 1 locked
    continue                                         | #11 1@7 EXPIRED INSUFFICIENT_LIQUIDITY; work NONE
    balance bob BTC                                  | 1000 free, 0 locked
  `
  expect(steps(table)).toBe(neat(table))
})

test('FOK is all or nothing: it is decided before the first fill, and nothing comes between', () => {
  const table = `${market}
    ${asks}
    place bob BTCUSD buy limit 6 @110 fok            | EXPIRED UNFILLED_FOK_ORDER
    place bob BTCUSD buy limit 5 @110 fok id=all     | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    cancel alice BTCUSD client=a4                    | MARKET_BUSY
    continue                                         | all 1@103 1@104 FILLED; work NONE
    place bob BTCUSD sell limit 5 @1 ioc             | EXPIRED UNFILLED_IOC_QUANTITY
  `
  expect(steps(table)).toBe(neat(table))
})

test('IOC ends, an amended order continues, a prevented match counts as work', () => {
  const table = `${market}
    ${asks}
    place bob BTCUSD buy limit 9 @103 ioc id=ioc     | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    continue                                         | ioc 1@103 EXPIRED UNFILLED_IOC_QUANTITY; work NONE
    place alice BTCUSD sell limit 1 @105 id=a5
    place alice BTCUSD sell limit 1 @106 id=a6
    place alice BTCUSD sell limit 1 @107 id=a7
    place alice BTCUSD buy limit 2 @90 id=own stp=expire-maker
    amend alice BTCUSD 2 @120 client=own             | own replaced NEW; a4 prevented:1@104 EXPIRED_IN_MATCH; a5 prevented:1@105 EXPIRED_IN_MATCH; a6 prevented:1@106 EXPIRED_IN_MATCH; work ORDER
    continue                                         | a7 prevented:1@107 EXPIRED_IN_MATCH; work NONE
    book BTCUSD                                      | 2@120 / -
  `
  expect(steps(table)).toBe(neat(table))
})

test('cancels continue: the newest orders first, each step by order id', () => {
  const table = `${market}
    ${asks}
    cancel-all alice BTCUSD as=all                   | a2 CANCELED; a3 CANCELED; a4 CANCELED; work CANCELS
    order alice a1                                   | NEW 0 of 1
    place alice BTCUSD sell limit 1 @200             | MARKET_BUSY
    continue                                         | a0 CANCELED; a1 CANCELED; work NONE
    cancel-all alice BTCUSD                          | NOTHING_OPEN
    balance alice BTC                                | 1000 free, 0 locked
  `
  expect(steps(table)).toBe(neat(table))
})

test('cancels of an account continue in each of its markets', () => {
  const table = `${market}
    asset ETH
    market ETHUSD ETH USD
    ${asks}
    place alice ETHUSD buy limit 1 @1 id=e1
    place alice ETHUSD buy limit 1 @2 id=e2
    place bob ETHUSD buy limit 1 @3 id=bob
    cancel-account alice                             | a2 CANCELED; a3 CANCELED; a4 CANCELED; work CANCELS; work CANCELS
    cancel bob ETHUSD client=bob                     | MARKET_BUSY
    continue                                         | a0 CANCELED; a1 CANCELED; work NONE
    cancel bob ETHUSD client=bob                     | MARKET_BUSY
    continue                                         | e1 CANCELED; e2 CANCELED; work NONE
    cancel bob ETHUSD client=bob                     | bob CANCELED
  `
  expect(steps(table)).toBe(neat(table))
})

test('markets take turns', () => {
  const table = `${market}
    ${asks}
    asset ETH
    market ETHUSD ETH USD
    deposit alice ETH 10
    place alice ETHUSD sell limit 4 @1 id=e0
    ${Array.from({ length: 7 }, (_, i) => `place alice BTCUSD sell limit 1 @${110 + i} id=b${i}`).join('\n')}
    ${Array.from({ length: 4 }, (_, i) => `place alice ETHUSD sell limit 1 @${2 + i} id=f${i}`).join('\n')}
    place bob BTCUSD buy limit 9 @200 id=x           | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    place bob ETHUSD buy limit 8 @200 id=y           | 4@1 1@2 1@3 PARTIALLY_FILLED; work ORDER
    continue                                         | x 1@103 1@104 1@110 PARTIALLY_FILLED; work ORDER
    continue                                         | y 1@4 1@5 FILLED; work NONE
    continue                                         | x 1@111 1@112 1@113 FILLED; work NONE
  `
  expect(steps(table)).toBe(neat(table))
})

const traded = `${market}
  account dave
  deposit dave BTC 1000
  deposit dave USD 1000000
  place dave BTCUSD sell limit 1 @100
  place carol BTCUSD buy limit 1 @100
`

test('stops start in the order in which trades reached them', () => {
  const table = `${traded}
    place alice BTCUSD sell stop-loss 1 stop@95 id=falling  | NEW
    place bob BTCUSD buy stop-loss 1 stop@105 id=rising     | NEW
    place bob BTCUSD buy stop-loss 1 stop@103 id=earlier    | NEW
    place dave BTCUSD sell limit 1 @90                      | NEW
    place dave BTCUSD sell limit 1 @104                     | NEW
    place carol BTCUSD buy limit 2 @110                     | 1@90 1@104 FILLED; falling triggered EXPIRED INSUFFICIENT_LIQUIDITY; work STOPS
    continue                                                | earlier triggered EXPIRED INSUFFICIENT_LIQUIDITY; work NONE
    order bob rising                                        | NEW 0 of 1
  `
  expect(steps(table)).toBe(neat(table))
})

test('a started stop may itself continue in later commands, and the stops behind it wait', () => {
  const table = `${traded}
    place dave BTCUSD sell limit 1 @101                     | NEW
    place dave BTCUSD sell limit 1 @102                     | NEW
    place dave BTCUSD sell limit 1 @103                     | NEW
    place dave BTCUSD sell limit 1 @104                     | NEW
    place bob BTCUSD buy stop-loss 3 stop@101 id=s1         | NEW
    place bob BTCUSD buy stop-loss 1 stop@101 id=s2         | NEW
    place carol BTCUSD buy limit 1 @101                     | 1@101 FILLED; s1 triggered 1@102 PARTIALLY_FILLED; work ORDER
    waiting                                                 | true
    cancel bob BTCUSD client=s2                             | MARKET_BUSY
    continue                                                | s1 1@103 1@104 FILLED; s2 triggered EXPIRED INSUFFICIENT_LIQUIDITY; work NONE
    waiting                                                 | false
  `
  expect(steps(table)).toBe(neat(table))
})

test('a halt comes after the stops that trades have triggered', () => {
  const stops = Array.from({ length: 6 }, (_, i) => `place alice BTCUSD sell stop-loss 1 stop@99 id=s${i}`).join('\n')
  const table = `${traded}
    ${stops}
    place dave BTCUSD buy limit 1 @99
    place carol BTCUSD sell limit 1 @99                     | 1@99 FILLED; s0 triggered EXPIRED INSUFFICIENT_LIQUIDITY; s1 triggered EXPIRED INSUFFICIENT_LIQUIDITY; work STOPS
    symbol-status BTCUSD halt                               | MARKET_BUSY
    continue                                                | s2 triggered EXPIRED INSUFFICIENT_LIQUIDITY; s3 triggered EXPIRED INSUFFICIENT_LIQUIDITY; s4 triggered EXPIRED INSUFFICIENT_LIQUIDITY; work STOPS
    continue                                                | s5 triggered EXPIRED INSUFFICIENT_LIQUIDITY; work NONE
    symbol-status BTCUSD halt
  `
  expect(steps(table)).toBe(neat(table))
})

test('stops that wait in a market that does not trade wait until it does', () => {
  const stops = Array.from({ length: 20 }, (_, i) => `place alice BTCUSD sell stop-loss 1 stop@99 id=s${i}`).join('\n')
  const started = Array.from({ length: 16 }, (_, i) => `s${i} triggered EXPIRED INSUFFICIENT_LIQUIDITY`).join('; ')
  for (const status of ['halt', 'post-only', 'cancel-only']) {
    const table = `${funded}
      place carol BTCUSD sell limit 1 @100
      place bob BTCUSD buy limit 1 @100
      ${stops}
      place bob BTCUSD buy limit 1 @99
      place carol BTCUSD sell limit 1 @99                   | 1@99 FILLED; ${started}
      symbol-status BTCUSD ${status}
      activate ${Behaviour.BOUNDED_STEPS}
      work                                                  | false
      continue                                              | ok
      waiting                                               | true
      order alice s16                                       | NEW 0 of 1
      cancel alice BTCUSD client=s17                        | s17 CANCELED
      symbol-status BTCUSD trading                          | symbol 0; work STOPS
      continue                                              | s16 triggered EXPIRED INSUFFICIENT_LIQUIDITY; s18 triggered EXPIRED INSUFFICIENT_LIQUIDITY; s19 triggered EXPIRED INSUFFICIENT_LIQUIDITY; work NONE
      waiting                                               | false
    `
    expect(steps(table)).toBe(neat(table))
  }
})

test('a refusal of a busy market is no answer to an idempotent retry, and changes nothing', () => {
  const table = `${market}
    ${asks}
    place bob BTCUSD buy limit 5 @110 id=once sent=now  | 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
    place carol BTCUSD buy limit 1 @50 id=retry sent=now | MARKET_BUSY
    continue                                            | once 1@103 1@104 FILLED; work NONE
    place carol BTCUSD buy limit 1 @50 id=retry sent=now | NEW
    place carol BTCUSD buy limit 1 @50 id=retry sent=now | again; NEW
    place bob BTCUSD buy limit 5 @110 id=once sent=now  | again; 1@100 1@101 1@102 PARTIALLY_FILLED; work ORDER
  `
  expect(steps(table)).toBe(neat(table))
})
