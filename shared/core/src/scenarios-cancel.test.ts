import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

const resting = `${market}
  market OTHER BTC USD
  place alice BTCUSD sell limit 10 @100 id=a
  place alice BTCUSD sell limit 10 @101 id=a2
  place bob BTCUSD sell limit 10 @100 id=b
`

test('cancel by order id, by client id, by both', () => {
  const table = `${resting}
    cancel alice BTCUSD                                | INVALID_COMBINATION
    cancel alice BTCUSD order=99                       | UNKNOWN_ORDER
    cancel alice BTCUSD client=z                       | UNKNOWN_ORDER
    cancel alice BTCUSD order=3                        | UNKNOWN_ORDER
    cancel alice OTHER order=1                         | UNKNOWN_ORDER
    cancel alice OTHER client=a                        | UNKNOWN_ORDER
    cancel alice BTCUSD order=1 client=a2              | ORDER_ID_MISMATCH
    cancel alice BTCUSD order=1 client=zz              | ORDER_ID_MISMATCH
    cancel alice BTCUSD order=99 client=a              | UNKNOWN_ORDER
    cancel alice BTCUSD order=-1                       | INVALID_FIELD
    cancel alice BTCUSD order=1 only=3                 | INVALID_FIELD
    cancel 9 BTCUSD order=1                            | UNKNOWN_ACCOUNT
    cancel alice 9 order=1                             | UNKNOWN_SYMBOL
    cancel alice BTCUSD order=1 client=a as=why        | a CANCELED
    cancel alice BTCUSD order=1                        | UNKNOWN_ORDER
    cancel alice BTCUSD client=a2                      | a2 CANCELED
    balance alice BTC                                  | 1000 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('restrictions: only untouched, only partially filled', () => {
  const table = `${resting}
    cancel alice BTCUSD client=a only=partial   | CANCEL_RESTRICTED
    place carol BTCUSD buy limit 4 @100         | 4@100 FILLED
    cancel alice BTCUSD client=a only=new       | CANCEL_RESTRICTED
    cancel alice BTCUSD client=a only=partial   | a CANCELED
    cancel bob BTCUSD client=b only=new         | b CANCELED
    balance alice BTC                           | 986 free, 10 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('cancel all of a market, oldest first; of an account, everywhere', () => {
  const table = `${resting}
    place alice OTHER sell limit 1 @100 id=o          | NEW
    place alice BTCUSD sell stop-loss 1 stop@50 id=s  | NEW
    cancel-all alice BTCUSD                           | a CANCELED; a2 CANCELED; s CANCELED
    cancel-all alice BTCUSD                           | NOTHING_OPEN
    place alice BTCUSD buy limit 1 @5 id=n            | NEW
    cancel-account alice                              | o CANCELED; n CANCELED
    cancel-account alice                              | NOTHING_OPEN
    cancel-account 9                                  | UNKNOWN_ACCOUNT
    cancel-all alice 9                                | UNKNOWN_SYMBOL
    cancel-all 9 BTCUSD                               | UNKNOWN_ACCOUNT
    book BTCUSD                                       | - / 10@100
    balance alice USD                                 | 100000 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('amend keeping priority: only lower, above what is done, same place in the queue', () => {
  const table = `${resting}
    place carol BTCUSD buy limit 3 @100             | 3@100 FILLED
    lower alice BTCUSD 10 client=a                  | AMEND_NO_CHANGE
    lower alice BTCUSD 11 client=a                  | AMEND_QUANTITY
    lower alice BTCUSD 3 client=a                   | AMEND_BELOW_EXECUTED
    lower alice BTCUSD client=a                     | INVALID_COMBINATION
    lower alice BTCUSD 5                            | INVALID_COMBINATION
    lower alice BTCUSD -5 client=a                  | INVALID_FIELD
    lower alice BTCUSD 5 client=zz                  | UNKNOWN_ORDER
    lower alice BTCUSD 5 client=a id=a2             | DUPLICATE_CLIENT_ORDER_ID
    filters BTCUSD stepSize=2 minNotional=500
    lower alice BTCUSD 5 client=a                   | FILTER_LOT_SIZE
    lower alice BTCUSD 4 client=a                   | FILTER_NOTIONAL
    lower alice BTCUSD 6 client=a id=a9             | a9 replaced PARTIALLY_FILLED
    balance alice BTC                               | 984 free, 13 locked
    filters BTCUSD
    place carol BTCUSD buy limit 4 @100             | 3@100 1@100 FILLED
    order alice a9                                  | not open
    order bob b                                     | PARTIALLY_FILLED 1 of 10
  `
  expect(run(table)).toBe(neat(table))
})

test('amend keeping priority of a stop frees what it no longer needs', () => {
  const table = `${market}
    place alice BTCUSD buy stop-loss 10 stop@50 id=s      | NEW
    lower alice BTCUSD 4 client=s                         | s replaced NEW
    balance alice USD                                     | 99800 free, 200 locked
    amend alice BTCUSD 3 client=s                         | ORDER_TYPE_NOT_ALLOWED
  `
  expect(run(table)).toBe(neat(table))
})

test('amend of price and quantity: to the back of the queue, matching first if it crosses', () => {
  const table = `${resting}
    amend alice BTCUSD client=a                       | AMEND_NO_CHANGE
    amend alice BTCUSD 10 @100 client=a               | AMEND_NO_CHANGE
    amend alice BTCUSD 5 client=a                     | a replaced NEW
    place carol BTCUSD buy limit 1 @100               | 1@100 FILLED
    order alice a                                     | PARTIALLY_FILLED 1 of 5
    amend alice BTCUSD 1 client=a                     | AMEND_BELOW_EXECUTED
    amend alice BTCUSD 8 client=a                     | a replaced PARTIALLY_FILLED
    place carol BTCUSD buy limit 1 @100               | 1@100 FILLED
    order bob b                                       | PARTIALLY_FILLED 1 of 10
    place carol BTCUSD buy limit 5 @99 id=c           | NEW
    amend alice BTCUSD @99 client=a id=a7             | a7 replaced 5@99 PARTIALLY_FILLED
    book BTCUSD                                       | - / 2@99 9@100 10@101
    amend alice BTCUSD 2000 client=a7                 | INSUFFICIENT_BALANCE
    balance alice BTC                                 | 982 free, 12 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('the filters of a new order apply to an amend', () => {
  const table = `${resting}
    place alice BTCUSD sell maker 10 @102 id=m       | NEW
    place carol BTCUSD buy limit 10 @90 id=c         | NEW
    filters BTCUSD tickSize=2 stepSize=5 minNotional=600 maxPosition=1030
    amend alice BTCUSD @103 client=a                 | FILTER_PRICE
    amend alice BTCUSD 12 client=a                   | FILTER_LOT_SIZE
    amend alice BTCUSD 5 client=a                    | FILTER_NOTIONAL
    amend carol BTCUSD 35 client=c                   | FILTER_MAX_POSITION
    amend carol BTCUSD 30 client=c                   | c replaced NEW
    amend carol BTCUSD @92 client=c id=c             | c replaced NEW
    filters BTCUSD tickSize=2 stepSize=5 minNotional=600 maxPosition=5
    amend carol BTCUSD @90 client=c                  | c replaced NEW
    amend carol BTCUSD 35 client=c                   | FILTER_MAX_POSITION
    filters BTCUSD tickSize=2 stepSize=5 minNotional=600
    amend carol BTCUSD @92 client=c                  | c replaced NEW
    amend alice BTCUSD @90 client=m                  | WOULD_MATCH
    amend alice BTCUSD @104 client=a id=m            | DUPLICATE_CLIENT_ORDER_ID
    amend carol BTCUSD @9007199254740990 client=c    | INSUFFICIENT_BALANCE
    amend carol BTCUSD @96 500 client=zz             | UNKNOWN_ORDER
    amend carol BTCUSD -1 client=c                   | INVALID_FIELD
    amend carol BTCUSD 5                             | INVALID_COMBINATION
  `
  expect(run(table)).toBe(neat(table))
})

test('cancelReplace: both, or what its mode says', () => {
  const table = `${resting}
    replace alice BTCUSD sell limit 990 @110 client=a id=n          | a CANCELED; NEW; cancel NONE, place NONE
    replace alice BTCUSD sell limit 5 @110 client=zz id=q           | REPLACE_CANCEL_FAILED; cancel UNKNOWN_ORDER, place not attempted
    replace alice BTCUSD sell limit 5 @110 client=zz mode=allow     | REPLACE_FAILED; cancel UNKNOWN_ORDER, place INSUFFICIENT_BALANCE
    replace alice BTCUSD buy limit 5 @90 client=zz mode=allow id=y  | REPLACE_PARTIAL; NEW; cancel UNKNOWN_ORDER, place NONE
    replace alice BTCUSD sell limit 1000 @110 client=a2 mode=stop   | REPLACE_PARTIAL; a2 CANCELED; cancel NONE, place INSUFFICIENT_BALANCE
    replace alice BTCUSD buy limit 5 @100 client=y only=partial     | REPLACE_CANCEL_FAILED; cancel CANCEL_RESTRICTED, place not attempted
    replace alice BTCUSD buy limit 12 @100 client=y id=y            | y CANCELED; 10@100 PARTIALLY_FILLED; cancel NONE, place NONE
    book BTCUSD                                                     | 2@100 / 990@110
  `
  // Both the old and the new order are called y: the outcome lists the old one first, the new one without a name.
  expect(run(table)).toBe(neat(table))
})

test('cancelReplace: a failure that does not depend on the cancel rejects the whole command', () => {
  const table = `${resting}
    filters BTCUSD tickSize=10 maxOrders=2 maxPosition=1010
    replace alice BTCUSD sell limit 5 @105 client=a      | FILTER_PRICE
    replace alice BTCUSD sell limit 5 client=a           | INVALID_COMBINATION
    replace alice BTCUSD sell limit 5 @100               | INVALID_COMBINATION
    replace alice BTCUSD sell limit 5 @100 client=a mode=3  | INVALID_FIELD
    replace alice BTCUSD sell limit 5 @100 client=a only=7  | INVALID_FIELD
    replace 9 BTCUSD sell limit 5 @100 client=a          | UNKNOWN_ACCOUNT
    order alice a                                        | NEW 0 of 10
    replace alice BTCUSD sell limit 5 @110 client=a      | a CANCELED; NEW; cancel NONE, place NONE
    replace alice BTCUSD buy limit 20 @90 client=a2      | FILTER_MAX_POSITION
  `
  expect(run(table)).toBe(neat(table))
})
