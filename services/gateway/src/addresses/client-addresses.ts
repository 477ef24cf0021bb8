import type { Socket } from 'node:net'
import { type AddressRanges, plainAddress } from '@uptick/runtime'

/** An entry of `X-Forwarded-For` with a port, which some proxies write: `192.0.2.1:50000`, `[2001:db8::1]:50000`. */
const WITH_PORT = /^(?:\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5})$/

/**
 * Who is at the other end: the one notion of a client's address, for every transport. Limits, bans and keys that are bound
 * to addresses know no other.
 *
 * It is the peer of the socket; behind a balancer that announces its clients, the one that it announced; and behind a proxy
 * that is trusted, the one in `X-Forwarded-For`.
 */
export class ClientAddresses {
  readonly #proxies: AddressRanges
  readonly #announced = new WeakMap<Socket, string>()

  /** @param proxies whose `X-Forwarded-For` is believed */
  constructor(proxies: AddressRanges) {
    this.#proxies = proxies
  }

  /**
   * The socket comes from this address, whatever its own peer is: a balancer has said so. A socket that is wrapped (TLS)
   * takes the address of the one inside by `announce(outer, peerOf(inner))`.
   */
  announce(socket: Socket, address: string): void {
    this.#announced.set(socket, address)
  }

  /** Whether many clients may be behind the address. */
  isProxy(address: string): boolean {
    return this.#proxies.has(address)
  }

  /** Who has opened the connection. Ask while it is open: a socket that was closed has no address. */
  peerOf(socket: Socket): string {
    const announced = this.#announced.get(socket)
    if (announced !== undefined) return announced
    const { remoteAddress = '' } = socket
    return plainAddress(remoteAddress) ?? remoteAddress
  }

  /**
   * Who has sent a request: the last address in `X-Forwarded-For`, read from its end, that no trusted proxy has. What a
   * client has written there itself comes before that, and counts for nothing.
   *
   * @param peer who has opened the connection
   * @param forwarded the header, several of them joined by commas
   */
  clientOf(peer: string, forwarded: string | readonly string[] | undefined): string {
    if (forwarded === undefined || this.#proxies.isEmpty) return peer
    const list = typeof forwarded === 'string' ? forwarded : forwarded.join(',')
    let client = peer
    for (let end = list.length; end >= 0 && this.#proxies.has(client);) {
      const comma = list.lastIndexOf(',', end - 1)
      const entry = forwardedAddress(list.slice(comma + 1, end).trim())
      // What cannot be read may stand for any client: the proxy that passed it on answers for it.
      if (entry === undefined) break
      client = entry
      end = comma
    }
    return client
  }
}

function forwardedAddress(text: string): string | undefined {
  const [, inBrackets, beforePort] = WITH_PORT.exec(text) ?? []
  return plainAddress(inBrackets ?? beforePort ?? text)
}
