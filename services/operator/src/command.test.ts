import { expect, test } from 'vitest'
import { assignments, momentOf } from './command.ts'

test('NAME=VALUE words keep decimals as they are written', () => {
  expect(assignments(['tickSize=0.10', 'maxOrders=500', 'applyMinToMarket=false'])).toEqual({
    tickSize: '0.10',
    maxOrders: 500,
    applyMinToMarket: false,
  })
  expect(() => assignments(['tickSize'])).toThrow('tickSize is not of the form NAME=VALUE.')
  expect(() => assignments(['maxOrders=many'])).toThrow('maxOrders is a whole number, not many.')
})

test('a moment is a time with its zone, or a duration from now', () => {
  const now = Date.parse('2027-01-31T12:00:00Z')
  expect(momentOf(undefined, undefined, now)).toBeUndefined()
  expect(momentOf(undefined, '90s', now)).toBe('2027-01-31T12:01:30.000Z')
  expect(momentOf(undefined, '2h', now)).toBe('2027-01-31T14:00:00.000Z')
  expect(momentOf('2027-01-31T22:00+02:00', undefined, now)).toBe('2027-01-31T20:00:00.000Z')
  for (const wrong of ['2027-01-31T22:00', 'tomorrow', '2027-13-31T22:00Z'])
    expect(() => momentOf(wrong, undefined, now)).toThrow('a time with its zone')
  expect(() => momentOf(undefined, '10', now)).toThrow('a duration such as')
  expect(() => momentOf('2027-01-31T22:00Z', '10m', now)).toThrow('not both')
})
