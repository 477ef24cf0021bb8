import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainAddress } from './address.ts'
import { countedAddress } from './counted-address.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::2:0:0:0:1', '2001:db8:0:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  // A socket that was closed has none.
  ['', ''],
])('%s is counted as %s', (address, expected) => {
  expect(countedAddress(address)).toBe(expected)
})

const groups = (length: number) =>
  fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: length, maxLength: length })
/** As a client may write it, and as the gateway has it. */
const counted = (...parts: readonly number[][]): string =>
  countedAddress(
    plainAddress(
      parts
        .flat()
        .map((group) => group.toString(16))
        .join(':'),
    )!,
  )
/** `::ffff:0:0/96` is IPv4. */
const isMapped = (network: readonly number[]): boolean => network.every((group) => group === 0)

test('two addresses of a /64 are one client, of two /64 they are two', () => {
  fc.assert(
    fc.property(groups(4), groups(4), groups(4), groups(4), (network, other, host, otherHost) => {
      fc.pre(!isMapped(network) && !isMapped(other))
      expect(counted(network, host)).toBe(counted(network, otherHost))
      const isSame = network.join() === other.join()
      expect(counted(network, host) === counted(other, host)).toBe(isSame)
    }),
  )
})

test('an IPv4 address within IPv6 is that IPv4 address', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      expect(countedAddress(plainAddress(`::ffff:${address}`)!)).toBe(address)
    }),
  )
})
