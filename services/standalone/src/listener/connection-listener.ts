import { createServer, type Server, type Socket } from 'node:net'
import { AddressRanges, countedAddress, plainAddress } from '@uptick/runtime'
import { ConnectionLine, type ConnectionLineOptions } from './connection-line.ts'

/** A process that takes connections. */
export interface Taker {
  /** Pass a connection on; `failed` is called when it cannot arrive. The socket here must stay open. */
  hand(message: HandedConnection, socket: Socket, failed: () => void): void
}

/** What goes with the socket. */
export interface HandedConnection {
  readonly uptick: 'connection'
  readonly id: number
  /** Name of the listening socket. */
  readonly server: string
}

interface TakerState {
  isReady: boolean
  /** Was ready once: takes connections when no gateway is ready, and answers them as it can. */
  wasReady: boolean
  isLeaving: boolean
  /** Handed and not confirmed. */
  readonly unconfirmed: Set<number>
  settled: () => void
}

interface Accepted {
  readonly server: string
  readonly socket: Socket
  /** Whose turn it is passed on in: each listening socket has lines of its own. */
  readonly line: string
}

/**
 * Connections on their way to one taker. Their channel carries one at a time, so more of them would only wait there, first come
 * first served, and with them everything else that the channel carries.
 */
export const HANDED_MAX = 8
/** Connections that the system keeps while this process is busy. */
const BACKLOG_MAX = 4_096

export interface ConnectionListenerOptions extends ConnectionLineOptions {
  /** Addresses behind which there are many clients. */
  readonly proxies?: AddressRanges
}

/**
 * The listening sockets of the cluster. They are opened once and stay open, whichever gateways come and go behind them: each
 * connection is handed, unread, to a process that is ready. It is kept here until that process has confirmed it, so a
 * process that dies loses none that it has not seen.
 *
 * What comes faster than it can be passed on waits in a line for each client address.
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

  /** Connections that are kept here: their descriptors are open. */
  get kept(): number {
    return this.#waiting.size + this.#unconfirmed.size
  }

  /** Listen on one more socket. @throws Error of the system */
  async listen(name: string, host: string, port: number): Promise<void> {
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#accept(name, socket))
    this.#servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true, backlog: BACKLOG_MAX }, resolve)
    })
  }

  /** The taker says whether it is ready. */
  ready(taker: Taker, isReady: boolean): void {
    const state = this.#state(taker)
    if (state.isLeaving) return
    state.isReady = isReady
    state.wasReady ||= isReady
    this.#passOn()
  }

  /** It has got the connection. */
  taken(taker: Taker, id: number): void {
    this.#unconfirmed.get(id)?.socket.destroy()
    this.#unconfirmed.delete(id)
    const state = this.#takers.get(taker)
    state?.unconfirmed.delete(id)
    if (state?.unconfirmed.size === 0) state.settled()
    this.#passOn()
  }

  /** Hand it nothing any more. Resolves when everything that was handed to it has arrived. */
  async leave(taker: Taker): Promise<void> {
    const state = this.#state(taker)
    state.isLeaving = true
    state.isReady = false
    if (state.unconfirmed.size === 0) return
    await new Promise<void>((resolve) => (state.settled = resolve))
  }

  /** Its process has ended: what it did not confirm goes to others. Another process may take its place. */
  ended(taker: Taker): void {
    const state = this.#takers.get(taker)
    if (!state) return
    this.#takers.delete(taker)
    // The oldest goes back last, and is the next.
    for (const id of [...state.unconfirmed].toReversed()) {
      const accepted = this.#unconfirmed.get(id)
      this.#unconfirmed.delete(id)
      if (accepted) this.#waiting.putBack(accepted.line, accepted)
    }
    state.settled()
    this.#passOn()
  }

  /** Accept nothing any more; what has been passed on is not touched. */
  close(): void {
    for (const server of this.#servers) server.close()
    for (let next = this.#waiting.next(); next; next = this.#waiting.next()) next.socket.destroy()
    for (const { socket } of this.#unconfirmed.values()) socket.destroy()
    this.#unconfirmed.clear()
  }

  #accept(server: string, socket: Socket): void {
    socket.on('error', () => socket.destroy())
    const { remoteAddress } = socket
    // It was reset before it was accepted.
    if (remoteAddress === undefined) return void socket.destroy()
    const address = plainAddress(remoteAddress) ?? remoteAddress
    const line = `${server} ${countedAddress(address)}`
    const homeless = this.#waiting.join(line, { server, socket, line }, this.#proxies.has(address))
    // Without a goodbye, which would leave the system a minute of TIME_WAIT for each.
    homeless?.socket.resetAndDestroy()
    this.#passOn()
  }

  /** Hand over what waits, as far as there are takers. */
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
    // To the end of the line: turn and turn about.
    this.#takers.delete(taker)
    this.#takers.set(taker, state)
    state.unconfirmed.add(id)
    this.#unconfirmed.set(id, accepted)
    taker.hand({ uptick: 'connection', id, server: accepted.server }, accepted.socket, () => this.ended(taker))
  }

  /**
   * Of those that are ready the one with the fewest connections on their way to it; where none is ready, of those that were.
   * None while these have as many as they may.
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

/** Whether its client has reset it. Nothing is read before it is passed on; but writing nothing fails on what is no more. */
function isGone(socket: Socket): boolean {
  if (!socket.destroyed && socket.errored === null) socket.write('')
  return socket.destroyed || socket.errored !== null
}
