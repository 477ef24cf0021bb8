import type { Socket } from 'node:net'
import { type AddressRanges, plainAddress } from '@uptick/runtime'

/** An entry of `X-Forwarded-For` with a port, which some proxies write: `192.0.2.1:50000`, `[2001:db8::1]:50000`. */
const WITH_PORT = /^(?:\[([^\]]*)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5})$/

/**
 * Finds the address of a client, for every transport. Limits, bans and keys that are bound to addresses use it.
 *
 * The address is the peer of the socket. Behind a balancer that announces its clients it is the announced address, and
 * behind a trusted proxy the one in `X-Forwarded-For`.
 */
export class ClientAddresses {
  readonly #proxies: AddressRanges
  readonly #announced = new WeakMap<Socket, string>()

  /** @param proxies addresses whose `X-Forwarded-For` is trusted */
  constructor(proxies: AddressRanges) {
    this.#proxies = proxies
  }

  /**
   * Record the address that a balancer announced for this socket, in place of its own peer. A socket that wraps another
   * one (TLS) takes over the inner address with `announce(outer, peerOf(inner))`.
   */
  announce(socket: Socket, address: string): void {
    this.#announced.set(socket, address)
  }

  /** Whether the address is a proxy's, with many clients behind it. */
  isProxy(address: string): boolean {
    return this.#proxies.has(address)
  }

  /** The address that opened the connection. Ask while it is open: a closed socket has no address. */
  peerOf(socket: Socket): string {
    const announced = this.#announced.get(socket)
    if (announced !== undefined) return announced
    const { remoteAddress = '' } = socket
    return plainAddress(remoteAddress) ?? remoteAddress
  }

  /**
   * The address that sent a request: the last address in `X-Forwarded-For` that is no trusted proxy's. Addresses before
   * it may be the client's own invention and are ignored.
   *
   * @param peer the address that opened the connection
   * @param forwarded the header, several of them joined by commas
   */
  clientOf(peer: string, forwarded: string | readonly string[] | undefined): string {
    if (forwarded === undefined || this.#proxies.isEmpty) return peer
    const list = typeof forwarded === 'string' ? forwarded : forwarded.join(',')
    let client = peer
    for (let end = list.length; end >= 0 && this.#proxies.has(client);) {
      const comma = list.lastIndexOf(',', end - 1)
      const entry = forwardedAddress(list.slice(comma + 1, end).trim())
      // An entry that cannot be read may stand for any client, so the request counts for the proxy that forwarded it.
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
