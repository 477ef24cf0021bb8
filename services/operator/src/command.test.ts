import { expect, test } from 'vitest'
import { assignments } from './command.ts'

test('NAME=VALUE words keep decimals as they are written', () => {
  expect(assignments(['tickSize=0.10', 'maxOrders=500', 'applyMinToMarket=false'])).toEqual({
    tickSize: '0.10',
    maxOrders: 500,
    applyMinToMarket: false,
  })
  expect(() => assignments(['tickSize'])).toThrow('tickSize is not of the form NAME=VALUE.')
  expect(() => assignments(['maxOrders=many'])).toThrow('maxOrders is a whole number, not many.')
})
