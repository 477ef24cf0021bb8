import { element, takeOut } from '../element.ts'
import { createHmac } from 'node:crypto'
import { decimalText } from '../client/decimal.ts'
import { FlowRandom } from '../flow/random.ts'
import type { Acknowledgements } from '../reconcile/acknowledgements.ts'
import type { Trader, TradersMarket } from '../reconcile/traffic.ts'
import type { HttpReply } from './http-connection.ts'
import type { Request } from './open-loop.ts'

const MIDDLE = 60_000_00
const SPREAD_UNITS = 200
const MINE_MAX = 40
const RECV_WINDOW_MS = 60_000
/** The order is not open or never was: the answer to a cancel or a query after another trader's fill. */
const UNKNOWN_ORDER = -2011
const NO_SUCH_ORDER = -2013

interface OpenOrder {
  readonly orderId: number
  readonly price: string
}

interface Book {
  readonly trader: Trader
  readonly open: OpenOrder[]
  /** Client ids of orders whose answer said that their outcome is unknown. */
  readonly doubtful: string[]
}

/** A contradiction between two answers, and when it was found (ms of `performance.now`). */
export interface Contradiction {
  readonly at: number
  readonly text: string
}

/** Orders that one account may place in ten seconds: half of its limit. */
const ORDERS_PER_ACCOUNT_10S = 50
const PLACED_PART = 0.6
const ACCOUNTS_MIN = 4

/** Number of accounts that keep so many requests a second within the limits. */
export function accountsForRate(rate: number): number {
  return Math.max(ACCOUNTS_MIN, Math.ceil((rate * PLACED_PART * 10) / ORDERS_PER_ACCOUNT_10S))
}

/** Traders around one price: six of ten requests place an order, two cancel one, two ask for one. */
export class Orders {
  readonly contradictions: Contradiction[] = []
  /** When an order was sent, ms of `performance.now`, by client order id. */
  readonly sentAt = new Map<string, number>()
  /** First error answers, for the report. */
  readonly errors: string[] = []
  readonly #market: TradersMarket
  readonly #told: Acknowledgements
  readonly #random: FlowRandom
  readonly #books: readonly Book[]

  constructor(options: {
    readonly market: TradersMarket
    readonly traders: readonly Trader[]
    readonly told: Acknowledgements
    readonly seed: number
  }) {
    this.#market = options.market
    this.#told = options.told
    this.#random = new FlowRandom(options.seed)
    this.#books = options.traders.map((trader) => ({ trader, open: [], doubtful: [] }))
  }

