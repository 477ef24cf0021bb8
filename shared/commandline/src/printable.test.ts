import { expect, test } from 'vitest'
import { printable, printableLines } from './printable.ts'

test('what a terminal would obey is shown instead', () => {
  expect(printable('a\nb\u001b[31m\u009b1m\u007f')).toBe('a\\u000ab\\u001b[31m\\u009b1m\\u007f')
  expect(printable('abc\u202edcba\u2066')).toBe('abc\\u202edcba\\u2066')
  expect(printable('Carol Zoë 币 👩‍🚀')).toBe('Carol Zoë 币 👩‍🚀')
})

test('JSON stays what it was', () => {
  const value = { label: 'a\nb\u001b\u009b\u202e' }
  expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value)
  expect(JSON.parse(printableLines(JSON.stringify(value, undefined, 2)))).toEqual(value)
  expect(printableLines('a\u001b\nb')).toBe('a\\u001b\nb')
})
