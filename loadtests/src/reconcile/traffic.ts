import { setTimeout as delay } from 'node:timers/promises'
import { decimalText } from '../client/decimal.ts'
import { ConnectionLostError, WsApiClient, type ApiKey, type WsApiAnswer } from '../client/ws-api.ts'
import { FlowRandom } from '../flow/random.ts'
import type { Acknowledgements } from './acknowledgements.ts'

const RECONNECT_MS = 40
const MIDDLE = 60_000_00
const SPREAD_UNITS = 200
const MINE_MAX = 50

export interface TradersMarket {
  readonly symbol: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
}

export interface Trader {
  readonly account: number
  readonly key: ApiKey
  /** Local address of this machine that it connects from; any unless given. */
  readonly localAddress?: string | undefined
}

/** Codes that tell a client to wait: too much weight, too many orders, too many connections, a ban. */
const WAIT_CODES = [-1003, -1015, -1034]
const WAIT_STATUS = /\b(?:418|429)\b/

export interface TrafficOptions {
  readonly url: string
  readonly market: TradersMarket
  readonly traders: readonly Trader[]
  readonly acknowledgements: Acknowledgements
  readonly seed: number
  /** Requests that each trader has in flight. */
  readonly inFlight: number
}

/**
 * Traders that place and cancel orders around one price, so that about half of them trade, and that record their
 * answers. When a connection breaks, its unanswered orders are of unknown fate; the trader reconnects and continues.
 */
export class Traffic {
  readonly #options: TrafficOptions
  readonly #random: FlowRandom
  readonly #clients = new Map<Trader, WsApiClient>()
  /** One connection for all lanes of a trader. */
  readonly #dials = new Map<Trader, Promise<WsApiClient | undefined>>()
  #told = new Map<string, number>()
  #running = false
  #lanes: Promise<void>[] = []
  #sent = 0
  #answered = 0

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#random = new FlowRandom(options.seed)
  }

  /** Requests without an answer now. */
  get inFlight(): number {
    return this.#sent - this.#answered
  }

  /** Orders acknowledged so far. */
  get acknowledged(): number {
    return this.#options.acknowledgements.count('acknowledged')
  }

  /** How often traders were told to wait since the last call, in a sentence for each kind of answer. */
  takeWaits(): string[] {
    const told = [...this.#told].map(([what, times]) => `traders were told to wait ${times} times: ${what}`)
    this.#told.clear()
    return told
  }

  /** @param open ids of the orders that an account has open already: cancelled like the others. */
  start(open: (account: number) => readonly number[] = () => []): void {
    if (this.#running) throw new Error('the traffic runs already')
    this.#running = true
    this.#lanes = this.#options.traders.flatMap((trader) => {
      const mine = [...open(trader.account)]
      return Array.from({ length: this.#options.inFlight }, () => this.#lane(trader, mine))
    })
  }

  /** Send no more, and wait until every request has an answer or is of unknown fate. */
  async pause(): Promise<void> {
    this.#running = false
    await Promise.all(this.#lanes)
  }

  async stop(): Promise<void> {
    await this.pause()
    for (const client of this.#clients.values()) client.terminate()
  }

  /** Send one request after another; `mine` are the trader's open orders, as far as it knows. */
  async #lane(trader: Trader, mine: number[]): Promise<void> {
    while (this.#running) {
      const client = await this.#connected(trader)
      if (client === undefined) continue
      this.#sent++
      try {
        if (mine.length > MINE_MAX || (mine.length > 5 && this.#random.below(4) === 0))
          await this.#cancel(client, trader, mine)
        else await this.#place(client, trader, mine)
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error
      } finally {
        this.#answered++
      }
    }
  }

  async #connected(trader: Trader): Promise<WsApiClient | undefined> {
    const known = this.#clients.get(trader)
    if (known !== undefined && !known.isLost) return known
    let dial = this.#dials.get(trader)
    if (dial === undefined) {
      dial = this.#dial(trader).finally(() => this.#dials.delete(trader))
      this.#dials.set(trader, dial)
    }
    return dial
  }

  async #dial(trader: Trader): Promise<WsApiClient | undefined> {
    try {
      const client = await WsApiClient.connect(this.#options.url, trader.localAddress)
      this.#clients.set(trader, client)
      return client
    } catch (error) {
      if (WAIT_STATUS.test(String(error))) this.#tell(String(error))
      await delay(RECONNECT_MS)
      return undefined
    }
  }

  #tell(what: string): void {
    this.#told.set(what, (this.#told.get(what) ?? 0) + 1)
  }

  /** The answer; counts it when it tells the trader to wait. */
  #noted(answer: WsApiAnswer): WsApiAnswer {
    if (!answer.ok && WAIT_CODES.includes(answer.code)) this.#tell(`${answer.status} ${answer.code}`)
    return answer
  }

  async #place(client: WsApiClient, trader: Trader, mine: number[]): Promise<void> {
    const { market, acknowledgements, seed } = this.#options
    const side = this.#random.below(2) === 0 ? 'BUY' : 'SELL'
    const price = decimalText(MIDDLE + this.#random.below(SPREAD_UNITS) - SPREAD_UNITS / 2, market.priceDecimals)
    const quantity = decimalText(10 + this.#random.below(1_000), market.quantityDecimals)
    const clientId = `t${seed}-${trader.account}-${acknowledgements.size}`
    acknowledgements.sent({ clientId, account: trader.account, side, price, quantity })
    const order = { symbol: market.symbol, side, type: 'LIMIT', timeInForce: 'GTC', price, quantity }
    try {
      const params = { ...order, newClientOrderId: clientId, newOrderRespType: 'RESULT' }
      const answer = this.#noted(await client.signed(trader.key, 'order.place', params))
      if (!answer.ok) {
        acknowledgements.failed(clientId, answer.code)
        return
      }
      const orderId = Number(answer.result['orderId'])
      acknowledgements.acknowledged(clientId, orderId)
      if (answer.result['status'] !== 'FILLED') mine.push(orderId)
    } catch (error) {
      acknowledgements.lost(clientId)
      throw error
    }
  }

  async #cancel(client: WsApiClient, trader: Trader, mine: number[]): Promise<void> {
    const [orderId = 0] = mine.splice(this.#random.below(mine.length), 1)
    const params = { symbol: this.#options.market.symbol, orderId: String(orderId) }
    const answer = this.#noted(await client.signed(trader.key, 'order.cancel', params))
    if (answer.ok) this.#options.acknowledgements.cancelled.add(orderId)
  }
}
