import { createServer, type Server, type Socket } from 'node:net'
import { AddressRanges, countedAddress, plainAddress } from '@uptick/runtime'
import { ConnectionLine, type ConnectionLineOptions } from './connection-line.ts'

/** A process that takes connections. */
export interface Taker {
  /** Hand over a connection. `failed` is called when it cannot arrive. The socket here must stay open. */
  hand(message: HandedConnection, socket: Socket, failed: () => void): void
}

/** The data that is sent with the socket. */
export interface HandedConnection {
  readonly uptick: 'connection'
  readonly id: number
  /** Name of the listening socket. */
  readonly server: string
}

interface TakerState {
  isReady: boolean
  /** It was ready once: it takes connections when no gateway is ready, and answers them as it can. */
  wasReady: boolean
  isLeaving: boolean
  /** Connections that were handed over and not confirmed. */
  readonly unconfirmed: Set<number>
  settled: () => void
}

interface Accepted {
  readonly server: string
  readonly socket: Socket
  /** The queue that it waits in: each listening socket has its own queues. */
  readonly line: string
}

/**
 * Bound on the connections on their way to one taker. Their channel carries one at a time. More of them would only wait
 * there in order of arrival, and delay everything else on the channel.
 */
export const HANDED_MAX = 8
/** Connections that the kernel queues while this process is busy. */
const BACKLOG_MAX = 4_096

export interface ConnectionListenerOptions extends ConnectionLineOptions {
  /** Addresses with many clients behind them. */
  readonly proxies?: AddressRanges
}

/**
 * The listening sockets of the cluster. They are opened once and stay open while gateways come and go. Each connection
 * is handed, unread, to a process that is ready. It is kept here until that process has confirmed it, so a process that
 * dies loses only connections that it has seen.
 *
 * Connections that arrive faster than they can be passed on wait in a queue per client address.
 */
export class ConnectionListener {
  readonly #servers: Server[] = []
  readonly #takers = new Map<Taker, TakerState>()
  readonly #unconfirmed = new Map<number, Accepted>()
  readonly #waiting: ConnectionLine<Accepted>
  readonly #proxies: AddressRanges
  #nextId = 1

  constructor(options: ConnectionListenerOptions = {}) {
    this.#waiting = new ConnectionLine(options)
    this.#proxies = options.proxies ?? AddressRanges.parse([])
  }

  /** Number of connections whose descriptors are open here. */
  get kept(): number {
    return this.#waiting.size + this.#unconfirmed.size
  }

  /** Listen on one more socket. @throws Error of the operating system */
  async listen(name: string, host: string, port: number): Promise<void> {
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept(name, socket))
    this.#servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true, backlog: BACKLOG_MAX }, resolve)
    })
  }

  /** The taker reports whether it is ready. */
  ready(taker: Taker, isReady: boolean): void {
    const state = this.#state(taker)
    if (state.isLeaving) return
    state.isReady = isReady
    state.wasReady ||= isReady
    this.#passOn()
  }

  /** The taker has confirmed the connection. */
  taken(taker: Taker, id: number): void {
    this.#unconfirmed.get(id)?.socket.destroy()
    this.#unconfirmed.delete(id)
    const state = this.#takers.get(taker)
    state?.unconfirmed.delete(id)
    if (state?.unconfirmed.size === 0) state.settled()
    this.#passOn()
  }

  /** Hand over nothing more to the taker. Resolves when all connections on their way to it have arrived. */
  async leave(taker: Taker): Promise<void> {
    const state = this.#state(taker)
    state.isLeaving = true
    state.isReady = false
    if (state.unconfirmed.size === 0) return
    await new Promise<void>((resolve) => (state.settled = resolve))
  }

  /** The taker's process has ended: others get what it did not confirm. Another process may take its place. */
  ended(taker: Taker): void {
    const state = this.#takers.get(taker)
    if (!state) return
    this.#takers.delete(taker)
    // The oldest is put back last, so it is the next.
    for (const id of [...state.unconfirmed].toReversed()) {
      const accepted = this.#unconfirmed.get(id)
      this.#unconfirmed.delete(id)
      if (accepted) this.#waiting.putBack(accepted.line, accepted)
    }
    state.settled()
    this.#passOn()
  }

  /** Stop accepting. Connections that were handed over are not affected. */
  close(): void {
    for (const server of this.#servers) server.close()
    for (let next = this.#waiting.next(); next; next = this.#waiting.next()) next.socket.destroy()
    for (const { socket } of this.#unconfirmed.values()) socket.destroy()
    this.#unconfirmed.clear()
  }

  #accept(server: string, socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const { remoteAddress } = socket
    // The connection was reset before it was accepted.
    if (remoteAddress === undefined) return void socket.destroy()
    const address = plainAddress(remoteAddress) ?? remoteAddress
    const line = `${server} ${countedAddress(address)}`
    const homeless = this.#waiting.join(line, { server, socket, line }, this.#proxies.has(address))
    // Reset it: an orderly close would leave the system a minute of TIME_WAIT for each.
    homeless?.socket.resetAndDestroy()
    this.#passOn()
  }

  /** Hand over waiting connections as far as there are takers. */
  #passOn(): void {
    while (this.#waiting.size > 0) {
      const chosen = this.#choose()
      const accepted = chosen && this.#waiting.next()
      if (!accepted) return
      if (isGone(accepted.socket)) accepted.socket.destroy()
      else this.#hand(accepted, chosen)
    }
  }

  #hand(accepted: Accepted, [taker, state]: [Taker, TakerState]): void {
    const id = this.#nextId++
    // Move it to the end: takers take turns.
    this.#takers.delete(taker)
    this.#takers.set(taker, state)
    state.unconfirmed.add(id)
    this.#unconfirmed.set(id, accepted)
    taker.hand({ uptick: 'connection', id, server: accepted.server }, accepted.socket, () => this.ended(taker))
  }

  /**
   * The ready taker with the fewest connections on their way to it; when none is ready, one that was ready once.
   * Undefined when all of them have as many as they may.
   */
  #choose(): [Taker, TakerState] | undefined {
    let best: [Taker, TakerState] | undefined
    for (const entry of this.#takers) {
      const [, state] = entry
      if (state.isLeaving || !(state.isReady || state.wasReady)) continue
      if (!best || preferred(state, best[1])) best = entry
    }
    return best && best[1].unconfirmed.size < HANDED_MAX ? best : undefined
  }

  #state(taker: Taker): TakerState {
    let state = this.#takers.get(taker)
    if (!state) {
      state = { isReady: false, wasReady: false, isLeaving: false, unconfirmed: new Set(), settled: () => undefined }
      this.#takers.set(taker, state)
    }
    return state
  }
}

function preferred(one: TakerState, other: TakerState): boolean {
  if (one.isReady !== other.isReady) return one.isReady
  return one.unconfirmed.size < other.unconfirmed.size
}

/** Whether the client has reset the connection: an empty write fails then. Nothing is read before it is handed over. */
function isGone(socket: Socket): boolean {
  if (!socket.destroyed && socket.errored === null) socket.write('')
  return socket.destroyed || socket.errored !== null
}
