import { createHmac } from 'node:crypto'

const CALL_MS_MAX = 5_000

export interface TraderKey {
  readonly apiKey: string
  readonly secret: string
}

/** Signed calls over REST, like any trader's. */
export class TradingClient {
  readonly #url: string
  readonly #key: TraderKey

  constructor(url: string, key: TraderKey) {
    this.#url = url
    this.#key = key
  }

  /** @throws Error with the exchange's code and text, or that of the connection */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, params: Record<string, string>): Promise<unknown> {
    const payload = new URLSearchParams({ ...params, timestamp: String(Date.now()) }).toString()
    const signature = createHmac('sha256', this.#key.secret).update(payload).digest('hex')
    const response = await fetch(`${this.#url}${path}?${payload}&signature=${signature}`, {
      method,
      headers: { 'x-mbx-apikey': this.#key.apiKey },
      signal: AbortSignal.timeout(CALL_MS_MAX),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
}