  /** @param place of the trader among all */
  next(place: number): Request {
    const book = element(this.#books, place)
    const doubtful = book.doubtful.shift()
    if (doubtful !== undefined) return this.#resolve(book, doubtful)
    const dice = this.#random.below(10)
    if (book.open.length > MINE_MAX || (dice < 2 && book.open.length > 0)) return this.#cancel(book)
    if (dice < 4 && book.open.length > 0) return this.#query(book)
    return this.#place(book)
  }

  #place(book: Book): Request {
    const { trader, open } = book
    const { priceDecimals, quantityDecimals, symbol } = this.#market
    const side = this.#random.below(2) === 0 ? 'BUY' : 'SELL'
    const price = decimalText(MIDDLE + this.#random.below(SPREAD_UNITS) - SPREAD_UNITS / 2, priceDecimals)
    const quantity = decimalText(10 + this.#random.below(1_000), quantityDecimals)
    const clientId = `p-${trader.account}-${this.#told.size}`
    this.#told.sent({ clientId, account: trader.account, side, price, quantity })
    this.sentAt.set(clientId, performance.now())
    const form = { symbol, side, type: 'LIMIT', timeInForce: 'GTC', price, quantity, newClientOrderId: clientId }
    return this.#request('POST', trader, { ...form, newOrderRespType: 'RESULT' }, (reply) => {
      if (reply === undefined) {
        this.#told.lost(clientId)
        return false
      }
      const answer = read(reply)
      if (reply.status !== 200) {
        this.#told.failed(clientId, answer.code)
        if (this.#told.get(clientId)?.fate.kind === 'unknown') book.doubtful.push(clientId)
        return this.#wrong(reply)
      }
      this.#told.acknowledged(clientId, answer.orderId)
      if (answer.status !== 'FILLED') open.push({ orderId: answer.orderId, price })
      return true
    })
  }

  /** A trader that learns the result of an order of unknown outcome relies on it, whatever arrives later. */
  #resolve({ trader, doubtful }: Book, clientId: string): Request {
    const asked = { symbol: this.#market.symbol, origClientOrderId: clientId }
    return this.#request('GET', trader, asked, (reply) => {
      if (reply === undefined) {
        doubtful.push(clientId)
        return false
      }
      const answer = read(reply)
      if (reply.status === 200) this.#told.acknowledged(clientId, answer.orderId)
      else if (answer.code === NO_SUCH_ORDER) this.#told.failed(clientId, NO_SUCH_ORDER)
      else doubtful.push(clientId)
      return reply.status === 200 || answer.code === NO_SUCH_ORDER || this.#wrong(reply)
    })
  }

  #cancel({ trader, open }: Book): Request {
    const { orderId } = takeOut(open, this.#random.below(open.length))
    return this.#request('DELETE', trader, { symbol: this.#market.symbol, orderId: String(orderId) }, (reply) => {
      if (reply === undefined) return false
      if (reply.status === 200) this.#told.cancelled.add(orderId)
      else if (read(reply).code !== UNKNOWN_ORDER) return this.#wrong(reply)
      return true
    })
  }

  /** An acknowledged order is known to each leader and at each gateway. */
  #query({ trader, open }: Book): Request {
    const { orderId, price } = element(open, this.#random.below(open.length))
    return this.#request('GET', trader, { symbol: this.#market.symbol, orderId: String(orderId) }, (reply) => {
      if (reply === undefined) return false
      const answer = read(reply)
      if (answer.code === NO_SUCH_ORDER) this.#contradict(`order ${orderId} was acknowledged, then unknown`)
      else if (reply.status !== 200) return this.#wrong(reply)
      else if (answer.orderId !== orderId || Number(answer.price) !== Number(price))
        this.#contradict(`order ${orderId} at ${price} is told to be ${answer.orderId} at ${answer.price}`)
      return true
    })
  }

  #contradict(text: string): void {
    this.contradictions.push({ at: performance.now(), text })
  }

  #wrong(reply: HttpReply): false {
    if (this.errors.length < 20) this.errors.push(`${reply.status} ${reply.body.slice(0, 200)}`)
    return false
  }

  #request(
    method: 'POST' | 'DELETE' | 'GET',
    { key }: Trader,
    params: Record<string, string>,
    settle: Request['settle'],
  ): Request {
    const timed = { ...params, recvWindow: String(RECV_WINDOW_MS), timestamp: String(Date.now()) }
    const form = Object.entries(timed)
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
    const signed = `${form}&signature=${createHmac('sha256', key.secret).update(form).digest('hex')}`
    const head = `Host: 127.0.0.1\r\nX-MBX-APIKEY: ${key.apiKey}\r\n`
    const text =
      method === 'POST'
        ? `POST /api/v3/order HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\n` +
          `Content-Length: ${signed.length}\r\n\r\n${signed}`
        : `${method} /api/v3/order?${signed} HTTP/1.1\r\n${head}\r\n`
    return { text, settle }
  }
}

interface Answer {
  readonly code: number
  readonly orderId: number
  readonly status: string
  readonly price: string
}

function read(reply: HttpReply): Answer {
  try {
    const body: Partial<Answer> = JSON.parse(reply.body)
    return { code: 0, orderId: 0, status: '', price: '', ...body }
  } catch {
    return { code: -1000, orderId: 0, status: '', price: '' }
  }
}
