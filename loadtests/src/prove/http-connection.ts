import { connect, type Socket } from 'node:net'
import { loopback } from './loopback.ts'

export interface HttpReply {
  readonly status: number
  readonly body: string
}

export interface HttpConnectionEvents {
  /** Connected, or the last answer has arrived: the next request may be sent. */
  readonly idle: (connection: HttpConnection) => void
  /** A new connection was refused or cut. */
  readonly refused: () => void
}

type Settle = (reply: HttpReply | undefined) => void

const RECONNECT_MS = 5

/**
 * One client's kept HTTP/1.1 connection on a bare socket, so that no library between the proof and the wire retries a
 * request. When the server closes the connection between requests, or has asked to close it, it is opened again. When
 * it breaks during a request, that request fails.
 */
export class HttpConnection {
  /** Index of the client, which decides the local address. */
  readonly place: number
  readonly #port: number
  readonly #events: HttpConnectionEvents
  #socket: Socket | undefined
  #settle: Settle | undefined
  #text = ''
  #closed = false
  #isOpen = false

  constructor(port: number, place: number, events: HttpConnectionEvents) {
    this.#port = port
    this.place = place
    this.#events = events
    this.#open()
  }

  /** Whether a request can be sent now. */
  get isFree(): boolean {
    return this.#isOpen && this.#settle === undefined
  }

  /** Send one request. `undefined` when the connection broke before the complete answer. */
  send(request: string, settle: Settle): void {
    this.#settle = settle
    this.#socket?.write(request)
  }

  close(): void {
    this.#closed = true
    this.#socket?.destroy()
  }

  #open(): void {
    const socket = connect({
      host: '127.0.0.1',
      port: this.#port,
      localAddress: loopback(this.place),
      noDelay: true,
    })
    this.#socket = socket
    this.#text = ''
    socket.setEncoding('latin1')
    socket.once('connect', () => {
      this.#isOpen = true
      this.#events.idle(this)
    })
    socket.on('data', (chunk: string) => this.#received(socket, chunk))
    socket.on('error', () => undefined)
    socket.once('end', () => this.#leave(socket))
    socket.once('close', () => this.#gone(socket))
  }

  /** The server closes the connection: nothing more is sent on it. */
  #leave(socket: Socket): void {
    if (socket === this.#socket) this.#isOpen = false
  }

  #gone(socket: Socket): void {
    if (socket !== this.#socket || this.#closed) return
    const wasConnected = this.#isOpen || this.#settle !== undefined
    this.#isOpen = false
    const settle = this.#settle
    this.#settle = undefined
    settle?.(undefined)
    if (!wasConnected && socket.bytesRead === 0) this.#events.refused()
    setTimeout(() => this.#open(), RECONNECT_MS)
  }

  #received(socket: Socket, chunk: string): void {
    if (socket !== this.#socket) return
    this.#text += chunk
    const end = this.#text.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#text.slice(0, end).toLowerCase()
    const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
    if (this.#text.length < end + 4 + length) return
    const reply = { status: Number(head.slice(9, 12)), body: this.#text.slice(end + 4, end + 4 + length) }
    this.#text = ''
    const settle = this.#settle
    this.#settle = undefined
    settle?.(reply)
    if (this.#closed) return
    if (!/connection: close/.test(head)) {
      this.#events.idle(this)
      return
    }
    // The server asked to close: the client closes at once, as a polite client does.
    this.#isOpen = false
    socket.destroy()
    this.#open()
  }
}
