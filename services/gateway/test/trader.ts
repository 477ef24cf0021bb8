import { createHmac } from 'node:crypto'

/** Fields that tests look at; which of them are there depends on what was asked. */
export interface Body {
  readonly code: number
  readonly msg: string
  readonly data: Body
  readonly orderId: number
  readonly clientOrderId: string
  readonly origClientOrderId: string
  readonly status: string
  readonly executedQty: string
  readonly serverTime: number
  readonly symbols: readonly Body[]
  readonly symbol: string
  readonly balances: readonly { readonly asset: string; readonly free: string; readonly locked: string }[]
  readonly bids: readonly (readonly [string, string])[]
  readonly account: number
  readonly apiKey: string
  readonly secret: string
  readonly lastUpdateId: number
  readonly newOrderResponse: Body
  readonly cancelResponse: Body
  readonly amendedOrder: Body
  readonly error: { readonly code: string; readonly message: string }
}

/** What came back. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

export type Values = Record<string, string | number | boolean>

/** Signs and sends requests as an ordinary client does: everything in the query. */
export class Trader {
  readonly url: string
  readonly account: number
  readonly apiKey: string
  readonly secret: string

  constructor(url: string, account: number, apiKey: string, secret: string) {
    this.url = url
    this.account = account
    this.apiKey = apiKey
    this.secret = secret
  }

  /** A signed request; `timestamp` is now unless given. */
  async send(method: string, path: string, values: Values = {}, headers: Record<string, string> = {}): Promise<Reply> {
    const form = new URLSearchParams()
    for (const [name, value] of Object.entries({ timestamp: Date.now(), ...values })) form.set(name, String(value))
    const query = form.toString()
    return fetchReply(`${this.url}${path}?${query}&signature=${this.sign(query)}`, {
      method,
      headers: { 'X-MBX-APIKEY': this.apiKey, ...headers },
    })
  }

  sign(payload: string): string {
    return createHmac('sha256', this.secret).update(payload).digest('hex')
  }

  /** A limit order of BTCUSDT, GTC. */
  limit(side: 'BUY' | 'SELL', quantity: string, price: string, more: Values = {}): Promise<Reply> {
    const order = { symbol: 'BTCUSDT', side, type: 'LIMIT', timeInForce: 'GTC', quantity, price }
    return this.send('POST', '/api/v3/order', { ...order, ...more })
  }
}

/** Fetch and parse; a body that is not JSON is an error. */
export async function fetchReply(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init)
  const text = await response.text()
  try {
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Body }
  } catch {
    throw new Error(`${url} answered ${response.status} with ${text.slice(0, 200)}`)
  }
}
