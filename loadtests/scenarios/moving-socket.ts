import { clearInterval, setInterval, setTimeout } from 'k6/timers'
import { WebSocket, type EventName } from 'k6/websockets'
import { ABNORMAL, NORMAL, reconnectDelayOf, SERVICE_RESTART } from './reconnect-delay.ts'
import { url } from './settings.ts'
import { tell } from './story.ts'

/** One connection of a client that moves from gateway to gateway. */
export interface Leg {
  /** Number of the connection, counted for each client. */
  readonly number: number
  readonly socket: WebSocket
  isOpen: boolean
  /** Checks in a row without any sign of the server: no pong, no message, no open event. */
  unanswered: number
}

export interface MovingEvents {
  readonly opened: (leg: Leg) => void
  /** Called with the parsed JSON of every message except the notice. */
  readonly message: (leg: Leg, message: unknown) => void
  readonly lost: (leg: Leg, loss: Loss) => void
}

/** How a connection ended. */
export interface Loss {
  /** The client had no other connection. */
  readonly isLast: boolean
  /** The server did not close it with a closing handshake. */
  readonly isCut: boolean
  /** k6 itself closed it, because it was told to stop: nothing is lost. */
  readonly isOver: boolean
}

/** The fields of all events that are used here; k6's types lack the closing ones. */
interface SocketEvent {
  readonly data?: string
  readonly code?: number
  readonly reason?: string
}

const LOST_RECONNECT_MS = 40
const PING_MS = 1_000
/**
 * A machine that loses its power neither closes nor refuses a connection, so a client that only listens would never
 * notice.
 */
const UNANSWERED_MAX = 4

/**
 * A WebSocket client that behaves as clients should. With notice it connects again as soon as the server announces its
 * shutdown, and keeps the old connection until the server closes it. Otherwise it comes back after the delay that the
 * closing server has told, or after a moment when the connection broke or nothing answers its pings.
 */
export class MovingSocket {
  readonly #client: string
  readonly #path: (leg: number) => string
  readonly #events: MovingEvents
  readonly #legs = new Set<Leg>()
  #isClosed = false
  #count = 0

  /** @param client its name in the story @param path the path of the n-th connection */
  constructor(client: string, path: (leg: number) => string, events: MovingEvents) {
    this.#client = client
    this.#path = path
    this.#events = events
    this.#connect()
  }

  /** Open connections, the newest last. */
  get open(): readonly Leg[] {
    return [...this.#legs].filter(({ isOpen }) => isOpen)
  }

  close(): void {
    this.#isClosed = true
    for (const leg of this.#legs) leave(leg)
  }

  #connect(): void {
    if (this.#isClosed) return
    const number = ++this.#count
    const socket = new WebSocket(url.replace(/^http/, 'ws') + this.#path(number))
    const leg: Leg = { number, socket, isOpen: false, unanswered: 0 }
    this.#legs.add(leg)
    const pings = setInterval(() => this.#ping(leg, pings), PING_MS)
    const on = (name: `${EventName}`, heard: (event: SocketEvent) => void): void => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- k6 lacks types for it
      socket.addEventListener(name as EventName, (event) => heard(event as unknown as SocketEvent))
    }
    on('open', () => {
      leg.isOpen = true
      if (this.#isClosed || !this.#legs.has(leg)) return leave(leg)
      leg.unanswered = 0
      this.#tell(leg, 'opened')
      this.#events.opened(leg)
    })
    on('message', ({ data = '' }) => this.#received(leg, data))
    on('pong', () => (leg.unanswered = 0))
    // Without a listener k6 would log the failure; the end of the connection tells the same.
    on('error', () => undefined)
    on('close', ({ code = 0, reason = '' }) => this.#closed(leg, code, reason))
  }

  #ping(leg: Leg, pings: number): void {
    if (!this.#legs.has(leg)) return clearInterval(pings)
    if (leg.unanswered >= UNANSWERED_MAX) {
      leave(leg)
      this.#closed(leg, ABNORMAL, 'silent')
    } else {
      leg.unanswered++
      if (leg.isOpen) leg.socket.ping()
    }
  }

  #received(leg: Leg, text: string): void {
    // A connection that was given up as silent may receive messages again.
    if (!this.#legs.has(leg)) return
    leg.unanswered = 0
    if (text.includes('"e":"serverShutdown"')) {
      this.#tell(leg, 'notice')
      this.#connect()
    } else this.#events.message(leg, JSON.parse(text))
  }

  #closed(leg: Leg, code: number, reason: string): void {
    leg.isOpen = false
    if (!this.#legs.delete(leg) || this.#isClosed) return
    this.#tell(leg, 'closed', { code, reason })
    const isLast = this.#legs.size === 0
    const isOver = code === NORMAL
    this.#isClosed ||= isOver
    this.#events.lost(leg, { isLast, isCut: code !== SERVICE_RESTART, isOver })
    if (isLast) setTimeout(() => this.#connect(), reconnectDelayOf(reason) ?? LOST_RECONNECT_MS)
  }

  #tell({ number }: Leg, what: 'opened' | 'notice' | 'closed', how: { code?: number; reason?: string } = {}): void {
    tell({ kind: 'socket', at: Date.now(), client: this.#client, leg: number, what, ...how })
  }
}

/**
 * Closes a connection; one that is not open yet is closed once it is. `close` of k6 (1.8.1) hands its frame to a writer
 * that does not run before, and the whole virtual user would wait for it for ever.
 */
function leave({ isOpen, socket }: Leg): void {
  if (isOpen) socket.close()
}
