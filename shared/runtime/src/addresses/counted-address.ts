declare const counted: unique symbol

/** The name under which a client is counted: an IPv4 address, or the network of an IPv6 address. */
export type CountedAddress = string & { readonly [counted]: true }

/** Groups of 16 bits in an IPv6 address, and those that name a network. */
const GROUPS = 8
const NETWORK_GROUPS = 4
/** The network of most addresses: none of its groups is left out. */
const WRITTEN_OUT = /^(?:[0-9a-f]+:){4}/

/**
 * What limits, bans and shares count a client by. A customer of IPv6 is given a /64 at least and may take any address in it,
 * so all of a /64 is one client.
 *
 * @param address as `ClientAddresses` writes it; a text without a colon is its own name. A zone (`fe80::1%eth0`) counts for nothing
 */
export function countedAddress(address: string): CountedAddress {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is where counted addresses are made
  if (!address.includes(':')) return address as CountedAddress
  const network = WRITTEN_OUT.exec(address)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is where counted addresses are made
  if (network !== null) return `${network[0]}:/64` as CountedAddress
  const [plain = ''] = address.split('%', 1)
  const [before = '', after] = plain.split('::')
  const groups = groupsOf(before)
  if (after !== undefined) {
    const last = groupsOf(after)
    // `::` stands for as many zeros as are missing.
    while (groups.length + last.length < GROUPS) groups.push('0')
    groups.push(...last)
    groups.push(...last)
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this is where counted addresses are made
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64` as CountedAddress
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
