import type { Socket } from 'node:net'
import { Client } from './client.ts'
import type { ClientHost } from './client.ts'

export interface ClientsOptions {
  /** A failure that is ours. */
  readonly failed: (operation: string, error: unknown) => void
}

/**
 * The connections of all clients. What a client sends is handled by `Client.handle`: the one place that turns its fault into
 * the end of its connection. Exceptions from anywhere else are faults of the process and end that.
 */
export class Clients implements ClientHost {
  /** Connections that ended because handling them failed. */
  faults = 0
  readonly #options: ClientsOptions
  readonly #clients = new WeakMap<Socket, Client>()

  constructor(options: ClientsOptions) {
    this.#options = options
  }

  /** The client on this connection. */
  of(socket: Socket): Client {
    let client = this.#clients.get(socket)
    if (client === undefined) this.#clients.set(socket, (client = new Client(socket, this)))
    return client
  }

  faulted(error: unknown): void {
    this.faults++
    this.#options.failed('connection', error)
  }
}
