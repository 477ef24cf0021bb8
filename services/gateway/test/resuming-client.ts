import { once } from 'node:events'
import { WebSocket } from 'ws'
import { NumberedClient, type NumberedMessage } from '../testing/numbered-client.ts'
import type { Trader } from './trader.ts'

type Wire = NumberedMessage & { readonly id?: number; readonly status?: number; readonly stream?: string }

/**
 * A client as the documentation describes it: it remembers of each stream the last that it was told, and connects again
 * with that, to whichever gateway it is given. `NumberedClient` checks every message.
 */
export class ResumingClient {
  readonly streams: ReadonlyMap<string, NumberedClient>
  readonly account = new NumberedClient()
  readonly #trader: Trader
  #sockets: WebSocket[] = []
  #url = ''
  #closed = false
  #waiting: (() => void)[] = []
  connections = 0
  /** The first violation. */
  failure: unknown

  constructor(names: readonly string[], trader: Trader) {
    this.streams = new Map(names.map((name) => [name, new NumberedClient()]))
    this.#trader = trader
  }

  /** Break off whatever there is, and connect to a gateway; resolves when both sockets are open. */
  async moveTo(url: string): Promise<void> {
    this.#url = url
    for (const socket of this.#sockets.splice(0)) socket.terminate()
    await Promise.all([this.#connectStreams(), this.#connectAccount()])
  }

  /** Resolves when every stream has been told everything up to `sequence`. */
  async reached(sequence: number): Promise<void> {
    const clients = [...this.streams.values(), this.account]
    while (clients.some(({ position = 0 }) => position < sequence)) {
      if (this.failure !== undefined) throw this.failure
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  close(): void {
    this.#closed = true
    for (const socket of this.#sockets) socket.terminate()
  }

  async #connectStreams(): Promise<void> {
    const names = [...this.streams].map(([name, { position }]) =>
      position === undefined ? name : `${name}:${position}`,
    )
    await this.#open(`/stream?sequence=true&streams=${names.join('/')}`, ({ stream }) => this.streams.get(stream!))
  }

  async #connectAccount(): Promise<void> {
    const socket = await this.#open('/ws-api/v3?returnRateLimits=false', ({ id }) =>
      id === undefined ? this.account : undefined,
    )
    const { position } = this.account
    const params: Record<string, string | number> = {
      apiKey: this.#trader.apiKey,
      timestamp: Date.now(),
      ...(position === undefined ? { sequence: 'true' } : { resume: position }),
    }
    const payload = Object.keys(params)
      .toSorted()
      .map((name) => `${name}=${params[name]}`)
    const signature = this.#trader.sign(payload.join('&'))
    socket.send(
      JSON.stringify({ id: 1, method: 'userDataStream.subscribe.signature', params: { ...params, signature } }),
    )
  }

  async #open(path: string, clientOf: (message: Wire) => NumberedClient | undefined): Promise<WebSocket> {
    const socket = new WebSocket(this.#url.replace('http', 'ws') + path)
    this.#sockets.push(socket)
    this.connections++
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString()) as Wire, clientOf))
    await once(socket, 'open')
    return socket
  }

  #take(message: Wire, clientOf: (message: Wire) => NumberedClient | undefined): void {
    if (this.#closed) return
    try {
      if (message.status !== undefined && message.status !== 200) throw new Error(JSON.stringify(message))
      clientOf(message)?.take(message)
    } catch (error) {
      this.failure ??= error
    }
    for (const look of this.#waiting.splice(0)) look()
  }
}
