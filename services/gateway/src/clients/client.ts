import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Meter } from './meter.ts'
import { RequestLine } from './request-line.ts'

/** Why the gateway ends a connection: how its handling failed, or which bound its client passed. */
export const EndReasons = ['fault', 'unsent', 'stuck', 'malformed', 'flood', 'past-limit'] as const
export type EndReason = (typeof EndReasons)[number]

/** Counts and logs how connections end. */
export interface ClientHost {
  ended(reason: EndReason, error?: unknown): void
  addressOf(socket: Socket): string
}

/** Refusals in a row (429 or 418) that a client may ignore; after one more its connection is not read any more. */
const REFUSALS_MAX = 50
/** How long a connection stays open unread after its client went too far, ms. */
const UNREAD_MS = 2_000

/** One TCP connection of a client, whichever part reads it: the plain reader, Node's parser, or a WebSocket. */
export class Client {
  readonly socket: Socket
  /** Bytes of an answer that is complete but waits until the kernel has taken the bytes before it. */
  pendingBytes = 0
  readonly #host: ClientHost
  readonly #requests: RequestLine
  #meter: Meter | undefined
  #refusals = 0
  #isShunned = false
  /** Bytes that the kernel had taken at the last look, and the time since when that number has not grown (ms). */
  #taken = 0
  #takenAt = 0

  constructor(socket: Socket, host: ClientHost) {
    this.socket = socket
    this.#host = host
    this.#requests = new RequestLine(
      (status) => {
        if (this.goesTooFar(status)) this.shun('past-limit')
      },
      () => this.#meter?.feed(),
    )
  }

  /** Address of the client that opened the connection. */
  get address(): string {
    return this.#host.addressOf(this.socket)
  }

  /** Bytes that were written but that the kernel has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength
  }

  /** The connection is not read any more, and ends soon. */
  get isShunned(): boolean {
    return this.#isShunned
  }

  /** Handle bytes of the client. An exception ends this connection and nothing else. */
  handle(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.fault(error)
    }
  }

  /** Handling the client's bytes threw an exception: end the connection. */
  fault(error: unknown): void {
    this.#host.ended('fault', error)
    this.socket.destroy()
  }

  end(reason: EndReason): void {
    this.#host.ended(reason)
    this.socket.destroy()
  }

  /** Read nothing more, so that the client's own send buffers fill, and end the connection after `UNREAD_MS`. */
  shun(reason: EndReason): void {
    if (this.#isShunned) return
    this.#isShunned = true
    this.#requests.close()
    this.#host.ended(reason)
    this.socket.pause()
    setTimeout(() => this.socket.destroy(), UNREAD_MS).unref()
  }

  /** Count an answer with this status; true when the client has ignored more refusals in a row than it may. */
  goesTooFar(status: number): boolean {
    if (status !== TOO_MANY_REQUESTS && status !== BANNED) this.#refusals = 0
    else this.#refusals++
    return this.#refusals > REFUSALS_MAX
  }

  /** Carry out a request that Node has read, after the kernel has taken the answers to the requests before it. */
  inTurn(response: ServerResponse, run: () => void): void {
    this.#requests.join(response, run)
  }

  /** Node's parser reads the connection from now on, in slices. */
  meter(): void {
    this.#meter = new Meter(this.socket, {
      wantsBytes: () => this.#requests.wantsBytes,
      guard: (run) => this.handle(run),
    })
  }

  /** A WebSocket takes the connection over from Node's parser. */
  unmeter(): void {
    this.#meter?.release()
    this.#meter = undefined
  }

  /** Whether the kernel has taken no written byte for `ms`. Call it often. `now` in ms of any clock. */
  isStuck(now: number, ms: number): boolean {
    const taken = this.socket.bytesWritten - this.unsentBytes
    if (this.unsentBytes === 0 || taken !== this.#taken || this.#takenAt === 0) {
      this.#taken = taken
      this.#takenAt = now
    }
    return now - this.#takenAt > ms
  }
}

const TOO_MANY_REQUESTS = 429
const BANNED = 418
