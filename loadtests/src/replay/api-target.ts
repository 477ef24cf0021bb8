import { decimalText, unitsOf } from '../client/decimal.ts'
import { type ApiKey, type WsApiAnswer, WsApiClient } from '../client/ws-api.ts'
import type { FlowCommand, FlowMarket } from '../flow/order-command.ts'
import { Tally } from './tally.ts'
import type { ReplayTarget } from './target.ts'

/** Requests in flight: enough to fill batches of the journal, below a gateway's bound for one connection. */
const IN_FLIGHT_MAX = 150
const UNKNOWN_ORDER = -2011

export interface ApiMarket {
  readonly url: string
  readonly symbol: string
  readonly buyer: ApiKey
  readonly seller: ApiKey
}

/**
 * A running exchange, over its WebSocket API. One connection carries everything, so the exchange receives the commands
 * in the order of the file, although hundreds of them wait for their answers. Orders have the flow's own ids.
 */
export class ApiTarget implements ReplayTarget {
  readonly #client: WsApiClient
  readonly #api: ApiMarket
  readonly #market: FlowMarket
  readonly #tally = new Tally()
  #began = 0
  #failure: Error | undefined
  #room: (() => void) | undefined

  private constructor(client: WsApiClient, api: ApiMarket, market: FlowMarket) {
    this.#client = client
    this.#api = api
    this.#market = market
  }

  static async connect(api: ApiMarket, market: FlowMarket): Promise<ApiTarget> {
    return new ApiTarget(await WsApiClient.connect(api.url), api, market)
  }

  async feed(commands: readonly FlowCommand[]): Promise<void> {
    if (this.#began === 0) this.#began = performance.now()
    for (const command of commands) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#client.inFlight >= IN_FLIGHT_MAX) await new Promise<void>((resolve) => (this.#room = resolve))
      if (command.kind === 'place') this.#send(this.#place(command), (answer) => this.#placed(command.id, answer))
      else this.#send(this.#cancel(command), (answer) => this.#cancelled(answer))
    }
  }

  async finish(): Promise<Tally> {
    while (this.#client.inFlight > 0 && this.#failure === undefined)
      await new Promise<void>((resolve) => (this.#room = resolve))
    if (this.#failure !== undefined) throw this.#failure
    this.#tally.seconds = (performance.now() - this.#began) / 1000
    for (const key of [this.#api.buyer, this.#api.seller]) {
      const answer = await this.#client.signed(key, 'openOrders.status', { symbol: this.#api.symbol })
      if (!answer.ok) throw new Error(`openOrders.status: ${answer.code} ${answer.message}`)
      this.#tally.resting += Array.isArray(answer.result) ? answer.result.length : 0
    }
    return this.#tally
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #place(order: FlowCommand & { kind: 'place' }): Promise<WsApiAnswer> {
    this.#tally.orders++
    return this.#client.signed(order.side === 'BUY' ? this.#api.buyer : this.#api.seller, 'order.place', {
      symbol: this.#api.symbol,
      side: order.side,
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: decimalText(order.price, this.#market.priceDecimals),
      quantity: decimalText(order.quantity, this.#market.quantityDecimals),
      newClientOrderId: String(order.id),
      newOrderRespType: 'FULL',
    })
  }

  #cancel(order: FlowCommand): Promise<WsApiAnswer> {
    this.#tally.cancels++
    return this.#client.signed(order.side === 'BUY' ? this.#api.buyer : this.#api.seller, 'order.cancel', {
      symbol: this.#api.symbol,
      origClientOrderId: String(order.id),
    })
  }

  #send(answer: Promise<WsApiAnswer>, take: (answer: WsApiAnswer) => void): void {
    answer
      .then(take)
      .catch((error: unknown) => (this.#failure ??= error instanceof Error ? error : new Error(String(error))))
      .finally(() => {
        this.#room?.()
        this.#room = undefined
      })
  }

  /** The taker's answer lists its fills without the makers' ids, so there is no checksum this way. */
  #placed(id: number, answer: WsApiAnswer): void {
    if (!answer.ok) {
      this.#tally.reject(`${answer.code} ${answer.message}`)
      return
    }
    const { fills } = answer.result
    if (!Array.isArray(fills)) throw new Error(`the answer to order ${id} has no list of fills`)
    for (const { qty } of fills) {
      this.#tally.trades++
      this.#tally.volume += unitsOf(String(qty), this.#market.quantityDecimals)
    }
  }

  #cancelled(answer: WsApiAnswer): void {
    if (answer.ok) return
    if (answer.code === UNKNOWN_ORDER) this.#tally.cancelsTooLate++
    else this.#tally.reject(`${answer.code} ${answer.message}`)
  }
}
