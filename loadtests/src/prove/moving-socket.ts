import type { WebSocket } from 'ws'
import { dialExchange } from '../client/dial-exchange.ts'

/** One connection of a subscriber that moves from gateway to gateway. */
export interface Leg {
  readonly socket: WebSocket
  /** The server has announced its shutdown. */
  announced: boolean
}

export interface MovingEvents {
  readonly opened: (leg: Leg) => void
  /** Called with the parsed JSON of every message except the notice. */
  readonly message: (leg: Leg, message: unknown) => void
  /** The connection is gone; `isLast`: there was no other. */
  readonly lost: (leg: Leg, isLast: boolean) => void
}

const RECONNECT_MS = 40

/**
 * A subscriber that behaves as clients should: it asks for notice. When the server announces its shutdown, it opens a
 * new connection first, and keeps the old one until the server closes it.
 */
export class MovingSocket {
  readonly #url: string
  readonly #localAddress: string | undefined
  readonly #events: MovingEvents
  readonly #legs = new Set<Leg>()
  #closed = false
  connections = 0

  /** @param localAddress from which it connects */
  constructor(url: string, events: MovingEvents, localAddress?: string) {
    this.#url = url
    this.#localAddress = localAddress
    this.#events = events
    this.#connect()
  }

  close(): void {
    this.#closed = true
    for (const { socket } of this.#legs) socket.terminate()
  }

  #connect(): void {
    if (this.#closed) return
    const socket = dialExchange(this.#url, this.#localAddress)
    const leg: Leg = { socket, announced: false }
    this.#legs.add(leg)
    socket.on('open', () => {
      this.connections++
      this.#events.opened(leg)
    })
    socket.on('message', (data: Buffer) => {
      const text = data.toString()
      if (text.includes('"e":"serverShutdown"')) {
        leg.announced = true
        this.#connect()
      } else this.#events.message(leg, JSON.parse(text))
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#legs.delete(leg)
      if (this.#closed) return
      const isLast = this.#legs.size === 0
      this.#events.lost(leg, isLast)
      if (isLast) setTimeout(() => this.#connect(), RECONNECT_MS)
    })
  }
}
