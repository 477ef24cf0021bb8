import { expect, test } from 'vitest'
import { show } from './show.ts'

test('lists are tables, numbers to the right', () => {
  const rows = [
    { asset: 'BTC', free: '10.5' },
    { asset: 'USDT', free: '1000.25', note: 'frozen' },
  ]
  expect(show(rows)).toBe('asset     free  note\nBTC       10.5\nUSDT   1000.25  frozen\n')
  expect(show([])).toBe('none\n')
  expect(show(['a', 'b'])).toBe('a\nb\n')
})

test('a label cannot write on the terminal by itself', () => {
  expect(show([{ label: 'a\nb\u001b[31m' }])).toBe('label\na\\u000ab\\u001b[31m\n')
  expect(show({ label: 'a\rb', rows: ['\u009b'] })).toBe('label  a\\u000db\nrows   ["\\u009b"]\n')
})

test('objects are names and values, their lists tables below', () => {
  expect(show({ account: 1, label: 'alice', balances: [{ asset: 'BTC', free: '1' }] })).toBe(
    'account  1\nlabel    alice\n\nbalances\nasset  free\nBTC       1\n',
  )
})
