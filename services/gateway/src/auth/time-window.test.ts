import { PublicError } from '@uptick/protocol'
import { expect, test } from 'vitest'
import { Params } from '../params/params.ts'
import { checkTimeWindow } from './time-window.ts'

const NOW = 1_700_000_000_000_000

function check(values: Record<string, string>): string | number {
  try {
    return checkTimeWindow(Params.of(values), NOW)
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    return `${error.code} ${error.msg}`
  }
}

const OUTSIDE = '-1021 Timestamp for this request is outside of the recvWindow.'
const AHEAD = "-1021 Timestamp for this request was 1000ms ahead of the server's time."
const ILLEGAL = /^-1100 Illegal characters/

test.each<[string, string | undefined, string | number]>([
  // timestamp          recvWindow   outcome: the last moment (µs), or the error
  ['1700000000000', undefined, NOW + 5_000_000],
  ['1699999995000', undefined, NOW],
  ['1699999994999', undefined, OUTSIDE],
  ['1700000000999', undefined, NOW + 5_999_000],
  ['1700000001000', undefined, AHEAD],
  ['1700000000000000', undefined, NOW + 5_000_000],
  ['1700000000999999', undefined, NOW + 5_999_999],
  ['1700000001000000', undefined, AHEAD],
  ['1699999999999', '1', NOW],
  ['1699999999998', '1', OUTSIDE],
  ['1699999999999500', '0.5', NOW],
  ['1699999999999499', '0.5', OUTSIDE],
  ['1700000000000', '60000', NOW + 60_000_000],
  ['1700000000000', '60000.001', '-1131 recvWindow must be less than 60000.'],
  ['1700000000000', '99999999', '-1131 recvWindow must be less than 60000.'],
  ['1700000000000', '1.0001', "-1111 Parameter 'recvWindow' has too much precision."],
  ['0', undefined, OUTSIDE],
  ['99999999999999999999', undefined, AHEAD],
])('timestamp %s, recvWindow %s: %s', (timestamp, recvWindow, expected) => {
  expect(check({ timestamp, ...(recvWindow !== undefined && { recvWindow }) })).toBe(expected)
})

test('missing or malformed', () => {
  expect(check({})).toMatch(/^-1102 Mandatory parameter 'timestamp'/)
  expect(check({ timestamp: '' })).toMatch(/^-1102/)
  expect(check({ timestamp: '17e11' })).toMatch(ILLEGAL)
  expect(check({ timestamp: '-1' })).toMatch(ILLEGAL)
  expect(check({ timestamp: '1700000000000', recvWindow: '-5' })).toMatch(ILLEGAL)
  expect(check({ timestamp: '1700000000000', recvWindow: '' })).toMatch(ILLEGAL)
})
