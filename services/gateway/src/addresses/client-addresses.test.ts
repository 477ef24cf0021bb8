import { Socket } from 'node:net'
import { AddressRanges } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { ClientAddresses } from './client-addresses.ts'

const behindProxies = new ClientAddresses(AddressRanges.parse(['10.0.0.0/8', '2001:db8::/32']))

test.each([
  ['nothing forwarded', '10.0.0.1', undefined, '10.0.0.1'],
  ['one proxy', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['a proxy at an IPv6 socket', '10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
  ['two proxies', '10.0.0.1', '192.0.2.1, 10.0.0.2', '192.0.2.1'],
  ['two proxies, two headers', '2001:db8::9', ['192.0.2.1', '10.0.0.2'], '192.0.2.1'],
  ['what the client wrote itself', '10.0.0.1', '203.0.113.9, 192.0.2.1', '192.0.2.1'],
  ['a client that claims to be a proxy', '10.0.0.1', '203.0.113.9, 10.0.0.7, 192.0.2.1', '192.0.2.1'],
  ['a peer that is not trusted', '192.0.2.7', '203.0.113.9', '192.0.2.7'],
  ['with a port', '10.0.0.1', '192.0.2.1:50000', '192.0.2.1'],
  ['IPv6 with a port', '10.0.0.1', '[2001:DB9::1]:50000', '2001:db9::1'],
  ['IPv6 in brackets', '10.0.0.1', '[2001:db9::1]', '2001:db9::1'],
  ['only proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['an empty header', '10.0.0.1', '', '10.0.0.1'],
  ['commas alone', '10.0.0.1', ' , , ', '10.0.0.1'],
  ['what is no address', '10.0.0.1', '192.0.2.1, unknown', '10.0.0.1'],
  ['what is no address behind a proxy', '10.0.0.1', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
])('%s', (_what, peer, forwarded, expected) => {
  expect(behindProxies.clientOf(peer, forwarded)).toBe(expected)
})

test('without proxies no header is trusted', () => {
  const direct = new ClientAddresses(AddressRanges.parse([]))
  expect(direct.clientOf('10.0.0.1', '192.0.2.1')).toBe('10.0.0.1')
})

test('the peer of a socket is its own, or the one that was announced', () => {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: '::ffff:127.0.0.1' })
  const addresses = new ClientAddresses(AddressRanges.parse([]))
  expect(addresses.peerOf(socket)).toBe('127.0.0.1')
  addresses.announce(socket, '192.0.2.1')
  expect(addresses.peerOf(socket)).toBe('192.0.2.1')
})
