import { PublicError } from '@uptick/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseForms } from './form.ts'

test('query and body mix, and the query wins', () => {
  expect([...parseForms('a=1&b=2', 'b=3&c=4')]).toEqual([
    ['b', '2'],
    ['c', '4'],
    ['a', '1'],
  ])
})

test.each([
  ['symbols=%5B%22A%22%2C%22B%22%5D', { symbols: '["A","B"]' }],
  ['symbols=["A","B"]', { symbols: '["A","B"]' }],
  ['a=1+2&b=%2B', { a: '1 2', b: '+' }],
  ['a&b=&&c=x=y', { a: '', b: '', c: 'x=y' }],
  ['symbol=%E5%B8%81', { symbol: '币' }],
])('%s', (text, expected) => {
  expect(Object.fromEntries(parseForms(text, ''))).toEqual(expected)
})

test.each(['a=1&a=2', 'a=%E0%A4%A', '%=1', Array.from({ length: 101 }, (_, i) => `p${i}=1`).join('&')])(
  'is refused with a code: %s',
  (text) => {
    expect(() => parseForms(text, '')).toThrow(PublicError)
    expect(() => parseForms('', text)).toThrow(PublicError)
  },
)

test('any text is parsed or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (query, body) => {
      try {
        parseForms(query, body)
      } catch (error) {
        expect(error).toBeInstanceOf(PublicError)
      }
    }),
  )
})
