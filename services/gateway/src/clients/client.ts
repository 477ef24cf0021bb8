import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Meter } from './meter.ts'
import { RequestLine } from './request-line.ts'

/** Why the gateway ends a connection: how its handling failed, or which bound its client passed. */
export const EndReasons = ['fault', 'unsent', 'stuck', 'malformed', 'flood', 'past-limit'] as const
export type EndReason = (typeof EndReasons)[number]

/** Who counts and logs what becomes of connections. */
export interface ClientHost {
  ended(reason: EndReason, error?: unknown): void
  addressOf(socket: Socket): string
}

/** Answers in a row that tell a client to wait; one that goes on all the same is not read any more. */
const REFUSALS_MAX = 50
/** How long the bytes of a client that goes too far are left unread before its connection ends, ms. */
const UNREAD_MS = 2_000

/** One TCP connection of a client, whichever part reads it: the plain reader, Node's parser, or a WebSocket. */
export class Client {
  readonly socket: Socket
  /** Bytes of an answer that are made, and written when the system has taken those before them. */
  pendingBytes = 0
  readonly #host: ClientHost
  readonly #requests: RequestLine
  #meter: Meter | undefined
  #refusals = 0
  #isShunned = false
  /** Bytes that were sent and taken when it was last looked at, and since when there were no more of them (ms). */
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

  /** Of who has opened the connection. */
  get address(): string {
    return this.#host.addressOf(this.socket)
  }

  /** Bytes that were written and that the system has not taken yet. */
  get unsentBytes(): number {
    return this.socket.writableLength
  }

  /** It is not read any more, and ends soon. */
  get isShunned(): boolean {
    return this.#isShunned
  }

  /** Do what the client's bytes demand. An exception ends this connection and nothing else. */
  handle(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.fault(error)
    }
  }

  /** What the client sent has made something fail that must not: end the connection. */
  fault(error: unknown): void {
    this.#host.ended('fault', error)
    this.socket.destroy()
  }

  end(reason: EndReason): void {
    this.#host.ended(reason)
    this.socket.destroy()
  }

  /** Read nothing more, so that the client's own buffers fill, and end the connection in a while. */
  shun(reason: EndReason): void {
    if (this.#isShunned) return
    this.#isShunned = true
    this.#requests.close()
    this.#host.ended(reason)
    this.socket.pause()
    setTimeout(() => this.socket.destroy(), UNREAD_MS).unref()
  }

  /** Whether an answer with this status is one refusal more than a client may ignore. */
  goesTooFar(status: number): boolean {
    if (status !== TOO_MANY_REQUESTS && status !== BANNED) this.#refusals = 0
    else this.#refusals++
    return this.#refusals > REFUSALS_MAX
  }

  /** Carry out a request that Node has read when the answers to those before it were taken. */
  inTurn(response: ServerResponse, run: () => void): void {
    this.#requests.join(response, run)
  }

  /** Node's parser reads the connection from now on, slice by slice. */
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

  /** Whether it has taken nothing of what was written for `ms`. Look often. `now` in ms of any clock. */
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
