import {
  BalanceAt,
  type Catalogue as Listing,
  CommandKind,
  EventKind,
  FundsAt,
  ImageAt,
  LevelAt,
  type OrderImage,
  Output,
  Side,
  TradeAt,
} from '@uptick/core'
import { EXECUTION_WORDS, ExecutionAt, MAKER_FLAG, noFilters } from '@uptick/core/testing'
import { Catalogue } from '../src/engine-link/catalogue.ts'
import type { FeedResetListener, OutcomesListener, OutcomeView } from '../src/engine-link/outcome-view.ts'
import type { Answer } from '../src/engine-link/query-book.ts'

const LEVEL_WORDS = 10
const TRADE_WORDS = 18
const BALANCE_WORDS = 8
const FUNDS_WORDS = 6

/** BTC, USDT, ETH; BTCUSDT (2 decimals of price, 5 of quantity) and ETHUSDT (2, 4). */
export const LISTING: Listing = {
  assets: [
    { id: 0, code: 'BTC', decimals: 8 },
    { id: 1, code: 'USDT', decimals: 8 },
    { id: 2, code: 'ETH', decimals: 8 },
  ],
  symbols: [symbol(0, 'BTC', 2, 5), symbol(1, 'ETH', 2, 4)],
  behaviours: [],
}

function symbol(id: number, base: string, priceDecimals: number, quantityDecimals: number): Listing['symbols'][number] {
  return {
    id,
    name: `${base}USDT`,
    base,
    quote: 'USDT',
    priceDecimals,
    quantityDecimals,
    filters: noFilters,
    makerFee: 0,
    takerFee: 0,
    orderTypes: ['LIMIT', 'MARKET'],
    selfTradePreventionModes: ['NONE'],
    defaultSelfTradePrevention: 'NONE',
    status: 'TRADING',
  }
}

/** What a test lets happen in one outcome. */
export interface OutcomeScript {
  level(symbol: number, side: Side, price: number, quantity: number): void
  /** `aggregate`: its number; without, the shard is one from before the core numbered them. */
  trade(
    symbol: number,
    price: number,
    quantity: number,
    more?: { buyerIsMaker?: boolean; taker?: number; aggregate?: number },
  ): number
  execution(execution: number, order: Partial<OrderImage> & { account: number; symbol: number; orderId: number }): void
  balance(account: number, asset: number, free: number, locked: number): void
  funds(account: number, asset: number, delta: number): void
}

interface ScriptedBook {
  readonly sides: readonly [Map<number, number>, Map<number, number>]
  updateId: number
  tradeId: number
}

/**
 * A shard whose outcomes a test writes by hand: the words of the real encoding, the books as plain maps. It stands in
 * for an `EngineLink` where no command is sent.
 */
export class ScriptedShard {
  readonly catalogue = new Catalogue()
  readonly state = { connected: true, shard: 0, epoch: 1, sequence: 0, queued: 0, unanswered: 0 }
  sequence = 0
  /** µs; the test moves it. */
  time = Date.UTC(2026, 10, 23, 12) * 1000
  readonly books: ScriptedBook[] = LISTING.symbols.map(() => ({
    sides: [new Map(), new Map()],
    updateId: 0,
    tradeId: 0,
  }))
  /** Answers to `depth` wait until the test calls `answer`. */
  holdAnswers = false
  /** Nothing becomes durable until the test sets it back: frames wait. */
  #paused: (() => void)[] | undefined
  readonly #output = new Output()
  readonly #outcomes: OutcomesListener[] = []
  readonly #resets: FeedResetListener[] = []
  readonly #states: ((connected: boolean) => void)[] = []
  #held: (() => void)[] = []
  #executionId = 0

  onOutcomes(listener: OutcomesListener): void {
    this.#outcomes.push(listener)
  }

  onFeedReset(listener: FeedResetListener): void {
    this.#resets.push(listener)
  }

  onState(listener: (connected: boolean) => void): void {
    this.#states.push(listener)
  }

