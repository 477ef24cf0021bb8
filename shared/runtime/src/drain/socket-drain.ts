import { strict as assert } from 'node:assert'
import { NO_HURRY, pause } from './pause.ts'
import { reconnectReason, ReconnectTimetable, SERVICE_RESTART } from './reconnect.ts'

/** What the drain needs of a WebSocket; those of `ws` have it. */
export interface DrainedSocket {
  /** 3 when closed, as the standard numbers the states. */
  readonly readyState: number
  /** Begin the closing handshake. */
  close(code: number, reason: string): void
  /** Cut the connection. */
  terminate(): void
}

export interface SocketDrainOptions<S extends DrainedSocket> {
  /** Those that are open now, also those that came since the drain began. */
  readonly sockets: () => Iterable<S>
  /** Tell a client that asked for it, before it is sent away. */
  readonly notice?: (socket: S) => void
  /** A request is being answered on it: it goes when that is done, or when time is up. */
  readonly busy?: (socket: S) => boolean
  /** Who was given notice is not sent away before this time is over, ms: it needs it to connect elsewhere. */
  readonly noticeMs?: number
  /** Sockets sent away in a second: what the other processes can take. Faster when time would not do. */
  readonly ratePerSecond: number
  /** Most time for all of it, ms. */
  readonly boundMs: number
  /** Most time for one closing handshake, ms; twice of it is part of the bound. */
  readonly closeMs?: number
  /** Least delay that clients are told, ms, and what is spread at random on top. */
  readonly reconnectLeastMs?: number
  readonly reconnectSpreadMs?: number
  /** 0 up to 1. */
  readonly random?: () => number
  /** Milliseconds that only grow. */
  readonly clock?: () => number
}

/** How the drain of WebSockets went: open + arrived = moved + left + cut. */
export interface SocketDrainReport {
  /** Spent on sending away. */
  readonly milliseconds: number
  readonly openAtBegin: number
  /** Came while others were sent away. */
  readonly arrived: number
  readonly noticed: number
  /** Said goodbye to, with a delay, and gone in order. */
  readonly moved: number
  /** Gone by themselves. */
  readonly left: number
  /** Did not answer the goodbye in time. */
  readonly cut: number
  /** Longest delay that a client was told. */
  readonly longestDelayMs: number
}

const CLOSED = 3
const TICK_MS = 20
const NOTICE_MS = 1_000
const CLOSE_MS = 1_000
const HURRIED_CLOSE_MS = 250
/** Sockets not sent away while all were busy are not made up for at once. */
const BURST_SECONDS = 0.1
const RECONNECT_LEAST_MS = 100
const RECONNECT_SPREAD_MS = 1_000

/**
 * Send WebSockets to other processes one after the other instead of all at once, each with the time after which it
 * should connect again (`reconnectReason`), so that the others are not overrun.
 */
export class SocketDrain<S extends DrainedSocket = DrainedSocket> {
  readonly #options: SocketDrainOptions<S>
  readonly #clock: () => number
  readonly #closeMs: number
  readonly #noticeMs: number
  readonly #timetable: ReconnectTimetable
  /** When each was found, and given notice. */
  readonly #seen = new WeakMap<S, number>()
  readonly #counts = { openAtBegin: 0, arrived: 0, noticed: 0, moved: 0, left: 0, cut: 0, longestDelayMs: 0 }
  /** Still to be sent away. */
  #queue: S[] = []
  /** Said goodbye to, with the time at which they are cut. */
  readonly #parting = new Map<S, number>()
  #begun = false
  #looking: NodeJS.Timeout | undefined
  #milliseconds = 0

  constructor(options: SocketDrainOptions<S>) {
    const { ratePerSecond, boundMs, closeMs = CLOSE_MS, random = Math.random } = options
    const { reconnectLeastMs: leastMs = RECONNECT_LEAST_MS, reconnectSpreadMs: spreadMs = RECONNECT_SPREAD_MS } =
      options
    assert(ratePerSecond > 0, 'sockets are sent away at some rate')
    this.#options = options
    this.#clock = options.clock ?? (() => performance.now())
    this.#closeMs = Math.min(closeMs, boundMs / 4)
    this.#noticeMs = options.notice === undefined ? 0 : (options.noticeMs ?? NOTICE_MS)
    this.#timetable = new ReconnectTimetable({ ratePerSecond, leastMs, spreadMs, random })
  }

  /** The longest that `evict` and `sweep` take together, ms. */
  get boundMs(): number {
    return this.#options.boundMs
  }

