import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Clients close at once when they have the last answer; this is for those who wait for the server. */
const PATIENCE_MS = 2_000

/**
 * After an answer that says `Connection: close`, have the client end the connection, and end it here only when the client
 * does not within `patienceMs`.
 *
 * Whoever ends a TCP connection first keeps its address and port in TIME_WAIT for a minute. A server behind source NAT sees
 * all its clients at the few addresses of its nodes, with ports drawn at random, so a new connection soon meets an old one's
 * port; and since Linux gives each pair of ports a timestamp offset of its own, about half of those SYNs look older than the
 * connection before them and are refused (`PAWSTimewait`) until their client gives up. Seen as one connection in some
 * thousands that hangs, at a few dozen new ones a second. Clients have no such trouble: they know which of their ports wait.
 *
 * Call it before the server listens.
 */
export function letClientsCloseFirst(server: Server, patienceMs = PATIENCE_MS): void {
  server.prependListener('connection', (socket: Socket) => {
    const close = socket.destroySoon.bind(socket)
    // What Node calls when the last answer of a connection has been written.
    socket.destroySoon = () => {
      if (socket.readableEnded || socket.destroyed) return close()
      const timer = setTimeout(close, patienceMs)
      socket.once('end', close)
      socket.once('close', () => clearTimeout(timer))
    }
  })
}