  /** The link comes up: the feed begins, the catalogue is there. */
  connect(): void {
    for (const listener of this.#resets) listener(this.sequence + 1)
    this.catalogue.replace(LISTING)
    for (const listener of this.#states) listener(true)
  }

  /** The feed goes on with a gap. */
  reset(): void {
    for (const listener of this.#resets) listener(this.sequence + 1)
  }

  query(question: object): Promise<Answer<never>> {
    const { symbol: id } = question as { symbol: number }
    const { updateId } = this.books[id]!
    const answer = { sequence: this.sequence, value: { updateId, ...this.naiveDepth(id, 0) } as never }
    if (!this.holdAnswers) return Promise.resolve(answer)
    return new Promise((resolve) => this.#held.push(() => resolve(answer)))
  }

  /** Let the answers go that were held. */
  answer(): void {
    for (const release of this.#held.splice(0)) release()
  }

  naiveDepth(id: number, limit: number): { bids: [number, number][]; asks: [number, number][] } {
    const [bids, asks] = this.books[id]!.sides
    const top = (levels: Map<number, number>, direction: number): [number, number][] => {
      const sorted = [...levels].toSorted(([a], [b]) => (a - b) * direction)
      return limit === 0 ? sorted : sorted.slice(0, limit)
    }
    return { bids: top(bids, -1), asks: top(asks, 1) }
  }

  /** One frame with an outcome for each script; `deliver` false loses it. */
  frame(scripts: readonly ((script: OutcomeScript) => void)[], deliver = true): void {
    const output = this.#output
    output.clear()
    const first = this.sequence + 1
    for (const script of scripts) {
      this.sequence++
      output.begin(CommandKind.PLACE, 1, this.sequence, this.time, 1, this.sequence)
      script(this.#script())
      output.end(0)
    }
    const frame = { words: output.words.slice(0, output.length), first }
    const last = this.sequence
    if (!deliver) return
    if (this.#paused) this.#paused.push(() => this.#deliver(frame, last))
    else this.#deliver(frame, last)
  }

  /** The journal stands still: what is sequenced from now on is told when it goes on. */
  pause(): void {
    this.#paused ??= []
  }

  resume(): void {
    const held = this.#paused ?? []
    this.#paused = undefined
    for (const deliver of held) deliver()
  }

  /** A command: any leaves nothing but the time at which it was sequenced. */
  submit(): Promise<OutcomeView> {
    this.outcome(() => {})
    return Promise.resolve({ words: new Int32Array(), offset: 0 })
  }

  outcome(script: (script: OutcomeScript) => void): void {
    this.frame([script])
  }

  #deliver({ words, first }: { words: Int32Array; first: number }, last: number): void {
    for (const listener of this.#outcomes) listener(words, 0, words.length, first, last)
  }

  #script(): OutcomeScript {
    const output = this.#output
    const double = (at: number, value: number): void => {
      output.doubles[at >> 1] = value
    }
    const amount = (at: number, value: number): void => {
      output.words[at] = Number(BigInt.asIntN(32, BigInt(value)))
      output.words[at + 1] = Number(BigInt.asIntN(32, BigInt(value) >> 32n))
    }
    const event = (kind: number, words: number): number => {
      const at = output.event(kind, words)
      output.words.fill(0, at + 1, at + words)
      return at
    }
    return {
      level: (id, side, price, quantity) => {
        const book = this.books[id]!
        if (quantity === 0) book.sides[side].delete(price)
        else book.sides[side].set(price, quantity)
        const at = event(EventKind.LEVEL, LEVEL_WORDS)
        output.words[at + LevelAt.SIDE] = side
        output.words[at + LevelAt.SYMBOL] = id
        double(at + LevelAt.PRICE, price)
        double(at + LevelAt.QUANTITY, quantity)
        double(at + LevelAt.UPDATE_ID, ++book.updateId)
      },
      trade: (id, price, quantity, { buyerIsMaker = false, taker = 1, aggregate } = {}) => {
        const tradeId = ++this.books[id]!.tradeId
        const at = event(EventKind.TRADE, TRADE_WORDS)
        output.words[at + TradeAt.FLAGS] = buyerIsMaker ? MAKER_FLAG : 0
        output.words[at + TradeAt.SYMBOL] = id
        output.words[at + TradeAt.AGGREGATED] = aggregate === undefined ? 0 : tradeId + 1 - aggregate
        double(at + TradeAt.TRADE_ID, tradeId)
        double(at + TradeAt.PRICE, price)
        double(at + TradeAt.QUANTITY, quantity)
        amount(at + TradeAt.QUOTE, price * quantity * 10 ** (id === 0 ? 1 : 2))
        double(at + TradeAt.TAKER_ORDER, taker)
        return tradeId
      },
      execution: (execution, order) => {
        const at = event(EventKind.EXECUTION, EXECUTION_WORDS)
        output.words[at + ExecutionAt.PACKED] = execution
        double(at + ExecutionAt.EXECUTION_ID, ++this.#executionId)
        const image = at + ExecutionAt.IMAGE
        double(image + ImageAt.ORDER, order.orderId)
        output.words[image + ImageAt.ACCOUNT] = order.account
        output.words[image + ImageAt.SYMBOL] = order.symbol
        const { side = Side.BUY, type = 1, timeInForce = 1, selfTradePrevention = 1, status = 1 } = order
        output.words[image + ImageAt.PACKED] =
          side | (type << 4) | (timeInForce << 8) | (selfTradePrevention << 12) | (status << 16)
        double(image + ImageAt.PRICE, order.price ?? 0)
        double(image + ImageAt.QUANTITY, order.quantity ?? 0)
      },
      balance: (account, asset, free, locked) => {
        const at = event(EventKind.BALANCE, BALANCE_WORDS)
        output.words[at + BalanceAt.ACCOUNT] = account
        output.words[at + BalanceAt.ASSET] = asset
        amount(at + BalanceAt.FREE, free)
        amount(at + BalanceAt.LOCKED, locked)
      },
      funds: (account, asset, delta) => {
        const at = event(EventKind.FUNDS, FUNDS_WORDS)
        output.words[at + FundsAt.ACCOUNT] = account
        output.words[at + FundsAt.ASSET] = asset
        amount(at + FundsAt.DELTA, delta)
      },
    }
  }
}
