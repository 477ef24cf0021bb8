import { expect, test } from 'vitest'
import { market } from '../testing/opening.ts'
import { neat, run } from '../testing/table.ts'

const resting = `${market}
  place alice BTCUSD sell limit 5 @100 id=a
  place alice BTCUSD sell limit 5 @101 id=a2
  place bob BTCUSD sell limit 5 @100 id=b
`

test.each(['halt', 'break'])('%s: nothing is placed or amended', (status) => {
  const table = `${resting}
    symbol-status BTCUSD ${status}                     | symbol 0
    place carol BTCUSD buy limit 1 @1                  | MARKET_CLOSED
    place carol BTCUSD buy market 1                    | MARKET_CLOSED
    lower alice BTCUSD 4 client=a                      | MARKET_CLOSED
    amend alice BTCUSD 4 client=a                      | MARKET_CLOSED
    replace alice BTCUSD sell limit 1 @100 client=a    | MARKET_CLOSED
  `
  expect(run(table)).toBe(neat(table))
})

// "Orders can be canceled via the API on symbols in the BREAK or HALT status."
test.each(['halt', 'break'])('%s: cancelling goes on', (status) => {
  const table = `${resting}
    symbol-status BTCUSD ${status}
    cancel alice BTCUSD client=a       | a CANCELED
    cancel-all bob BTCUSD              | b CANCELED
    cancel-account alice               | a2 CANCELED
    balance alice BTC                  | 1000 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

// "Trading status where users can only cancel and amend orders on that symbol." What could place anew is none.
test('CANCEL_ONLY: cancels and amends that lower the quantity', () => {
  const table = `${resting}
    symbol-status BTCUSD cancel-only
    place carol BTCUSD buy limit 1 @1             | SYMBOL_CANCEL_ONLY
    place carol BTCUSD buy maker 1 @1             | SYMBOL_CANCEL_ONLY
    replace alice BTCUSD sell limit 1 @100 client=a | SYMBOL_CANCEL_ONLY
    amend alice BTCUSD @99 client=a               | SYMBOL_CANCEL_ONLY
    lower alice BTCUSD 4 client=a                 | a replaced NEW
    lower alice BTCUSD 9 client=a                 | AMEND_QUANTITY
    book BTCUSD                                   | - / 9@100 5@101
    account-status alice cancel-only
    lower alice BTCUSD 3 client=a                 | ACCOUNT_CANCEL_ONLY
    cancel alice BTCUSD client=a                  | a CANCELED
    cancel-all bob BTCUSD                         | b CANCELED
  `
  expect(run(table)).toBe(neat(table))
})

test('POST_ONLY: orders that only make', () => {
  const table = `${resting}
    symbol-status BTCUSD post-only
    place carol BTCUSD buy market 1                      | SYMBOL_POST_ONLY
    place carol BTCUSD buy limit 1 @100 ioc              | SYMBOL_POST_ONLY
    place carol BTCUSD buy limit 1 @99 fok               | SYMBOL_POST_ONLY
    place carol BTCUSD buy stop-loss 1 stop@200          | SYMBOL_POST_ONLY
    place carol BTCUSD buy limit 1 @100                  | SYMBOL_POST_ONLY
    place carol BTCUSD buy maker 1 @100                  | WOULD_MATCH
    place carol BTCUSD buy limit 1 @99 id=c              | NEW
    place carol BTCUSD buy maker 1 @99                   | NEW
    amend carol BTCUSD @100 client=c                     | SYMBOL_POST_ONLY
    amend carol BTCUSD @98 client=c                      | c replaced NEW
    lower alice BTCUSD 4 client=a                        | a replaced NEW
    replace carol BTCUSD buy limit 1 @100 client=c       | SYMBOL_POST_ONLY
    symbol-status BTCUSD trading
    place carol BTCUSD buy limit 1 @100                  | 1@100 FILLED
  `
  expect(run(table)).toBe(neat(table))
})

test('accounts: cancel-only and frozen', () => {
  const table = `${resting}
    account-status alice cancel-only                | account 1
    place alice BTCUSD sell limit 1 @200            | ACCOUNT_CANCEL_ONLY
    lower alice BTCUSD 4 client=a                   | ACCOUNT_CANCEL_ONLY
    amend alice BTCUSD 4 client=a                   | ACCOUNT_CANCEL_ONLY
    withdraw alice BTC 1                            | -1
    cancel alice BTCUSD client=a2                   | a2 CANCELED
    account-status alice frozen
    place alice BTCUSD sell limit 1 @200            | ACCOUNT_FROZEN
    cancel alice BTCUSD client=a                    | ACCOUNT_FROZEN
    cancel-all alice BTCUSD                         | ACCOUNT_FROZEN
    withdraw alice BTC 1                            | ACCOUNT_FROZEN
    deposit alice BTC 1                             | +1
    place carol BTCUSD buy limit 1 @100             | 1@100 FILLED
    cancel-account alice                            | a CANCELED
    account-status alice active
    place alice BTCUSD sell limit 1 @200            | NEW
    account-status alice 4                          | INVALID_FIELD
    account-status 9 active                         | UNKNOWN_ACCOUNT
    symbol-status BTCUSD 6                          | INVALID_FIELD
    symbol-status 9 halt                            | UNKNOWN_SYMBOL
  `
  expect(run(table)).toBe(neat(table))
})

/** One order that breaks every rule; each line fixes the rule that was named, and the next rule refuses it. */
test('the order in which an order is checked', () => {
  const filters = (more = ''): string => `filters BTCUSD ${more}`
  const strict =
    'minPrice=10 bidMultiplierUp=10000 minQuantity=10 minNotional=100 maxOrders=1 maxAlgoOrders=1 maxPosition=1010'
  const table = `${market}
    market TYPES BTC USD orderTypes=LIMIT selfTradePreventionModes=NONE
    filters TYPES minPrice=10
    place carol BTCUSD sell limit 1 @4
    place bob BTCUSD buy limit 1 @4
    place alice BTCUSD buy limit 1 @1 id=x
    symbol-status BTCUSD cancel-only
    account-status alice frozen
    ${filters(strict)}
    place 9 7 buy maker -1 stop@1                | UNKNOWN_ACCOUNT
    place alice 7 buy maker -1 stop@1            | UNKNOWN_SYMBOL
    place alice BTCUSD buy maker -1 stop@1       | INVALID_FIELD
    place alice BTCUSD buy maker 1 stop@1        | INVALID_COMBINATION
    place alice BTCUSD buy maker 1 @9 id=x       | SYMBOL_CANCEL_ONLY
    symbol-status BTCUSD trading
    place alice BTCUSD buy maker 1 @9 id=x       | ACCOUNT_FROZEN
    account-status alice active
    place alice TYPES buy maker 1 @9 stp=decrement  | ORDER_TYPE_NOT_ALLOWED
    place alice TYPES buy limit 1 @9 stp=decrement  | SELF_TRADE_PREVENTION_NOT_ALLOWED
    place alice TYPES buy limit 1 @9             | FILTER_PRICE
    place alice BTCUSD buy maker 1 @9 id=x       | FILTER_PRICE
    place alice BTCUSD buy maker 1 @11 id=x      | FILTER_PERCENT_PRICE_BY_SIDE
    ${filters(strict.replace('bidMultiplierUp=10000', ''))}
    place alice BTCUSD buy maker 1 @11 id=x      | FILTER_LOT_SIZE
    ${filters('minNotional=1000 maxOrders=1 maxAlgoOrders=1 maxPosition=1010 marketMinQuantity=10')}
    place alice BTCUSD buy market 1              | FILTER_MARKET_LOT_SIZE
    place alice BTCUSD buy maker 20 @11 id=x     | FILTER_NOTIONAL
    place alice BTCUSD buy maker 200 @500 id=x   | FILTER_MAX_NUM_ORDERS
    ${filters('maxOrders=9 maxAlgoOrders=1 maxPosition=1010')}
    place alice BTCUSD sell stop-loss 1 stop@1
    place alice BTCUSD buy stop-loss 20 stop@1   | FILTER_MAX_NUM_ALGO_ORDERS
    place alice BTCUSD buy maker 20 @500 id=x    | FILTER_MAX_POSITION
    ${filters('maxOrders=9')}
    place alice BTCUSD buy maker 9007199254740991 @9007199254740991 id=x | OVERFLOW_NOTIONAL
    place alice BTCUSD buy maker 10000 @500 id=x | DUPLICATE_CLIENT_ORDER_ID
    place alice BTCUSD buy stop-loss 10000 stop@4 id=y | WOULD_TRIGGER
    place carol BTCUSD sell limit 1 @400         | NEW
    place alice BTCUSD buy maker 10000 @500 id=y | WOULD_MATCH
    place alice BTCUSD buy limit 10000 @500 id=y | INSUFFICIENT_BALANCE
    place alice BTCUSD buy limit 100 @500 id=y   | 1@400 PARTIALLY_FILLED
  `
  expect(run(table)).toBe(neat(table))
})
