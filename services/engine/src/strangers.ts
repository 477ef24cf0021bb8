import type { Socket } from 'node:net'
import { INTRODUCTION_MS_MAX, STRANGER_BYTES_MAX, STRANGERS_MAX } from './limits.ts'

/** An HTTP upgrade, and a handshake of some hundred bytes; a release without handshake says HELLO instead. */
const RECEIVED_BYTES_MAX = 4 * STRANGER_BYTES_MAX
/** The upgrade and the handshake, and then some: the conversation itself ends sooner, with a reason. */
const STAY_MS_MAX = 2 * INTRODUCTION_MS_MAX

/**
 * The connections that have not proved what they are: few, for a short time, and with few bytes, so that they cannot
 * take the places or the memory of those that have. A crowd of them does not keep an engine or a gateway out: the
 * oldest one is dropped first, and a handshake takes milliseconds.
 */
export class Strangers {
  /** By address and port: over TLS the socket of a request is another one than that of its connection. */
  readonly #sockets = new Map<string, Socket>()

  /** A connection was opened. */
  came(socket: Socket): void {
    const name = nameOf(socket)
    this.#sockets.set(name, socket)
    const timer = setTimeout(() => this.#drop(name, socket), STAY_MS_MAX)
    timer.unref()
    socket.on('close', () => {
      clearTimeout(timer)
      this.#forget(name, socket)
    })
    if (this.#sockets.size <= STRANGERS_MAX) return
    const [oldest] = this.#sockets
    if (oldest) this.#drop(...oldest)
  }

  /** The peer has proved its role. */
  admitted(socket: Socket): void {
    this.#sockets.delete(nameOf(socket))
  }

  /** Bytes arrived on it. */
  received(socket: Socket): void {
    const name = nameOf(socket)
    const stranger = this.#sockets.get(name)
    if (stranger && socket.bytesRead > RECEIVED_BYTES_MAX) this.#drop(name, stranger)
  }

  get count(): number {
    return this.#sockets.size
  }

  #drop(name: string, socket: Socket): void {
    if (this.#sockets.get(name) !== socket) return
    this.#sockets.delete(name)
    socket.destroy()
  }

  #forget(name: string, socket: Socket): void {
    if (this.#sockets.get(name) === socket) this.#sockets.delete(name)
  }
}

function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
