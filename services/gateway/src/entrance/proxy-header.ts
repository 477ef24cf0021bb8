import { isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** What a balancer says about a connection before the first byte of its client. */
export interface ProxyHeader {
  /** Length of the header in bytes. */
  readonly length: number
  /** Address of the client, as the balancer writes it; undefined: the connection is the balancer's own. */
  readonly source: string | undefined
}

/** The longest header that is read; TLVs of known balancers take less than a tenth of it. */
export const PROXY_HEADER_BYTES_MAX = 4 * 1024

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const FIXED_BYTES = 16
const [LOCAL, PROXY] = [0x20, 0x21]
const [UNSPECIFIED, TCP_IPV4, TCP_IPV6] = [0x00, 0x11, 0x21]
/** Two addresses and two ports. */
const IPV4_BLOCK = 12
const IPV6_BLOCK = 36

const TEXT_START = 'PROXY '
/** The longest header of version 1 including its line end, as its specification says. */
const TEXT_BYTES_MAX = 107
const TEXT = /^PROXY (?:UNKNOWN(?: [ -~]*)?|(TCP4|TCP6) ([0-9a-fA-F.:]+) ([0-9a-fA-F.:]+) ([0-9]{1,5}) ([0-9]{1,5}))$/
const PORT_MAX = 65_535

/**
 * Read the header of the PROXY protocol, version 1 or 2, at the start of `bytes`. The header must be there: the peer's
 * address says whether a connection begins with one.
 *
 * TLVs of version 2 are skipped.
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  if (startsLike(bytes, SIGNATURE)) return bytes.length < FIXED_BYTES ? 'incomplete' : readBinary(bytes)
  if (startsLike(bytes, Buffer.from(TEXT_START, 'latin1'))) return readText(bytes)
  return 'invalid'
}

/** Whether `bytes` and `start` agree as far as both go. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length)
  return bytes.compare(start, 0, length, 0, length) === 0
}

function readBinary(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const command = bytes[12]
  const family = bytes[13]
  const block = bytes.readUInt16BE(14)
  const length = FIXED_BYTES + block
  if (length > PROXY_HEADER_BYTES_MAX) return 'invalid'
  if (command !== LOCAL && command !== PROXY) return 'invalid'
  const isOwn = command === LOCAL || family === UNSPECIFIED
  const addressBytes = family === TCP_IPV4 ? 4 : family === TCP_IPV6 ? 16 : 0
  if (!isOwn && (addressBytes === 0 || block < (addressBytes === 4 ? IPV4_BLOCK : IPV6_BLOCK))) return 'invalid'
  if (bytes.length < length) return 'incomplete'
  if (isOwn) return { length, source: undefined }
  const source = ipaddr.fromByteArray([...bytes.subarray(FIXED_BYTES, FIXED_BYTES + addressBytes)])
  return { length, source: source.toString() }
}

function readText(bytes: Buffer): ProxyHeader | 'incomplete' | 'invalid' {
  const text = bytes.toString('latin1', 0, TEXT_BYTES_MAX)
  const end = text.indexOf('\r\n')
  if (end < 0) return bytes.length < TEXT_BYTES_MAX ? 'incomplete' : 'invalid'
  const match = TEXT.exec(text.slice(0, end))
  if (match === null) return 'invalid'
  const [, family, source, target = '', ...ports] = match
  const length = end + 2
  if (family === undefined || source === undefined) return { length, source: undefined }
  const isAddress = family === 'TCP4' ? isIPv4 : isIPv6
  if (!isAddress(source) || !isAddress(target) || ports.some((port) => Number(port) > PORT_MAX)) return 'invalid'
  return { length, source }
}
