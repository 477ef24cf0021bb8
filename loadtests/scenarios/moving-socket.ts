import { clearInterval, setInterval, setTimeout } from 'k6/timers'
import { WebSocket, type EventName } from 'k6/websockets'
import { ABNORMAL, NORMAL, reconnectDelayOf, SERVICE_RESTART } from './reconnect-delay.ts'
import { url } from './settings.ts'
import { tell } from './story.ts'

/** One connection of a client that moves from gateway to gateway. */
export interface Leg {
  /** The n-th of its client. */
  readonly number: number
  readonly socket: WebSocket
  isOpen: boolean
  /** Looks in a row after which nothing was heard: no pong, no message, not that it is open. */
  unanswered: number
}

export interface MovingEvents {
  readonly opened: (leg: Leg) => void
  /** Parsed JSON of every message but the notice. */
  readonly message: (leg: Leg, message: unknown) => void
  readonly lost: (leg: Leg, loss: Loss) => void
}

/** How a connection has ended. */
export interface Loss {
  /** There was no other. */
  readonly isLast: boolean
  /** The server did not say goodbye. */
  readonly isCut: boolean
  /** k6 itself has closed it, because it was told to stop: nothing is lost. */
  readonly isOver: boolean
}

/** Of all kinds of event, what is used here; types of k6 leave the closing out. */
interface SocketEvent {
  readonly data?: string
  readonly code?: number
  readonly reason?: string
}

const LOST_RECONNECT_MS = 40
const PING_MS = 1_000
/**
 * A machine that loses its power neither closes nor refuses a connection: a client that only listens would never
 * notice.
 */
const UNANSWERED_MAX = 4

/**
 * A client of WebSockets as it should be. With notice it connects anew as soon as the server says that it goes, and keeps
 * the old connection until the server closes it. Without, or when the notice did not come, it comes back after the delay
 * that the closing server has told it, and after a moment when the connection just broke, or nothing answers its pings.
 */
export class MovingSocket {
  readonly #client: string
  readonly #path: (leg: number) => string
  readonly #events: MovingEvents
  readonly #legs = new Set<Leg>()
  #isClosed = false
  #count = 0

  /** @param client its name in the story @param path what the n-th connection asks for */
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
    // Without a listener k6 would write the failure to its log; the end of the connection says all.
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
    // Given up as silent, it may speak again.
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
 * Says goodbye; a connection that is still being made does so when it is open. `close` of k6 (1.8.1) hands its frame to a
 * writer that does not run before, and the whole virtual user would wait for it for ever.
 */
function leave({ isOpen, socket }: Leg): void {
  if (isOpen) socket.close()
}
