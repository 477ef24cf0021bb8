import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** Bytes that may wait for a client before its connection is closed. */
export const BUFFERED_BYTES_MAX = 8 * 1024 * 1024
const CONGESTED_BYTES = 1024 * 1024
/** How long a closed connection may take to complete the closing handshake, ms. */
const CLOSE_GRACE_MS = 2_000
export const POLICY_VIOLATION = 1008

export interface OutboxCounters {
  slowReaders: number
  sentMessages: number
}

/**
 * The outgoing side of one WebSocket. Nothing here ever waits: what the kernel does not take is buffered up to a bound,
 * and a connection whose buffer is full is closed. So a slow client costs the others nothing. Messages of one turn of
 * the event loop leave in one write.
 */
export class Outbox {
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  readonly #counters: OutboxCounters
  readonly #bufferedMax: number
  #corked = false

  constructor(webSocket: WebSocket, socket: Socket, counters: OutboxCounters, bufferedMax = BUFFERED_BYTES_MAX) {
    this.#webSocket = webSocket
    this.#socket = socket
    this.#counters = counters
    this.#bufferedMax = bufferedMax
  }

  get open(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  /** So many bytes are unread that a sender of many messages should wait. */
  get isCongested(): boolean {
    return this.#webSocket.bufferedAmount > CONGESTED_BYTES
  }

  /** Call `run` when the client has taken enough for more to be sent; at once unless the connection is congested. */
  whenTaken(run: () => void): void {
    if (this.isCongested) this.#socket.once('drain', () => this.whenTaken(run))
    else run()
  }

  /** Send a text message; a `Buffer` may be shared between connections and is never changed. */
  send(text: string | Buffer): void {
    if (!this.open) return
    if (this.#webSocket.bufferedAmount > this.#bufferedMax) {
      this.#counters.slowReaders++
      this.close(POLICY_VIOLATION, 'Slow reader: too many bytes unread.')
      return
    }
    this.#cork()
    this.#counters.sentMessages++
    this.#webSocket.send(text, { binary: false })
  }

  /** Start the closing handshake, and end the connection if the client does not answer soon. */
  close(code: number, reason: string): void {
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) return
    this.#webSocket.close(code, reason)
    setTimeout(() => this.#webSocket.terminate(), CLOSE_GRACE_MS).unref()
  }

  #cork(): void {
    if (this.#corked) return
    this.#corked = true
    this.#socket.cork()
    process.nextTick(() => {
      this.#corked = false
      this.#socket.uncork()
    })
  }
}
