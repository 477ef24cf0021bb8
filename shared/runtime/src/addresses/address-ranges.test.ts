import { expect, test } from 'vitest'
import { plainAddress } from './address.ts'
import { AddressRanges } from './address-ranges.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['::1', '::1'],
])('the address %s is written %s', (text, plain) => {
  expect(plainAddress(text)).toBe(plain)
})

test.each(['', 'not an ip', '127.1', '0x7f.0.0.1', '192.0.2.01', '192.0.2.1:80', '[::1]', 'fe80::1%eth0', 'localhost'])(
  '%j is no address',
  (text) => {
    expect(plainAddress(text)).toBeUndefined()
    expect(() => AddressRanges.parse([text])).toThrow('is no IPv4 or IPv6 address')
  },
)

test.each([
  ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2', '::1', '']],
  ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255', '::ffff:c000:0207'], ['192.0.3.0', '2001:db8::1']],
  ['::ffff:192.0.2.0/120', ['192.0.2.9'], ['192.0.3.0']],
  ['10.0.0.0/8', ['10.255.255.255'], ['11.0.0.0', 'nonsense']],
  ['0.0.0.0/0', ['203.0.113.1'], ['2001:db8::1']],
  ['2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::', '32.1.13.184']],
  ['2001:DB8::1', ['2001:db8::1'], ['2001:db8::2']],
])('%s has %j and not %j', (range, inside, outside) => {
  const ranges = AddressRanges.parse([range])
  expect(inside.filter((address) => !ranges.has(address))).toEqual([])
  expect(outside.filter((address) => ranges.has(address))).toEqual([])
})

test.each([
  '192.0.2.0/33',
  '192.0.2.0/-1',
  '192.0.2.0/',
  '192.0.2.0/024',
  '192.0.2.0/24/24',
  '192.0.2.0/255.255.255.0',
  '2001:db8::/129',
  '::ffff:192.0.2.0/24',
])('%s is no range', (text) => {
  expect(() => AddressRanges.parse(['192.0.2.1', text])).toThrow(JSON.stringify(text))
})

test('a range that is written by one of its addresses is refused with the range that it may mean', () => {
  expect(() => AddressRanges.parse(['10.1.2.3/8'])).toThrow(
    '10.1.2.3/8 has bits past its prefix: the range is 10.0.0.0/8',
  )
})

test('texts are kept in one form', () => {
  const texts = ['::ffff:10.0.0.0/104', '192.0.2.1/32', '2001:DB8::/32', '2001:DB8::1/128']
  expect(AddressRanges.parse(texts).texts).toEqual(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '2001:db8::1'])
})

test('a list is separated by commas', () => {
  const ranges = AddressRanges.parseList(' 10.0.0.0/8, ::1 ,')
  expect(ranges.texts).toEqual(['10.0.0.0/8', '::1'])
  expect(AddressRanges.parseList('').isEmpty).toBe(true)
})
