import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { unitsOf } from '../client/decimal.ts'
import { dialExchange } from '../client/dial-exchange.ts'
import { type AggregateMessage, type CandleMessage, GroupedTrades } from './grouped-trades.ts'
import type { JournalTruth } from './journal-truth.ts'
import type { TradersMarket } from './traffic.ts'

const RECONNECT_MS = 40
const SETTLE_MS_MAX = 10_000
const POLL_MS = 20
const TOPICS = ['depth@100ms', 'trade', 'aggTrade', 'kline_1s']

interface DepthEvent {
  readonly e: 'depthUpdate'
  readonly U: number
  readonly u: number
  readonly b: readonly [string, string][]
  readonly a: readonly [string, string][]
}

interface TradeMessage {
  readonly e: 'trade'
  readonly t: number
  readonly p: string
  readonly q: string
}

type Message = DepthEvent | TradeMessage | AggregateMessage | CandleMessage

/**
 * A subscriber of one market's public streams that follows the documentation: a local order book from a snapshot and
 * later updates, every trade, and trades in groups. It reconnects when the connection breaks. Gaps within a connection
 * are findings.
 */
export class StreamWatch {
  readonly #url: string
  readonly #market: TradersMarket
  readonly #findings: string[] = []
  readonly #seen = new Map<number, TradeMessage>()
  readonly #grouped = new GroupedTrades()
  readonly #bids = new Map<string, string>()
  readonly #asks = new Map<string, string>()
  #socket: WebSocket | undefined
  #closed = false
  /** Updates that came before the snapshot. */
  #early: DepthEvent[] = []
  #synchronised = false
  #updateId = 0
  #lastTrade = 0
  connections = 0

  constructor(url: string, market: TradersMarket) {
    this.#url = url
    this.#market = market
    this.#connect()
  }

  get trades(): number {
    return this.#seen.size
  }

  /**
   * Wait until the local book has the journal's last update, then compare it, and the trades. Nothing may trade
   * meanwhile.
   */
  async check(truth: JournalTruth): Promise<string[]> {
    const symbol = truth.exchange.catalogue().symbols.find(({ name }) => name === this.#market.symbol)
    if (symbol === undefined) return [`${this.#market.symbol} is not listed`]
    const book = truth.exchange.depth(symbol.id, 0)
    for (let waited = 0; !this.#synchronised || this.#updateId < book.updateId; waited += POLL_MS) {
      if (waited > SETTLE_MS_MAX)
        return [...this.#take(), `the stream is at update ${this.#updateId}, the journal at ${book.updateId}`]
      await delay(POLL_MS)
    }
    const findings = this.#take()
    if (this.#updateId !== book.updateId)
      findings.push(`the stream's last update is ${this.#updateId}, the journal's ${book.updateId}`)
    if (!this.#same(this.#bids, book.bids)) findings.push('the bids of the stream are not those of the journal')
    if (!this.#same(this.#asks, book.asks)) findings.push('the asks of the stream are not those of the journal')
    for (const { t, p, q } of this.#seen.values()) {
      const trade = truth.trades[symbol.id]?.[t - 1]
      const { priceDecimals, quantityDecimals } = this.#market
      if (
        trade === undefined ||
        BigInt(trade.price) !== unitsOf(p, priceDecimals) ||
        BigInt(trade.quantity) !== unitsOf(q, quantityDecimals)
      )
        findings.push(`trade ${t} of the stream is not the journal's`)
    }
    this.#seen.clear()
    return [...findings, ...this.#grouped.check(truth.trades[symbol.id] ?? [], this.#market)]
  }

  close(): void {
    this.#closed = true
    this.#socket?.terminate()
  }

  #take(): string[] {
    return this.#findings.splice(0)
  }

  #connect(): void {
    const name = this.#market.symbol.toLowerCase()
    const streams = TOPICS.map((topic) => `${name}@${topic}`).join('/')
    const socket = dialExchange(`${this.#url}/stream?streams=${streams}`)
    this.#socket = socket
    this.#synchronised = false
    this.#early = []
    this.#lastTrade = 0
    this.#grouped.connected()
    socket.on('open', () => {
      this.connections++
      void this.#synchronise(socket)
    })
    socket.on('message', (data: Buffer) => {
      const { data: event }: { data: Message } = JSON.parse(data.toString())
      if (event.e === 'trade') this.#trade(event)
      else if (event.e !== 'depthUpdate') this.#grouped.take(event)
      else if (this.#synchronised) this.#update(event)
      else this.#early.push(event)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (!this.#closed) setTimeout(() => this.#connect(), RECONNECT_MS)
    })
  }

  /** Request the snapshot after the stream is open; the first update used must span the snapshot's. */
  async #synchronise(socket: WebSocket): Promise<void> {
    while (this.#socket === socket && socket.readyState === WebSocket.OPEN) {
      try {
        const response = await fetch(`${this.#url}/api/v3/depth?symbol=${this.#market.symbol}&limit=5000`)
        if (!response.ok) throw new Error(String(response.status))
        const snapshot: { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] } = JSON.parse(
          await response.text(),
        )
        if (this.#socket !== socket) return
        const [first] = this.#early
        if (first === undefined || snapshot.lastUpdateId >= first.U - 1) return this.#begin(snapshot)
      } catch {
        // No gateway answers yet.
      }
      await delay(RECONNECT_MS)
    }
  }

  #begin(snapshot: { lastUpdateId: number; bids: [string, string][]; asks: [string, string][] }): void {
    this.#bids.clear()
    this.#asks.clear()
    apply(this.#bids, snapshot.bids)
    apply(this.#asks, snapshot.asks)
    this.#updateId = snapshot.lastUpdateId
    this.#synchronised = true
    for (const event of this.#early) if (event.u > snapshot.lastUpdateId) this.#update(event)
    this.#early = []
  }

  #update(event: DepthEvent): void {
    if (event.u <= this.#updateId) return
    if (event.U > this.#updateId + 1)
      this.#findings.push(`updates ${this.#updateId + 1} … ${event.U - 1} are missing from the stream`)
    apply(this.#bids, event.b)
    apply(this.#asks, event.a)
    this.#updateId = event.u
  }

  #trade(event: TradeMessage): void {
    if (this.#lastTrade !== 0 && event.t !== this.#lastTrade + 1)
      this.#findings.push(`trade ${event.t} came after ${this.#lastTrade}`)
    this.#lastTrade = event.t
    this.#seen.set(event.t, event)
  }

  #same(side: ReadonlyMap<string, string>, levels: readonly (readonly [number, number])[]): boolean {
    const { priceDecimals, quantityDecimals } = this.#market
    const ours = new Map(
      [...side].map(([price, quantity]) => [unitsOf(price, priceDecimals), unitsOf(quantity, quantityDecimals)]),
    )
    return (
      ours.size === levels.length && levels.every(([price, quantity]) => ours.get(BigInt(price)) === BigInt(quantity))
    )
  }
}

function apply(side: Map<string, string>, levels: readonly (readonly [string, string])[]): void {
  for (const [price, quantity] of levels) {
    if (/^[0.]*$/.test(quantity)) side.delete(price)
    else side.set(price, quantity)
  }
}
