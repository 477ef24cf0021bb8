import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

interface Connection {
  /** Requests whose response has not left yet; more than one when the client pipelines. */
  unanswered: number
  /** The response to the newest of them. */
  newest: ServerResponse | undefined
  idleSince: number
  /** Bytes read when it fell idle: more than that means that a request has begun to arrive. */
  bytesWhenIdle: number
}

/** Connections by what they do now. */
export interface ConnectionCounts {
  /** A request is arriving or being answered. */
  readonly busy: number
  /** Idle, but not for long: its client probably comes back. */
  readonly quiet: number
  /** Idle past the bound. */
  readonly idle: number
}

/**
 * The HTTP connections of a server and the requests in flight on them. Node keeps such a list, too, but does not show
 * it, and takes a connection that never sent a byte for a busy one. Upgraded connections belong to the WebSocket server and
 * leave the list. Who answers requests past Node's parser emits `answered` on the server, with the socket, and has its
 * responses say close after `parting`.
 *
 * Build it before the server listens, and before or after the other listeners are added.
 */
export class HttpConnections {
  readonly #clock: () => number
  readonly #server: Server
  readonly #open = new Map<Socket, Connection>()
  #parting = false
  #accepted = 0
  #acceptedAt = -Infinity
  #answered = 0

  constructor(server: Server, clock: () => number) {
    this.#clock = clock
    server.prependListener('connection', (socket) => {
      this.#accepted++
      this.#acceptedAt = this.#clock()
      this.#track(socket)
    })
    server.prependListener('request', (request, response) => this.#requested(request, response))
    server.on('answered', (socket: Socket) => this.#answeredPlainly(socket))
    this.#server = server
    beforeUpgrades(server, (socket) => this.#open.delete(socket))
  }

  get open(): number {
    return this.#open.size
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted
  }

  /** When the newest was accepted, by the clock; minus infinity before the first. */
  get acceptedAt(): number {
    return this.#acceptedAt
  }

  /** Requests answered so far, to the last byte. */
  get answered(): number {
    return this.#answered
  }

  counts(idleMs: number): ConnectionCounts {
    const now = this.#clock()
    let [busy, quiet, idle] = [0, 0, 0]
    for (const [socket, connection] of this.#open) {
      if (isBusy(socket, connection)) busy++
      else if (now - connection.idleSince < idleMs) quiet++
      else idle++
    }
    return { busy, quiet, idle }
  }

  /** From now on every response, those in flight included, tells its client to close. */
  part(): void {
    this.#parting = true
    this.#server.emit('parting')
    for (const { newest } of this.#open.values()) if (newest) sayClose(newest)
  }

  /** Close connections that have been idle for `idleMs`; returns how many. */
  closeIdle(idleMs: number): number {
    const now = this.#clock()
    let closed = 0
    for (const [socket, connection] of this.#open) {
      if (isBusy(socket, connection) || now - connection.idleSince < idleMs) continue
      socket.destroy()
      this.#open.delete(socket)
      closed++
    }
    return closed
  }

  /** Cut everything that is left, answered or not. */
  cut(): { connections: number; requests: number } {
    let requests = 0
    const connections = this.#open.size
    for (const [socket, connection] of this.#open) {
      requests += Math.max(connection.unanswered, isBusy(socket, connection) ? 1 : 0)
      socket.destroy()
    }
    this.#open.clear()
    return { connections, requests }
  }

  #requested(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#track(request.socket)
    connection.unanswered++
    if (this.#parting) {
      // A client that pipelines waits for answers in order, and the connection ends with the one that says so.
      if (connection.newest) stayOpen(connection.newest)
      sayClose(response)
    }
    connection.newest = response
    response.once('close', () => {
      if (response.writableFinished) this.#answered++
      connection.unanswered--
      if (connection.unanswered > 0) return
      connection.newest = undefined
      this.#idle(request.socket, connection)
    })
  }

  #answeredPlainly(socket: Socket): void {
    const connection = this.#open.get(socket)
    if (!connection) return
    this.#answered++
    this.#idle(socket, connection)
  }

  #idle(socket: Socket, connection: Connection): void {
    connection.idleSince = this.#clock()
    connection.bytesWhenIdle = socket.bytesRead
  }

  #track(socket: Socket): Connection {
    const known = this.#open.get(socket)
    if (known) return known
    const connection: Connection = {
      unanswered: 0,
      newest: undefined,
      idleSince: this.#clock(),
      // What was read from it before it came here is no part of a request.
      bytesWhenIdle: socket.bytesRead - socket.readableLength,
    }
    this.#open.set(socket, connection)
    socket.once('close', () => this.#open.delete(socket))
    return connection
  }
}

/**
 * Node writes `Connection: close` and ends the connection after the response when it is told not to keep it alive before
 * the headers are made. A response whose headers have left keeps its word; the next one on its connection says close.
 */
function sayClose(response: ServerResponse): void {
  if (response.headersSent || !response.shouldKeepAlive) return
  told.add(response)
  response.shouldKeepAlive = false
  if (response.hasHeader('connection')) response.setHeader('connection', 'close')
}

function stayOpen(response: ServerResponse): void {
  if (response.headersSent || !told.delete(response)) return
  response.shouldKeepAlive = true
  if (response.hasHeader('connection')) response.setHeader('connection', 'keep-alive')
}

/** Responses that say close because of us, not because their client asked for it. */
const told = new WeakSet<ServerResponse>()

function isBusy(socket: Socket, connection: Connection): boolean {
  return connection.unanswered > 0 || socket.bytesRead > connection.bytesWhenIdle
}

/** A listener of ours alone would make Node take every upgrade for wanted; so it waits for another one's. */
function beforeUpgrades(server: Server, upgraded: (socket: Socket) => void): void {
  const listen = (): void => {
    server.prependListener('upgrade', (request) => upgraded(request.socket))
  }
  if (server.listenerCount('upgrade') > 0) return listen()
  const seen = (event: string): void => {
    if (event !== 'upgrade') return
    server.off('newListener', seen)
    listen()
  }
  server.on('newListener', seen)
}
