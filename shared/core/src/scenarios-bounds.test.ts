import { expect, test } from 'vitest'
import { neat, run } from '../testing/table.ts'

test('an order does not come to trade for more than 2^62 quote units, however often it is amended', () => {
  const [price, half] = [2 ** 52, 2 ** 51]
  const table = `
    activate 3
    asset COIN
    asset CASH
    market C COIN CASH
    account alice
    account bob
    deposit alice COIN 4096
    deposit bob CASH ${2n ** 62n}
    place alice C sell limit 1024 @${price} id=a
    place bob C buy limit 1023 @${price}            | 1023@${price} FILLED
    -- Traded: 2^62 − 2^52.
    amend alice C 2047 @${half} client=a            | OVERFLOW_NOTIONAL
    amend alice C 1026 @${half} client=a            | OVERFLOW_NOTIONAL
    amend alice C 1025 @${half} client=a            | a replaced PARTIALLY_FILLED
    place bob C buy limit 2 @${half}                | 2@${half} FILLED
  `
  expect(run(table)).toBe(neat(table))
})
