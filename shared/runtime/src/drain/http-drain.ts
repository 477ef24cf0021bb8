import { strict as assert } from 'node:assert'
import type { Server } from 'node:http'
import { Server as Listener } from 'node:net'
import { HttpConnections } from './http-connections.ts'
import { NO_HURRY, pause } from './pause.ts'

export interface HttpDrainOptions {
  /** Least time from `begin` to the end of the listener, ms: what others take to learn that this process goes, and more. */
  readonly floorMs: number
  /** Most time past the floor, ms, the last wait for requests in flight included. */
  readonly boundMs: number
  /** A new connection within this time says that others still send clients here, ms. Shorter than the interval of health checks. */
  readonly quietMs?: number
  /** A connection idle for this long is not waited for, ms. Longer than clients usually think. */
  readonly idleMs?: number
  /** Part of the bound left to clients when new connections are no longer accepted, ms. */
  readonly finishMs?: number
  /**
   * Other processes accept on the same listening socket, as with Node's `cluster`: this one leaves it at once, since a
   * connection that it does not take goes to another, and serves what it has. Only where others do accept.
   */
  readonly sharedListener?: boolean
  /** Milliseconds that only grow. */
  readonly clock?: () => number
}

/** How the drain of one HTTP server went. */
export interface HttpDrainReport {
  /** From `begin` to the end. */
  readonly milliseconds: number
  /** `deserted`: no client was left; `bound`: time was up; `hurried`: told not to wait. */
  readonly ended: 'deserted' | 'bound' | 'hurried'
  readonly openAtBegin: number
  /** Connections accepted since `begin`. */
  readonly accepted: number
  /** Requests answered since `begin`. */
  readonly answered: number
  /** Connections closed while nothing was on them. */
  readonly idleClosed: number
  readonly connectionsCut: number
  /** Requests that got no whole answer. */
  readonly requestsCut: number
}

const QUIET_MS = 1_000
const IDLE_MS = 10_000
const FINISH_MS = 1_000
const POLL_MS = 20
/** In a hurry, requests in flight get this long. */
const HURRIED_FINISH_MS_MAX = 250

/**
 * Take an HTTP server out of use without failing a request. Closing a listener does not do that: clients hold
 * connections, and go on using them until they are cut. So this goes on serving and accepting, and has every response
 * ask its client to leave (`Connection: close`), until no client comes any more; only then the listener is closed.
 *
 * A process that is the last one sees its clients return, and goes on serving them up to the bound: it drains slower.
 *
 * What HTTP/1.1 cannot exclude: a request sent in the moment in which its idle connection is closed. Connections are
 * closed idle only past `idleMs`, or when the bound is reached.
 */
export class HttpDrain {
  readonly connections: HttpConnections
  readonly #server: Server
  readonly #clock: () => number
  readonly #options: Required<Omit<HttpDrainOptions, 'clock'>>
  #begun:
    | { readonly at: number; readonly open: number; readonly accepted: number; readonly answered: number }
    | undefined
  #finished: Promise<HttpDrainReport> | undefined

  /** @param server one that does not listen yet, for example Fastify's `app.server`; never on `localhost`, which is two. */
  constructor(server: Server, options: HttpDrainOptions) {
    const { floorMs, boundMs, quietMs = QUIET_MS, idleMs = IDLE_MS, clock = () => performance.now() } = options
    assert(floorMs >= 0 && boundMs >= 0, 'times are not negative')
    this.#server = server
    this.#clock = clock
    const finishMs = Math.min(options.finishMs ?? FINISH_MS, boundMs)
    this.#options = { floorMs, boundMs, quietMs, idleMs, finishMs, sharedListener: options.sharedListener ?? false }
    this.connections = new HttpConnections(server, clock)
  }

  get floorMs(): number {
    return this.#options.floorMs
  }

  /** The longest that `finish` takes once the floor is over, ms. */
  get boundMs(): number {
    return this.#options.boundMs
  }

  get draining(): boolean {
    return this.#begun !== undefined
  }

  /** Ask clients to leave from now on. Only a shared listener is closed yet; called again it does nothing. */
  begin(): void {
    if (this.#begun) return
    const { open, accepted, answered } = this.connections
    this.#begun = { at: this.#clock(), open, accepted, answered }
    this.connections.part()
    if (this.#options.sharedListener) this.#stopListening()
  }

  /** Wait until clients have left, then close the listener and what is idle. Called again it returns the same report. */
  finish(hurry: AbortSignal = NO_HURRY): Promise<HttpDrainReport> {
    this.begin()
    this.#finished ??= this.#finish(hurry)
    return this.#finished
  }

  async #finish(hurry: AbortSignal): Promise<HttpDrainReport> {
    const begun = this.#begun
    assert(begun, 'finish begins')
    const { floorMs, boundMs, idleMs, finishMs } = this.#options
    await pause(begun.at + floorMs - this.#clock(), hurry)
    const end = this.#clock() + boundMs
    const ended = await this.#deserted(end - finishMs, hurry)
    this.#stopListening()
    let idleClosed = this.connections.closeIdle(ended === 'hurried' ? 0 : idleMs)
    idleClosed += await this.#awaitLast(ended, end, hurry)
    const cut = this.connections.cut()
    return {
      milliseconds: Math.round(this.#clock() - begun.at),
      ended,
      openAtBegin: begun.open,
      accepted: this.connections.accepted - begun.accepted,
      answered: this.connections.answered - begun.answered,
      idleClosed,
      connectionsCut: cut.connections,
      requestsCut: cut.requests,
    }
  }

  async #deserted(end: number, hurry: AbortSignal): Promise<HttpDrainReport['ended']> {
    const { quietMs, idleMs } = this.#options
    while (!hurry.aborted) {
      // Right after the poll for I/O: what had arrived has been read.
      await new Promise((resolve) => setImmediate(resolve))
      const now = this.#clock()
      const { busy, quiet } = this.connections.counts(idleMs)
      if (busy + quiet === 0 && now - this.connections.acceptedAt >= quietMs) return 'deserted'
      if (now >= end) return 'bound'
      await pause(Math.min(POLL_MS, end - now), hurry)
    }
    return 'hurried'
  }

  /**
   * New connections are refused; a connected client may send one more request, and is told to close. Returns the number
   * closed idle.
   */
  async #awaitLast(ended: HttpDrainReport['ended'], end: number, hurry: AbortSignal): Promise<number> {
    if (ended !== 'hurried')
      while (this.connections.open > 0 && this.#clock() < end && !hurry.aborted) await pause(POLL_MS, hurry)
    let closed = this.connections.closeIdle(0)
    if (!hurry.aborted) return closed
    const hurriedEnd = this.#clock() + HURRIED_FINISH_MS_MAX
    while (this.connections.open > 0 && this.#clock() < hurriedEnd) {
      await pause(POLL_MS, NO_HURRY)
      closed += this.connections.closeIdle(0)
    }
    return closed
  }

  /** Only the listener: `http.Server.close` destroys idle connections as well, in whose clients a request may be on its way. */
  #stopListening(): void {
    if (this.#server.listening) Listener.prototype.close.call(this.#server)
  }
}
