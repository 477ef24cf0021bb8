import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { countedAddress, type CountedAddress, SERVICE_RESTART } from '@uptick/runtime'
import { type WebSocket, WebSocketServer } from 'ws'
import { PublicError, PublicErrors, publicError } from '@uptick/protocol'
import type { ClientAddresses } from '../addresses/client-addresses.ts'
import { Clients } from '../clients/clients.ts'
import type { Client } from '../clients/client.ts'
import { ShareCount } from '../limits/share-count.ts'
import type { Feed } from '../streams/follow-feed.ts'
import type { Dispatcher } from '../operations/dispatcher.ts'
import type { OperationRegistry } from '../operations/operation.ts'
import { StreamSession } from '../streams/stream-session.ts'
import { WsApiSession } from '../ws-api/ws-api-session.ts'
import { Connection, type Protocol } from '../sockets/connection.ts'
import type { MessageRateOptions } from '../sockets/message-rate.ts'
import type { OutboxCounters } from '../sockets/outbox.ts'
import { parseTarget, type Target } from './target.ts'

/** Largest frame that is read; a longer one closes the connection with 1009. */
const FRAME_BYTES_MAX = 64 * 1024
const HEARTBEAT_MS = 1_000
const TICK_MS = 100
/**
 * Streams: the rate that Binance documents, with a burst for clients that subscribe stream by stream when they connect.
 */
const STREAM_RATE: MessageRateOptions = { perSecond: 5, burst: 100 }
/** Weight limits requests; this rate only bounds the work of reading them. */
const WS_API_RATE: MessageRateOptions = { perSecond: 20_000, burst: 20_000 }
/** Pings and pongs of the WebSocket API, which cost no weight. */
const WS_API_CONTROL_RATE: MessageRateOptions = { perSecond: 20, burst: 100 }
/** WebSockets open at a time: of all, of one address, and with a user stream of one account. */
export const SOCKETS_MAX = 20_000
export const SOCKETS_PER_ADDRESS_MAX = 2_500
export const USER_STREAMS_PER_ACCOUNT_MAX = 250

export interface SocketServerOptions {
  /** The clients of the HTTP server. */
  readonly clients?: Clients
  readonly dispatcher: Dispatcher
  readonly registry: OperationRegistry
  readonly feed: Pick<Feed, 'accounts' | 'streams' | 'tick'>
  /** Reports an internal failure. */
  readonly failed: (operation: string, error: unknown) => void
  readonly measured?: (operation: string, status: number, seconds: number) => void
  readonly addresses: ClientAddresses
  readonly compression?: boolean
  readonly streamRate?: MessageRateOptions
  readonly wsApiRate?: MessageRateOptions
  readonly bufferedBytesMax?: number
  readonly socketsPerAddressMax?: number
}

/** Every WebSocket of the gateway: market streams and the WebSocket API, on the HTTP server that serves REST. */
export class SocketServer {
  readonly counters: OutboxCounters = { slowReaders: 0, sentMessages: 0 }
  readonly #options: SocketServerOptions
  readonly #clients: Clients
  readonly #server: WebSocketServer
  readonly #connections = new Set<Connection>()
  readonly #byAddress: ShareCount<CountedAddress>
  readonly #userStreams = new ShareCount<number>(USER_STREAMS_PER_ACCOUNT_MAX)
  readonly #apiSessions = new Set<WsApiSession>()
  readonly #timers: NodeJS.Timeout[] = []
  #closing = false

