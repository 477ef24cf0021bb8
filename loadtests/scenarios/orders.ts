import { element, takeOut } from '../src/element.ts'
import type { SentOrder } from '../src/reconcile/acknowledgements.ts'
import type { End, Request, Via } from '../src/story/line.ts'
import { run, symbol, type Trader } from './settings.ts'
import { tell } from './story.ts'

const MIDDLE = 60_000_00
const SPREAD_UNITS = 200
/** The order is not open any more: the answer to a cancel after another trader has taken the order. */
const UNKNOWN_ORDER = -2011
const NO_SUCH_ORDER = -2013

/** The content of one request, whatever its transport. */
export interface Intent {
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly clientId?: string | undefined
  readonly orderId?: number
  readonly price?: string
}

/** An answer, or the reason why there is none. */
export type Answer =
  | { readonly status: number; readonly body: { orderId?: number; status?: string; price?: string; code?: number } }
  | { readonly status: 0; readonly error: string }

type Answered = Exclude<Answer, { readonly error: string }>

/**
 * One trader's orders around one price, so that about half of them trade. Remembers which ones may be open, and records
 * each request and its result.
 */
export class Orders {
  readonly name: string
  readonly #trader: Trader
  readonly #via: Via
  readonly #openMax: number
  readonly #open: { readonly orderId: number; readonly price: string }[] = []
  #count = 0

  /** @param name of this one among all traders of a run @param openMax its open orders at a time */
  constructor(trader: Trader, via: Via, name: string, openMax: number) {
    this.#openMax = openMax
    this.#trader = trader
    this.#via = via
    this.name = name
  }

  /** Six of ten requests place an order, two cancel one, two ask for one, where `mayQuery`. */
  next(mayQuery: boolean): Intent {
    const dice = below(10)
    if (this.#open.length >= this.#openMax || (dice < 2 && this.#open.length > 0)) return this.#cancel()
    if (mayQuery && dice < 4 && this.#open.length > 0) return this.#query()
    return this.#place()
  }

  /** Call it before the request is sent. @param at when it was due, ms since 1970 */
  sent({ request, clientId, params }: Intent, at: number): void {
    if (request !== 'place' || clientId === undefined) return
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the parameters of a place
    const { side, price, quantity } = params as unknown as Pick<SentOrder, 'side' | 'price' | 'quantity'>
    const order = { clientId, account: this.#trader.account, side, price, quantity }
    tell({ kind: 'sent', at, via: this.#via, order })
  }

  /** Record the end of a request; returns whether it succeeded. */
  ended(intent: Intent, at: number, answer: Answer): boolean {
    const end = 'error' in answer ? 'broken' : this.#endOf(intent, answer, at)
    this.#tellEnd(intent, at, end, answer)
    return end === 'fine'
  }

  /** There was no connection in time. The order is dropped, and its id is never used. */
  unsent(intent: Intent, at: number): false {
    this.#tellEnd({ ...intent, clientId: undefined }, at, 'unsent', { status: 0, error: 'no connection in time' })
    return false
  }

  #tellEnd(intent: Intent, at: number, end: End, answer: Answer): void {
    const { request, clientId } = intent
    const body = 'error' in answer ? {} : answer.body
    const orderId = request === 'place' ? body.orderId : intent.orderId
    tell({
      kind: 'end',
      at,
      ms: Date.now() - at,
      via: this.#via,
      request,
      end,
      ...(clientId !== undefined && { clientId }),
      ...(orderId !== undefined && { orderId }),
      ...(answer.status !== 200 && answer.status !== 0 && { code: body.code ?? -1000 }),
      ...(end !== 'fine' && { text: textOf(answer) }),
    })
  }

  #endOf({ request, orderId, price }: Intent, { status, body }: Answered, at: number): End {
    if (status !== 200) {
      if (request === 'cancel' && body.code === UNKNOWN_ORDER) return 'fine'
      if (request !== 'query' || body.code !== NO_SUCH_ORDER) return 'error'
      tell({ kind: 'contradiction', at, text: `order ${orderId} was acknowledged, then unknown` })
      return 'fine'
    }
    if (request === 'place') {
      if (body.orderId === undefined) return 'error'
      if (body.status !== 'FILLED') this.#open.push({ orderId: body.orderId, price: body.price ?? '' })
    }
    if (request === 'query' && (body.orderId !== orderId || Number(body.price) !== Number(price))) {
      const text = `order ${orderId} at ${price} is told to be ${body.orderId} at ${body.price}`
      tell({ kind: 'contradiction', at, text })
    }
    return 'fine'
  }

  #place(): Intent {
    const clientId = `${run}-${this.name}-${this.#count++}`
    const params = {
      symbol,
      side: below(2) === 0 ? 'BUY' : 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: (MIDDLE / 100 + (below(SPREAD_UNITS) - SPREAD_UNITS / 2) / 100).toFixed(2),
      quantity: ((10 + below(1_000)) / 100_000).toFixed(5),
      newClientOrderId: clientId,
      newOrderRespType: 'RESULT',
    }
    return { request: 'place', params, clientId }
  }

  #cancel(): Intent {
    const { orderId } = takeOut(this.#open, below(this.#open.length))
    return { request: 'cancel', params: { symbol, orderId: String(orderId) }, orderId }
  }

  #query(): Intent {
    const { orderId, price } = element(this.#open, below(this.#open.length))
    return { request: 'query', params: { symbol, orderId: String(orderId) }, orderId, price }
  }
}

function textOf(answer: Answer): string {
  return 'error' in answer ? answer.error : `${answer.status} ${JSON.stringify(answer.body).slice(0, 160)}`
}

function below(bound: number): number {
  return Math.floor(Math.random() * bound)
}
