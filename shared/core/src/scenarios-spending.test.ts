import { expect, test } from 'vitest'
import { neat, run } from '../testing/table.ts'

/** The amount that a market order may spend is fixed before its first fill (behaviour 2). */
const opening = `
  asset BTC
  asset USD
  market BTCUSD BTC USD
  activate 2
  account eve
  account bob
`

test('what a self-trade returns cannot be spent again: by quote quantity, by quantity, on both sides', () => {
  const table = `${opening}
    deposit eve BTC 1
    deposit eve USD 10
    place eve BTCUSD buy limit 10 @1                  | NEW
    place eve BTCUSD sell market quote:10             | INSUFFICIENT_BALANCE
    place eve BTCUSD sell market quote:1              | 1@1 FILLED
    balance eve BTC                                   | 1 free, 0 locked
    place eve BTCUSD sell market 2                    | INSUFFICIENT_BALANCE
    place eve BTCUSD sell market 1                    | 1@1 FILLED
    cancel-all eve BTCUSD                             | #1 CANCELED
    place eve BTCUSD sell limit 1 @4 id=a             | NEW
    deposit bob BTC 10
    place bob BTCUSD sell limit 10 @4                 | NEW
    place eve BTCUSD buy market quote:11              | INSUFFICIENT_BALANCE
    place eve BTCUSD buy market 3                     | INSUFFICIENT_BALANCE
    place eve BTCUSD buy market quote:10              | 1@4 1@4 FILLED
    balance eve USD                                   | 6 free, 0 locked
    balance eve BTC                                   | 2 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('a SELL by quote quantity that its owner cannot cover is refused whole', () => {
  const table = `${opening}
    deposit bob USD 1000
    place bob BTCUSD buy limit 100 @10                | NEW
    deposit eve BTC 1
    place eve BTCUSD sell market quote:50             | INSUFFICIENT_BALANCE
    balance eve BTC                                   | 1 free, 0 locked
    deposit eve BTC 3
    place eve BTCUSD sell market quote:50             | INSUFFICIENT_BALANCE
    deposit eve BTC 1
    place eve BTCUSD sell market quote:50             | 5@10 FILLED
    balance eve BTC                                   | none
  `
  expect(run(table)).toBe(neat(table))
})

test('a quote quantity larger than the whole book is spent as far as the book goes', () => {
  const table = `${opening}
    deposit bob USD 1000
    deposit eve BTC 9
    place bob BTCUSD buy limit 3 @10                  | NEW
    place bob BTCUSD buy limit 4 @5                   | NEW
    place eve BTCUSD sell market quote:60             | 3@10 4@5 EXPIRED INSUFFICIENT_LIQUIDITY
    balance eve BTC                                   | 2 free, 0 locked
    balance eve USD                                   | 50 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('own orders out of the way (EXPIRE_MAKER) make a BUY pay higher prices, with what was free and no more', () => {
  const table = `${opening}
    deposit eve BTC 2
    deposit eve USD 25
    deposit bob BTC 5
    place eve BTCUSD sell limit 2 @5 id=own           | NEW
    place bob BTCUSD sell limit 5 @10                 | NEW
    place eve BTCUSD buy market 3 stp=expire-maker    | 2@10 EXPIRED INSUFFICIENT_LIQUIDITY; own EXPIRED_IN_MATCH
    balance eve USD                                   | 5 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})

test('the total is whole lots, whatever quantities the makers have', () => {
  const table = `${opening}
    deposit bob BTC 30
    deposit eve USD 1000
    filters BTCUSD marketStepSize=5
    place bob BTCUSD sell limit 3 @10                 | NEW
    place bob BTCUSD sell limit 20 @10                | NEW
    place eve BTCUSD buy market quote:140             | 3@10 7@10 FILLED
    balance eve USD                                   | 900 free, 0 locked
    place eve BTCUSD buy market quote:49              | LIQUIDITY_BELOW_LOT
  `
  expect(run(table)).toBe(neat(table))
})

test('a market stop locks what the book asks when it starts', () => {
  const table = `${opening}
    deposit eve USD 100
    deposit bob BTC 10
    deposit bob USD 10
    place eve BTCUSD buy stop-loss 2 stop@10 id=stop  | NEW
    balance eve USD                                   | 80 free, 20 locked
    place bob BTCUSD sell limit 1 @10                 | NEW
    place bob BTCUSD sell limit 9 @12                 | NEW
    place bob BTCUSD buy limit 1 @10                  | 1@10 FILLED; stop triggered 2@12 FILLED
    balance eve USD                                   | 76 free, 0 locked
  `
  expect(run(table)).toBe(neat(table))
})
