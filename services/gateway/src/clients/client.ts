import type { Socket } from 'node:net'

/** What a connection does at its end, for the one who counts and logs. */
export interface ClientHost {
  faulted(error: unknown): void
}

/** One TCP connection of a client, whoever reads it: the plain reader, Node's parser, or a WebSocket. */
export class Client {
  readonly socket: Socket
  readonly #host: ClientHost

  constructor(socket: Socket, host: ClientHost) {
    this.socket = socket
    this.#host = host
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
    this.#host.faulted(error)
    this.socket.destroy()
  }
}
