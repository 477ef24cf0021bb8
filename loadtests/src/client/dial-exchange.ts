import { WebSocket } from 'ws'

/** A frozen gateway accepts connections and answers no handshake; after this time the connection is given up. */
const CONNECT_MS_MAX = 10_000

/**
 * Opens an uncompressed WebSocket to the exchange as a trader's program does. It emits `error` and `close` when it
 * cannot be opened within ten seconds.
 *
 * @param address with path and query, http:// or ws://
 * @param localAddress from which it connects; any when undefined
 */
export function dialExchange(address: string, localAddress?: string): WebSocket {
  return new WebSocket(address.replace(/^http/, 'ws'), {
    handshakeTimeout: CONNECT_MS_MAX,
    perMessageDeflate: false,
    localAddress,
  })
}
