import { strict as assert } from 'node:assert'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * What kube-proxy is to a client: connections go to one of the endpoints it knows, in turn, and stay there whatever
 * becomes of the endpoint. What it knows is late by `propagationMs`.
 */
export class Balancer {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #propagationMs: number
  #endpoints: readonly number[]
  #turn = 0

  private constructor(endpoints: readonly number[], propagationMs: number) {
    this.#endpoints = endpoints
    this.#propagationMs = propagationMs
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#forward(client))
  }

  /** Listen on a free port, in front of the given ports. */
  static async listen(endpoints: readonly number[], propagationMs: number): Promise<Balancer> {
    const balancer = new Balancer(endpoints, propagationMs)
    balancer.#server.listen(0, '127.0.0.1')
    await once(balancer.#server, 'listening')
    return balancer
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when the endpoint takes part. */
  add(port: number): Promise<void> {
    return this.#later(() => {
      this.#endpoints = [...this.#endpoints, port]
    })
  }

  /** Resolves when no new connection goes there. */
  remove(port: number): Promise<void> {
    return this.#later(() => {
      this.#endpoints = this.#endpoints.filter((endpoint) => endpoint !== port)
      assert(this.#endpoints.length > 0, 'an endpoint is left')
    })
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #later(change: () => void): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer)
        change()
        resolve()
      }, this.#propagationMs)
      this.#timers.add(timer)
    })
  }

  #forward(client: Socket): void {
    const port = this.#endpoints[this.#turn++ % this.#endpoints.length]!
    const backend = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    this.#splice(client, backend)
    this.#splice(backend, client)
  }

  #splice(from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.pipe(to)
    from.on('error', () => to.resetAndDestroy())
    from.on('close', () => {
      this.#sockets.delete(from)
      if (!to.writableEnded) to.destroy()
    })
  }
}
