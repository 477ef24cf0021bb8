import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An address, taken apart. */
export type ParsedAddress = ipaddr.IPv4 | ipaddr.IPv6

/**
 * The one way in which an address is written here: IPv4 with four decimal parts, IPv6 in its shortest form, and an IPv4
 * address that arrives on an IPv6 socket (`::ffff:192.0.2.1`) as IPv4. `undefined` for every other text, a zone
 * (`fe80::1%eth0`) included.
 */
export function plainAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text
  return parseAddress(text)?.toString()
}

/** The same, taken apart. */
export function parseAddress(text: string): ParsedAddress | undefined {
  // The library alone would take `127.1` and `0x7f.0.0.1`.
  if (isIP(text) === 0 || text.includes('%')) return undefined
  return ipaddr.process(text)
}