  /** Sockets that were found and are not gone yet. */
  get remaining(): number {
    return this.#queue.length + this.#parting.size
  }

  get report(): SocketDrainReport {
    return { milliseconds: Math.round(this.#milliseconds), ...this.#counts }
  }

  /**
   * Give notice to all clients, also to those that connect from now on: a balancer that has not noticed the drain still
   * sends clients here. No connection is closed yet.
   */
  begin(): void {
    if (this.#begun) return
    this.#begun = true
    this.#counts.openAtBegin = this.#find()
    this.#looking = setInterval(() => void (this.#counts.arrived += this.#find()), TICK_MS)
  }

  /** Send all away at the rate; resolves when none is left. */
  async evict(hurry: AbortSignal = NO_HURRY): Promise<void> {
    this.begin()
    await this.#work(this.#options.boundMs - 2 * this.#closeMs, hurry)
  }

  /** Close those that came meanwhile at once, when no client can come any more. */
  async sweep(hurry: AbortSignal = NO_HURRY): Promise<void> {
    await this.#work(0, hurry)
  }

  async #work(paceMs: number, hurry: AbortSignal): Promise<void> {
    clearInterval(this.#looking)
    const from = this.#clock()
    const paceEnd = from + paceMs
    let credit = 1
    let before = from
    this.#counts.arrived += this.#find()
    while (this.remaining > 0) {
      const now = this.#clock()
      const atOnce = hurry.aborted || now >= paceEnd
      const pace = this.#pace(paceEnd - now)
      credit = Math.min(credit + ((now - before) / 1_000) * pace, Math.max(1, pace * BURST_SECONDS))
      before = now
      credit -= this.#sendAway(atOnce ? Infinity : Math.floor(credit), atOnce, now, hurry)
      this.#collect(now, hurry)
      if (!hurry.aborted) this.#counts.arrived += this.#find()
      if (this.remaining > 0) await pause(TICK_MS, hurry.aborted ? NO_HURRY : hurry)
    }
    this.#milliseconds += this.#clock() - from
  }

  /** Sockets in a second: the rate, or more when not all could go in the time that is left. */
  #pace(leftMs: number): number {
    return Math.max(this.#options.ratePerSecond, (this.#queue.length * 1_000) / Math.max(leftMs, TICK_MS))
  }

  /** Say goodbye to at most `allowed` sockets; busy ones go to the end of the queue. Returns to how many. */
  #sendAway(allowed: number, busyToo: boolean, now: number, hurry: AbortSignal): number {
    const { busy } = this.#options
    const waiting: S[] = []
    let [sent, looked] = [0, 0]
    for (; looked < this.#queue.length && sent < allowed; looked++) {
      const socket = this.#queue[looked]
      if (socket === undefined) break
      if (socket.readyState === CLOSED) this.#counts.left++
      else if (!busyToo && (busy?.(socket) === true || now - (this.#seen.get(socket) ?? now) < this.#noticeMs))
        waiting.push(socket)
      else {
        const delay = this.#timetable.next(now)
        this.#counts.longestDelayMs = Math.max(this.#counts.longestDelayMs, delay)
        socket.close(SERVICE_RESTART, reconnectReason(delay))
        this.#parting.set(socket, now + (hurry.aborted ? Math.min(HURRIED_CLOSE_MS, this.#closeMs) : this.#closeMs))
        sent++
      }
    }
    this.#queue = [...this.#queue.slice(looked), ...waiting]
    return sent
  }

  /** Count those that are gone, and cut those that stay. */
  #collect(now: number, hurry: AbortSignal): void {
    const latest = hurry.aborted ? now + HURRIED_CLOSE_MS : Infinity
    for (const [socket, deadline] of this.#parting) {
      if (socket.readyState === CLOSED) this.#counts.moved++
      else if (now >= deadline) {
        socket.terminate()
        this.#counts.cut++
      } else {
        if (deadline > latest) this.#parting.set(socket, latest)
        continue
      }
      this.#parting.delete(socket)
    }
  }

  /** Put sockets that were not seen yet into the queue, with notice. Returns how many. */
  #find(): number {
    const { sockets, notice } = this.#options
    let found = 0
    for (const socket of sockets()) {
      if (this.#seen.has(socket) || socket.readyState === CLOSED) continue
      this.#seen.set(socket, this.#clock())
      this.#queue.push(socket)
      found++
      if (!notice) continue
      notice(socket)
      this.#counts.noticed++
    }
    return found
  }
}
