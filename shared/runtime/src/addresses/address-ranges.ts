import ipaddr from 'ipaddr.js'
import { parseAddress, type ParsedAddress } from './address.ts'

type Range = [ParsedAddress, number]

const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/
/** `::ffff:0:0/96`: the IPv4 addresses within IPv6. */
const MAPPED_BITS = 96

/** A text that is no address and no range. */
export class AddressError extends Error {}

/** Addresses and ranges of them: IPv4, IPv6, and CIDR of both. */
export class AddressRanges {
  /** Each range as it is kept: a single address without a prefix. */
  readonly texts: readonly string[]
  readonly #ranges: readonly Range[]

  private constructor(ranges: readonly Range[]) {
    this.#ranges = ranges
    this.texts = ranges.map(([address, bits]) => textOf(address, bits))
  }

  /** @throws AddressError that names the first text which is no address and no range */
  static parse(texts: readonly string[]): AddressRanges {
    return new AddressRanges(texts.map(parseRange))
  }

  /** Those of the texts that can be read, and the others. */
  static readable(texts: readonly string[]): {
    readonly ranges: AddressRanges
    readonly unreadable: readonly string[]
  } {
    const ranges: Range[] = []
    const unreadable: string[] = []
    for (const text of texts) {
      try {
        ranges.push(parseRange(text))
      } catch {
        unreadable.push(text)
      }
    }
    return { ranges: new AddressRanges(ranges), unreadable }
  }

  /** Of a list that is separated by commas; blanks count for nothing. @throws AddressError */
  static parseList(text: string): AddressRanges {
    const texts = text.split(',').map((part) => part.trim())
    return AddressRanges.parse(texts.filter((part) => part !== ''))
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0
  }

  /** Whether the address is one of these. A text that is no address is none of them. */
  has(address: string): boolean {
    if (this.#ranges.length === 0) return false
    const parsed = parseAddress(address)
    return parsed !== undefined && this.#ranges.some((range) => isWithin(parsed, range))
  }
}

function isWithin(address: ParsedAddress, [first, bits]: Range): boolean {
  return address.kind() === first.kind() && address.match(first, bits)
}

function parseRange(text: string): Range {
  const [address = '', prefix, ...rest] = text.split('/')
  const parsed = parseAddress(address)
  if (parsed === undefined || rest.length > 0) throw refusal(text)
  const bitsMax = parsed.kind() === 'ipv4' ? 32 : 128
  if (prefix === undefined) return [parsed, bitsMax]
  if (!PREFIX.test(prefix)) throw refusal(text)
  // A prefix of an IPv4 address within IPv6 counts the 96 bits before it.
  const isMapped = parsed.kind() === 'ipv4' && address.includes(':')
  const bits = Number(prefix) - (isMapped ? MAPPED_BITS : 0)
  if (bits < 0 || bits > bitsMax) throw refusal(text)
  const first = firstOf(parsed, bits)
  if (first.toString() !== parsed.toString()) {
    throw new AddressError(`${text} has bits past its prefix: the range is ${textOf(first, bits)}`)
  }
  return [parsed, bits]
}

function firstOf(address: ParsedAddress, bits: number): ParsedAddress {
  const range = `${address.toString()}/${bits}`
  return address.kind() === 'ipv4'
    ? ipaddr.IPv4.networkAddressFromCIDR(range)
    : ipaddr.IPv6.networkAddressFromCIDR(range)
}

function textOf(address: ParsedAddress, bits: number): string {
  const isSingle = bits === (address.kind() === 'ipv4' ? 32 : 128)
  return isSingle ? address.toString() : `${address.toString()}/${bits}`
}

function refusal(text: string): AddressError {
  const shown = JSON.stringify(text.slice(0, 60))
  return new AddressError(
    `${shown} is no IPv4 or IPv6 address and no range of them, such as 192.0.2.0/24 or 2001:db8::/32`,
  )
}
