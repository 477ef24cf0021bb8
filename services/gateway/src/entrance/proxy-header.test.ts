import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PROXY_HEADER_BYTES_MAX, readProxyHeader } from './proxy-header.ts'

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

function binary(command: number, family: number, block: readonly number[], length = block.length): Buffer {
  return Buffer.from([...SIGNATURE, command, family, length >> 8, length & 0xff, ...block])
}

const ipv4Block = [192, 0, 2, 1, 198, 51, 100, 1, 0xc3, 0x50, 0x01, 0xbb]
const ipv6Block = [0x20, 0x01, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1, ...Array<number>(16).fill(0), 1, 2, 3, 4]

// The examples are from the specification: https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
describe('version 2', () => {
  test.each([
    ['TCP over IPv4', binary(0x21, 0x11, ipv4Block), '192.0.2.1'],
    ['TCP over IPv6', binary(0x21, 0x21, ipv6Block), '2001:db8::1'],
    ['with TLVs behind the addresses', binary(0x21, 0x11, [...ipv4Block, 0x04, 0x00, 0x01, 0xff]), '192.0.2.1'],
    ['a connection of the balancer itself', binary(0x20, 0x00, []), undefined],
    ['a connection of the balancer itself, with addresses', binary(0x20, 0x11, ipv4Block), undefined],
    ['an unspecified family', binary(0x21, 0x00, [1, 2, 3]), undefined],
  ])('%s', (_what, bytes, source) => {
    const read = readProxyHeader(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1')]))
    expect(read).toEqual({ length: bytes.length, source })
  })

  test.each([
    ['another version', binary(0x11, 0x11, ipv4Block)],
    ['an unknown command', binary(0x22, 0x11, ipv4Block)],
    ['UDP', binary(0x21, 0x12, ipv4Block)],
    ['a Unix socket', binary(0x21, 0x31, Array<number>(216).fill(0))],
    ['too short for its addresses', binary(0x21, 0x11, ipv4Block.slice(1))],
    ['too short for its IPv6 addresses', binary(0x21, 0x21, ipv4Block)],
    ['longer than the bound', binary(0x21, 0x11, ipv4Block, PROXY_HEADER_BYTES_MAX - 15)],
  ])('%s is invalid', (_what, bytes) => {
    expect(readProxyHeader(bytes)).toBe('invalid')
  })

  test('is incomplete until its last byte is there', () => {
    const bytes = binary(0x21, 0x21, ipv6Block)
    for (let length = 0; length < bytes.length; length++) {
      expect(readProxyHeader(bytes.subarray(0, length))).toBe('incomplete')
    }
  })
})

describe('version 1', () => {
  test.each([
    ['PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n', '192.0.2.1'],
    ['PROXY TCP6 2001:db8::1 2001:db8::2 50000 443\r\n', '2001:db8::1'],
    ['PROXY UNKNOWN\r\n', undefined],
    ['PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n', undefined],
  ])('%j', (text, source) => {
    const bytes = Buffer.from(`${text}GET / HTTP/1.1\r\n`)
    expect(readProxyHeader(bytes)).toEqual({ length: text.length, source })
    for (let length = 0; length < text.length; length++) {
      expect(readProxyHeader(bytes.subarray(0, length))).toBe('incomplete')
    }
  })

  test.each([
    'PROXY TCP4 192.0.2.1 198.51.100.1 50000\r\n',
    'PROXY TCP4 192.0.2.1 198.51.100.1 50000 65536\r\n',
    'PROXY TCP4 2001:db8::1 2001:db8::2 50000 443\r\n',
    'PROXY TCP6 192.0.2.1 198.51.100.1 50000 443\r\n',
    'PROXY TCP4 192.0.2.999 198.51.100.1 50000 443\r\n',
    'PROXY  TCP4 192.0.2.1 198.51.100.1 50000 443\r\n',
    'PROXY UDP4 192.0.2.1 198.51.100.1 50000 443\r\n',
    `PROXY UNKNOWN ${'x'.repeat(107)}`,
    'GET / HTTP/1.1\r\n',
    '\r\n\r\n\0\r\nQUIX\n',
  ])('%j is invalid', (text) => {
    expect(readProxyHeader(Buffer.from(text))).toBe('invalid')
  })
})

test('any bytes, in any pieces, have one meaning, and the header stays within them', () => {
  const noise = fc.uint8Array({ maxLength: 60 })
  const header = fc.oneof(
    noise,
    fc
      .tuple(fc.nat(255), fc.nat(255), noise, fc.nat(80))
      .map(([a, b, block, length]) => binary(a, b, [...block], length)),
    fc
      .tuple(fc.constantFrom('TCP4', 'TCP6', 'UNKNOWN', ''), fc.string({ unit: 'binary-ascii', maxLength: 120 }))
      .map(([family, rest]) => Buffer.from(`PROXY ${family} ${rest}\r\n`)),
  )
  fc.assert(
    fc.property(header, noise, (start, rest) => {
      const bytes = Buffer.concat([start, rest])
      const whole = readProxyHeader(bytes)
      if (typeof whole === 'object') expect(whole.length).toBeLessThanOrEqual(bytes.length)
      for (let length = 0; length < bytes.length; length++) {
        const part = readProxyHeader(bytes.subarray(0, length))
        // A verdict on a part is the verdict on all of it.
        if (part !== 'incomplete') expect(part).toEqual(whole)
      }
    }),
    { numRuns: 2_000 },
  )
})