  constructor(options: SocketServerOptions) {
    this.#options = options
    this.#byAddress = new ShareCount(options.socketsPerAddressMax ?? SOCKETS_PER_ADDRESS_MAX)
    this.#clients = options.clients ?? new Clients({ failed: options.failed })
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: FRAME_BYTES_MAX,
      perMessageDeflate: options.compression === true ? { threshold: 1024 } : false,
    })
    const { feed, dispatcher } = options
    const { clock, keys } = dispatcher.services
    keys.onRevoked((apiKey) => {
      for (const session of this.#apiSessions) session.revoked(apiKey)
    })
    this.#timers.push(
      setInterval(() => feed.tick(clock.now()), TICK_MS),
      setInterval(() => this.#heartbeat(), HEARTBEAT_MS),
    )
  }

  get connections(): number {
    return this.#connections.size
  }

  /** The connections that are open now, for the drain. */
  get open(): Iterable<Connection> {
    return this.#connections
  }

  /**
   * Handle the handshakes of `server`. A client that offers another protocol (`Upgrade: h2c`, as Java's does by
   * default) is answered as if it had not.
   */
  attach(server: Server): void {
    const upgrading: UpgradingServer = server
    upgrading.shouldUpgradeCallback = (request) => request.headers.upgrade?.toLowerCase() === 'websocket'
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      const client = this.#clients.of(socket)
      client.unmeter()
      client.handle(() => this.upgrade(request, client, head))
    })
  }

  /** Answer one handshake. */
  upgrade(request: IncomingMessage, client: Client, head: Buffer): void {
    const { socket } = client
    // Until ws takes the socket over, a reset must not become an uncaught error.
    const ignore = (): void => {}
    socket.on('error', ignore)
    if (this.#closing) {
      refuse(socket, 503, publicError(PublicErrors.SERVICE_SHUTTING_DOWN).toJSON())
      return
    }
    const target = parseTarget(request.url ?? '')
    if (target.kind === 'refused') {
      refuse(socket, target.status, { code: -1000, msg: target.reason })
      return
    }
    const { addresses } = this.#options
    const ip = addresses.clientOf(addresses.peerOf(socket), request.headers['x-forwarded-for'])
    const { limits } = this.#options.dispatcher.services
    try {
      limits.connection(ip)
      this.#checkRoom(ip)
      if (target.kind === 'ws-api') limits.request(ip, 2)
    } catch (error) {
      if (!(error instanceof PublicError)) throw error
      refuse(socket, error.status, error.toJSON(), error.retryAfter)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      socket.off('error', ignore)
      socket.setNoDelay(true)
      this.#open(webSocket, client, ip, target)
    })
  }

  /** Ask all clients to reconnect elsewhere (1012), and stop the timers. Resolves when all connections are gone. */
  async close(reason = 'The server is going away; reconnect.'): Promise<void> {
    this.#closing = true
    for (const connection of this.#connections) connection.outbox.close(SERVICE_RESTART, reason)
    while (this.#connections.size > 0) await new Promise((resolve) => setTimeout(resolve, 10))
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** @throws PublicError when too many connections are open, in total or from the address */
  #checkRoom(ip: string): void {
    const { socketsPerAddressMax = SOCKETS_PER_ADDRESS_MAX } = this.#options
    if (this.#connections.size >= SOCKETS_MAX) throw publicError(PublicErrors.TOO_MANY_CONNECTIONS, SOCKETS_MAX)
    if (this.#byAddress.held(countedAddress(ip)) < socketsPerAddressMax) return
    throw publicError(PublicErrors.TOO_MANY_CONNECTIONS, socketsPerAddressMax)
  }

  #open(webSocket: WebSocket, client: Client, ip: string, target: Exclude<Target, { kind: 'refused' }>): void {
    const { dispatcher, streamRate = STREAM_RATE, wsApiRate = WS_API_RATE, bufferedBytesMax } = this.#options
    const connection = new Connection({
      webSocket,
      client,
      ip,
      clock: dispatcher.services.clock,
      counters: this.counters,
      rate: target.kind === 'ws-api' ? wsApiRate : streamRate,
      controlRate: target.kind === 'ws-api' ? WS_API_CONTROL_RATE : undefined,
      bufferedBytesMax,
    })
    this.#connections.add(connection)
    this.#byAddress.take(countedAddress(ip))
    let session: Protocol
    if (target.kind === 'ws-api') {
      const api = this.#apiSession(connection, client, target)
      this.#apiSessions.add(api)
      connection.start(api, () => this.#gone(connection, api))
      return
    }
    session = new StreamSession({
      ...target,
      outbox: connection.outbox,
      market: this.#options.feed.streams,
      clock: dispatcher.services.clock,
    })
    connection.start(session, () => this.#gone(connection))
  }

  #apiSession(connection: Connection, client: Client, target: Extract<Target, { kind: 'ws-api' }>): WsApiSession {
    const { dispatcher, registry, feed, failed, measured } = this.#options
    return new WsApiSession({
      outbox: connection.outbox,
      ip: connection.ip,
      dispatcher,
      registry,
      feed,
      timeUnit: target.timeUnit,
      returnRateLimits: target.returnRateLimits,
      notices: target.notices,
      failed,
      faulted: (error) => client.fault(error),
      answered: (status) => connection.answered(status),
      userStreams: this.#userStreams,
      measured,
    })
  }

  #gone(connection: Connection, session?: WsApiSession): void {
    if (this.#connections.delete(connection)) this.#byAddress.give(countedAddress(connection.ip))
    if (session) this.#apiSessions.delete(session)
  }

  #heartbeat(): void {
    for (const connection of this.#connections) connection.heartbeat()
  }
}

/** Node's option of that name, which may be set on the server, too. */
interface UpgradingServer extends Server {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean
}

/** End a handshake without a WebSocket. */
function refuse(socket: Socket, status: number, body: object, retryAfter = 0): void {
  const text = JSON.stringify(body)
  const retry = retryAfter > 0 ? `Retry-After: ${retryAfter}\r\n` : ''
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}\r\nContent-Type: application/json;charset=UTF-8\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n${retry}Connection: close\r\n\r\n${text}`,
  )
  // Do not wait for a client that does not close its side.
  socket.destroySoon()
}
