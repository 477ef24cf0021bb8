import { createHmac } from 'node:crypto'
import { WebSocket } from 'ws'
import { dialExchange } from './dial-exchange.ts'

const RECV_WINDOW_MS = 60_000

export interface ApiKey {
  readonly apiKey: string
  readonly secret: string
}

/** The exchange's answer to one request: a result, or an error with its code. */
export type WsApiAnswer =
  | { readonly ok: true; readonly result: Record<string, unknown> }
  | { readonly ok: false; readonly status: number; readonly code: number; readonly message: string }

/** The connection ended before the answer came: the result of the request is unknown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
}

interface Waiting {
  readonly resolve: (answer: WsApiAnswer) => void
  readonly reject: (error: Error) => void
}

/**
 * One connection to the WebSocket API. Requests are sent in the order of the calls, without waiting for the answers of
 * earlier ones; each is signed by itself, so that one connection can trade for several accounts.
 */
export class WsApiClient {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #lost: Error | undefined

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (data: Buffer) => this.#answered(data))
    socket.on('close', (code) => this.#end(`connection closed (${code})`))
    socket.on('error', (error) => this.#end(error.message))
  }

  /**
   * @param url base of the exchange, http:// or ws://
   * @param localAddress from which it connects
   */
  static async connect(url: string, localAddress?: string): Promise<WsApiClient> {
    const socket = dialExchange(`${url}/ws-api/v3?returnRateLimits=false`, localAddress)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    socket.once('open', resolve)
    socket.once('error', reject)
    await promise
    socket.off('error', reject)
    return new WsApiClient(socket)
  }

  /** Requests sent and not answered. */
  get inFlight(): number {
    return this.#waiting.size
  }

  get isLost(): boolean {
    return this.#lost !== undefined
  }

  /** @throws ConnectionLostError */
  signed(key: ApiKey, method: string, params: Record<string, string>): Promise<WsApiAnswer> {
    const timed = {
      ...params,
      apiKey: key.apiKey,
      recvWindow: String(RECV_WINDOW_MS),
      timestamp: String(Date.now()),
    }
    const payload = Object.entries(timed)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    return this.send(method, { ...timed, signature: createHmac('sha256', key.secret).update(payload).digest('hex') })
  }

  /** @throws ConnectionLostError */
  send(method: string, params: Record<string, string>): Promise<WsApiAnswer> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    const id = this.#next++
    const answer = new Promise<WsApiAnswer>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#socket.send(JSON.stringify({ id, method, params }))
    return answer
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#socket.readyState === WebSocket.CLOSED) resolve()
      else this.#socket.once('close', () => resolve())
    })
    this.#socket.close()
    return closed
  }

  /** End it without the closing handshake, for a server that does not answer any more. */
  terminate(): void {
    this.#socket.terminate()
  }

  #answered(data: Buffer): void {
    const message: {
      id?: number
      status?: number
      result?: Record<string, unknown>
      error?: { code: number; msg: string }
    } = JSON.parse(data.toString())
    const waiting = this.#waiting.get(message.id ?? 0)
    if (waiting === undefined) return
    this.#waiting.delete(message.id ?? 0)
    if (message.error === undefined) waiting.resolve({ ok: true, result: message.result ?? {} })
    else
      waiting.resolve({ ok: false, status: message.status ?? 0, code: message.error.code, message: message.error.msg })
  }

  #end(reason: string): void {
    if (this.#lost !== undefined) return
    this.#lost = new ConnectionLostError(reason)
    for (const { reject } of this.#waiting.values()) reject(this.#lost)
    this.#waiting.clear()
  }
}
