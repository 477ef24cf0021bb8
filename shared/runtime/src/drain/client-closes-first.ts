import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

/** Most clients close at once when they have the last answer; this is for those that wait for the server, ms. */
const PATIENCE_MS = 2_000

/**
 * After an answer by which the server closes (`Connection: close`, in a drain), have the client end the connection, and end it
 * here only when the client does not within `patienceMs`. Where the client has asked for the close it waits for the server's
 * (RFC 9112, 9.6), which comes at once.
 *
 * The side that ends a TCP connection first keeps its address and port in TIME_WAIT for a minute. A server behind source NAT sees
 * all its clients at the few addresses of its nodes, with ports drawn at random, so a new connection soon meets an old one's
 * port; and since Linux gives each pair of ports a timestamp offset of its own, about half of those SYNs look older than the
 * connection before them and are refused (`PAWSTimewait`) until their client gives up. Seen as one connection in some
 * thousands that hangs, at a few dozen new ones a second. Clients have no such trouble: they know which of their ports wait.
 *
 * Call it before the server listens.
 */
export function letClientsCloseFirst(server: Server, patienceMs = PATIENCE_MS): void {
  const asked = new WeakSet<Socket>()
  server.prependListener('request', (request: IncomingMessage) => {
    if (asksToClose(request)) asked.add(request.socket)
  })
  server.prependListener('connection', (socket: Socket) => {
    const close = socket.destroySoon.bind(socket)
    // What Node calls when the last answer of a connection has been written.
    socket.destroySoon = () => {
      if (socket.readableEnded || socket.destroyed || asked.has(socket)) return close()
      const timer = setTimeout(close, patienceMs)
      socket.once('end', close)
      socket.once('close', () => clearTimeout(timer))
    }
  })
}

/** RFC 9112, 9.3: `close`, or HTTP/1.0 without `keep-alive`. */
function asksToClose({ headers, httpVersion }: IncomingMessage): boolean {
  const options = (headers.connection ?? '').split(',').map((option) => option.trim().toLowerCase())
  return options.includes('close') || (httpVersion === '1.0' && !options.includes('keep-alive'))
}
