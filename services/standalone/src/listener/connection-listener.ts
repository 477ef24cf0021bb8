import { createServer, type Server, type Socket } from 'node:net'

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
  /** Was ready once: takes connections when nobody is ready, and answers them as it can. */
  wasReady: boolean
  isLeaving: boolean
  /** Handed and not confirmed. */
  readonly unconfirmed: Set<number>
  settled: () => void
}

interface Accepted {
  readonly server: string
  readonly socket: Socket
}

/** Connections that wait while no taker is there. Past it new ones are closed. */
export const WAITING_MAX = 4096

/**
 * The listening sockets of the cluster. They are opened once and stay open, whoever comes and goes behind them: each
 * connection is handed, unread, to a process that is ready. It is kept here until that process has confirmed it, so a
 * process that dies loses none that it has not seen.
 */
export class ConnectionListener {
  readonly #servers: Server[] = []
  readonly #takers = new Map<Taker, TakerState>()
  readonly #unconfirmed = new Map<number, Accepted>()
  #waiting: Accepted[] = []
  #nextId = 1

  /** Listen on one more socket. @throws Error of the system */
  async listen(name: string, host: string, port: number): Promise<void> {
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      if (this.#waiting.length >= WAITING_MAX) socket.destroy()
      else this.#dispatch({ server: name, socket })
    })
    this.#servers.push(server)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, resolve)
    })
  }

  /** The taker says whether it is ready. */
  ready(taker: Taker, isReady: boolean): void {
    const state = this.#state(taker)
    if (state.isLeaving) return
    state.isReady = isReady
    state.wasReady ||= isReady
    if (!isReady) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const accepted of waiting) this.#dispatch(accepted)
  }

  /** It has got the connection. */
  taken(taker: Taker, id: number): void {
    this.#unconfirmed.get(id)?.socket.destroy()
    this.#unconfirmed.delete(id)
    const state = this.#takers.get(taker)
    state?.unconfirmed.delete(id)
    if (state?.unconfirmed.size === 0) state.settled()
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
    for (const id of state.unconfirmed) {
      const accepted = this.#unconfirmed.get(id)
      this.#unconfirmed.delete(id)
      if (accepted) this.#dispatch(accepted)
    }
    state.settled()
  }

  /** Accept nothing any more; what has been handed over is not touched. */
  close(): void {
    for (const server of this.#servers) server.close()
    for (const { socket } of [...this.#waiting, ...this.#unconfirmed.values()]) socket.destroy()
    this.#waiting = []
    this.#unconfirmed.clear()
  }

  #dispatch(accepted: Accepted): void {
    const chosen = this.#choose()
    if (!chosen) {
      this.#waiting.push(accepted)
      return
    }
    const [taker, state] = chosen
    const id = this.#nextId++
    // To the end of the line: turn and turn about.
    this.#takers.delete(taker)
    this.#takers.set(taker, state)
    state.unconfirmed.add(id)
    this.#unconfirmed.set(id, accepted)
    taker.hand({ uptick: 'connection', id, server: accepted.server }, accepted.socket, () => this.ended(taker))
  }

  /** Of those that are ready the one with the fewest connections on their way to it. */
  #choose(): [Taker, TakerState] | undefined {
    let best: [Taker, TakerState] | undefined
    for (const entry of this.#takers) {
      const [, state] = entry
      if (state.isLeaving || !(state.isReady || state.wasReady)) continue
      if (!best || preferred(state, best[1])) best = entry
    }
    return best
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
