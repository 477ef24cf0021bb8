import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

test('funds come in and go out; nothing goes out that is locked or not there', () => {
  const table = `${market}
    deposit alice BTC 5               | +5
    import-balance alice BTC 5        | +5
    withdraw alice BTC 10             | -10
    deposit alice BTC 0               | INVALID_FIELD
    deposit alice BTC -1              | INVALID_FIELD
    withdraw alice BTC 0              | INVALID_FIELD
    deposit 9 BTC 1                   | UNKNOWN_ACCOUNT
    deposit alice 9 1                 | UNKNOWN_ASSET
    withdraw alice 9 1                | UNKNOWN_ASSET
    place alice BTCUSD sell limit 400 @100
    withdraw alice BTC 601            | INSUFFICIENT_FUNDS_TO_WITHDRAW
    withdraw alice BTC 600            | -600
    balance alice BTC                 | 0 free, 400 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('no balance and no total beyond 2^62', () => {
  const table = `
    asset BIG
    account alice
    account bob
    deposit alice BIG 4611686018427387905   | OVERFLOW_BALANCE
    deposit alice BIG 4611686018427387904   | +4611686018427387904
    deposit alice BIG 1                     | OVERFLOW_BALANCE
    deposit bob BIG 1                       | OVERFLOW_BALANCE
    withdraw alice BIG 1                    | -1
    deposit bob BIG 1                       | +1
    deposit bob BIG 9223372036854775807     | OVERFLOW_BALANCE
    balance alice BIG                       | 4611686018427387903 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('no notional beyond 2^62, no level beyond 2^53 - 1: exact at the bound', () => {
  const table = `
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    account bob
    deposit alice COIN 4611686018427387904
    deposit bob CASH 4611686018427387904
    place bob C buy limit 2147483648 @2147483648             | NEW
    balance bob CASH                                         | 0 free, 4611686018427387904 locked
    cancel-all bob C                                         | #1 CANCELED
    place bob C buy limit 2147483648 @2147483649             | OVERFLOW_NOTIONAL
    place alice C sell limit 2147483648 @2147483649          | OVERFLOW_NOTIONAL
    place bob C buy stop-loss 2147483648 stop@2147483649     | OVERFLOW_NOTIONAL
    place alice C sell limit 9007199254740991 @2             | NEW
    place alice C sell limit 1 @2                            | OVERFLOW_LEVEL
    place alice C sell limit 1 @3                            | NEW
    place bob C buy limit 1 @2                               | 1@2 FILLED
    place alice C sell limit 1 @2                            | NEW
    place alice C sell limit 1 @2                            | OVERFLOW_LEVEL
    place bob C buy market 9007199254740991                  | 9007199254740990@2 1@2 FILLED
    balance bob COIN                                         | 9007199254740992 free, 0 locked
    balance bob CASH                                         | 4593671619917905920 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('a market order whose cost exceeds 2^62 cannot be paid', () => {
  const table = `
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    account bob
    deposit alice COIN 4611686018427387904
    deposit bob CASH 4611686018427387904
    place alice C sell limit 4503599627370496 @1000        | NEW
    place alice C sell limit 4503599627370495 @1000        | NEW
    place bob C buy market 9007199254740991                | INSUFFICIENT_BALANCE
    place alice C sell limit 4503599627370496 @999         | NEW
    place bob C buy market 4616189618054759                | INSUFFICIENT_BALANCE
    place bob C buy market 4616189618054758                | 4503599627370496@999 112589990684262@1000 FILLED
    balance bob CASH                                       | 400 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('what is open to buy is summed exactly beyond 2^53', () => {
  const table = `
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    deposit alice CASH 288230379510433247
    place alice C buy limit 9007199254740244 @3 id=a      | NEW
    place alice C buy limit 9007199254740649 @2 id=b      | NEW
    cancel alice C client=a                               | a CANCELED
    filters C maxPosition=9007199254740651
    place alice C buy limit 3 @1                          | FILTER_MAX_POSITION
    place alice C buy limit 2 @1                          | NEW
  `
  expect(run(table)).toBe(neat(table))
})

test('amend may not overfill a level either', () => {
  const table = `
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    deposit alice COIN 4611686018427387904
    place alice C sell limit 9007199254740989 @2           | NEW
    place alice C sell limit 1 @2 id=a                     | NEW
    amend alice C 3 client=a                               | OVERFLOW_LEVEL
    amend alice C 2 client=a                               | a replaced NEW
    amend alice C 3 client=a                               | OVERFLOW_LEVEL
    place alice C sell limit 2 @3 id=b                     | NEW
    amend alice C @2 client=b                              | OVERFLOW_LEVEL
    amend alice C @1000 order=1                            | OVERFLOW_NOTIONAL
  `
  expect(run(table)).toBe(neat(table))
})

test('fees are taken from what is received, by the most specific rate, rounded half to even once that is active', () => {
  const table = `
    asset BTC
    asset USD
    market M BTC USD makerFee=100000 takerFee=500000
    market N BTC USD
    account alice
    account bob
    deposit alice BTC 1000
    deposit bob USD 100000
    place alice M sell limit 3 @5
    place bob M buy limit 3 @5                     | 3@5 FILLED
    balance bob BTC                                | 2 free, 0 locked
    balance alice USD                              | 14 free, 0 locked
    activate 1                                     | behaviour 1
    place alice M sell limit 3 @5
    place bob M buy limit 3 @5                     | 3@5 FILLED
    balance bob BTC                                | 3 free, 0 locked
    balance alice USD                              | 27 free, 0 locked
    place alice M sell limit 1 @5
    place bob M buy limit 1 @5                     | 1@5 FILLED
    balance bob BTC                                | 4 free, 0 locked
    balance alice USD                              | 32 free, 0 locked
    fees bob * 0 1000000                           | fees 2
    fees bob N 0 0                                 | fees 2
    fees alice M 0 0                               | fees 1
    place alice M sell limit 3 @5
    place bob M buy limit 3 @5                     | 3@5 FILLED
    balance bob BTC                                | 4 free, 0 locked
    balance alice USD                              | 47 free, 0 locked
    place alice N sell limit 3 @5
    place bob N buy limit 3 @5                     | 3@5 FILLED
    balance bob BTC                                | 7 free, 0 locked
    fees 9 M 0 0                                   | UNKNOWN_ACCOUNT
    fees bob X 0 0                                 | UNKNOWN_SYMBOL
  `
  expect(run(table)).toBe(neat(table))
})

test('behaviours are activated once, and only those of this build', () => {
  const table = `
    activate 1     | behaviour 1
    activate 1     | BEHAVIOUR_ACTIVE
    activate 99    | BEHAVIOUR_UNKNOWN
    activate 0     | BEHAVIOUR_UNKNOWN
  `
  expect(run(table)).toBe(neat(table))
})

test('listing: ids are positions, names are unique', () => {
  const table = `
    asset BTC 8               | asset 0
    asset USD 2               | asset 1
    asset BTC 8               | ALREADY_EXISTS
    market BTCUSD BTC USD     | symbol 0
    market BTCUSD BTC USD     | ALREADY_EXISTS
    market USDBTC USD BTC     | symbol 1
    account alice             | account 1
    account alice             | account 2
    filters 5 tickSize=1      | UNKNOWN_SYMBOL
    filters BTCUSD tickSize=1 | symbol 0
  `
  expect(run(table)).toBe(neat(table))
})

test('imported orders take their place in the queue by the time they were first placed', () => {
  const table = `${market}
    +10s place alice BTCUSD sell limit 5 @100 id=native10               | NEW
    import bob BTCUSD sell limit 5 @100 id=i5 time=now-5s               | NEW
    import carol BTCUSD sell limit 5 @100 id=i7 time=now-7s executed=2  | PARTIALLY_FILLED
    import carol BTCUSD sell limit 4 @100 id=tie time=now-5s            | NEW
    import carol BTCUSD sell limit 5 @100 id=same time=now              | NEW
    balance carol BTC                                                   | 988 free, 12 locked
    place alice BTCUSD buy limit 17 @100 stp=expire-taker               | 3@100 5@100 4@100 prevented:5@100 EXPIRED_IN_MATCH
    order carol i7                                                      | not open
    order bob i5                                                        | not open
    order carol tie                                                     | not open
    order carol same                                                    | NEW 0 of 5
    place bob BTCUSD buy limit 6 @100                                   | 5@100 1@100 FILLED
    order alice native10                                                | not open
    order carol same                                                    | PARTIALLY_FILLED 1 of 5
  `
  expect(run(table)).toBe(neat(table))
})

test('imported orders: what is refused', () => {
  const table = `${market}
    filters BTCUSD tickSize=5 stepSize=5 minNotional=100000
    place alice BTCUSD sell limit 1000 @100
    import bob BTCUSD buy limit 5 @100 id=a time=now             | WOULD_MATCH
    import bob BTCUSD buy limit 5 @99 id=a time=now              | FILTER_PRICE
    import bob BTCUSD buy limit 4 @95 id=a time=now              | FILTER_LOT_SIZE
    import bob BTCUSD buy limit 5 @95 id=a time=now ioc          | INVALID_COMBINATION
    import bob BTCUSD buy market 5 id=a time=now                 | INVALID_COMBINATION
    import bob BTCUSD buy limit 5 @95 id=a time=now+1us          | INVALID_FIELD
    import bob BTCUSD buy limit 5 @95 id=a time=now executed=5   | INVALID_FIELD
    import bob BTCUSD buy limit 5 @95 id=a time=now executed=-1  | INVALID_FIELD
    import bob BTCUSD buy limit 5000 @95 id=a time=now           | INSUFFICIENT_BALANCE
    import bob BTCUSD buy maker 5 @95 time=now text=foreign      | NEW
    import bob BTCUSD buy limit 5 @95 time=now text=foreign      | DUPLICATE_CLIENT_ORDER_ID
    import 9 BTCUSD buy limit 5 @95 time=now                     | UNKNOWN_ACCOUNT
    import bob 9 buy limit 5 @95 time=now                        | UNKNOWN_SYMBOL
    cancel bob BTCUSD client=foreign                             | foreign CANCELED
  `
  expect(run(table)).toBe(neat(table))
})
