import { strict as assert } from 'node:assert'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Clients } from '../clients/clients.ts'
import { type ConnectionHost, PlainConnection, type PlainHandler } from './plain-connection.ts'
import type { PlainHead } from './plain-head.ts'

const SWEEP_MS = 500
/** A request that takes longer to arrive is passed to Node, which ends slow requests. */
const SLOW_MS_MAX = 500
/** Clients are told when an idle connection ends; it is kept a little longer, as Node does. */
const IDLE_SLACK_MS = 1_000

export interface PlainHttpOptions {
  readonly clients: Clients
  /** What answers a request; undefined when nothing here does. */
  readonly route: (head: PlainHead) => PlainHandler | undefined
  /** Address of the client that opened a connection. */
  readonly peerOf: (socket: Socket) => string
  /** Asked once for each connection: no leaves it to the server from its first byte. */
  readonly isOn?: (() => boolean) | undefined
}

/**
 * Serves the plain requests of an HTTP server without Node's parser, request, response and their streams. These take
 * three quarters of what a small request costs a Node server. Plain requests are what nearly every client sends: a head
 * in ASCII, a body of known length, one request at a time. When anything else arrives on a connection, the connection
 * becomes an ordinary one of the server from that request on.
 *
 * Emits `answered` on the server, with the socket, for each answer. Asks clients to close after the server emits
 * `parting`.
 */
export class PlainHttp implements ConnectionHost {
  readonly keepAlive: string
  parting = false
  readonly #server: Server
  readonly #options: PlainHttpOptions
  readonly #connections = new Set<PlainConnection>()
  readonly #ordinary: (socket: Socket) => void
  readonly #timer: NodeJS.Timeout

  /** @param server with Node's own listener for connections and no other; it need not listen yet. */
  constructor(server: Server, options: PlainHttpOptions) {
    const [ordinary, ...others] = server.listeners('connection')
    assert(ordinary !== undefined && others.length === 0, 'Node alone takes the connections')
    this.#server = server
    this.#options = options
    this.#ordinary = ordinary.bind(server) as (socket: Socket) => void
    this.keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(server.keepAliveTimeout / 1000)}`
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the listener that `server` has
    server.off('connection', ordinary as () => void)
    server.on('connection', (socket) => {
      options.clients.admit(socket, (client) => {
        if (options.isOn?.() === false) this.passOn(socket)
        else this.#connections.add(new PlainConnection(client, this))
      })
    })
    server.on('parting', () => (this.parting = true))
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  /** Number of connections that are served here now. */
  get open(): number {
    return this.#connections.size
  }

  /** Close idle connections at once, and the others after their request is answered. */
  close(): void {
    clearInterval(this.#timer)
    for (const connection of this.#connections) connection.close()
  }

  handler(head: PlainHead): PlainHandler | undefined {
    return this.#options.route(head)
  }

  peerOf(socket: Socket): string {
    return this.#options.peerOf(socket)
  }

  passOn(socket: Socket): void {
    this.#ordinary(socket)
  }

  answered(socket: Socket): void {
    this.#server.emit('answered', socket)
  }

  gone(connection: PlainConnection): void {
    this.#connections.delete(connection)
  }

  #sweep(): void {
    const now = Date.now()
    const idle = now - this.#server.keepAliveTimeout - IDLE_SLACK_MS
    for (const connection of this.#connections) connection.sweep(idle, now - SLOW_MS_MAX)
  }
}
