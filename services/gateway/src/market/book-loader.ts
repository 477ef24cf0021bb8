import type { Side } from '@uptick/core'
import type { AnswerTo } from '@uptick/protocol'
import type { Timers } from '@uptick/runtime'
import type { EngineLink } from '../engine-link/link.ts'
import type { DepthState } from './book.ts'
import type { SymbolMarket } from './symbol-market.ts'

/** A level change that came before its book was loaded. */
export interface KeptLevel {
  readonly side: Side
  readonly price: number
  readonly quantity: number
  readonly updateId: number
  readonly sequence: number
  readonly time: number
}

/** Changes kept while a book loads; past it they are dropped and the book is asked for again. */
export const KEPT_LEVELS_MAX = 1_000_000
const RETRY_MS = 100

export interface BookLoaderOptions {
  readonly link: Pick<EngineLink, 'query'>
  readonly timers: Timers
  readonly log: (message: string, detail?: unknown) => void
}

/** Loads one book from the engine and joins it with the level changes of the feed that came meanwhile. */
export class BookLoader {
  readonly #symbol: number
  readonly #options: BookLoaderOptions
  #kept: KeptLevel[] = []
  /** Counts loads: the answer to an earlier load is ignored. */
  #attempt = 0
  loaded = false

  constructor(symbol: number, options: BookLoaderOptions) {
    this.#symbol = symbol
    this.#options = options
  }

  keep(level: KeptLevel): void {
    if (this.#kept.length >= KEPT_LEVELS_MAX) this.#kept = []
    this.#kept.push(level)
  }

  /** Load `market`'s book; repeat until it succeeds. Pass level changes to `keep` until `loaded`. */
  load(market: SymbolMarket): void {
    this.loaded = false
    this.#kept = []
    const attempt = ++this.#attempt
    this.#options.link.query({ kind: 'depth', symbol: this.#symbol }).then(
      ({ sequence, value }) => {
        if (attempt !== this.#attempt) return
        const state = depthState(sequence, value)
        if (state) this.#join(market, state)
        else this.#retry(market, attempt, value)
      },
      (error: unknown) => this.#retry(market, attempt, error),
    )
  }

  #retry(market: SymbolMarket, attempt: number, reason: unknown): void {
    this.#options.log('a book could not be loaded, trying again', { symbol: market.name, reason })
    this.#options.timers.after(RETRY_MS, () => {
      if (attempt === this.#attempt) this.load(market)
    })
  }

  #join(market: SymbolMarket, state: DepthState): void {
    market.load(state)
    for (const { side, price, quantity, updateId, sequence: at, time } of this.#kept) {
      if (market.level(side, price, quantity, updateId, at, time) === 'gap') {
        this.load(market)
        return
      }
    }
    this.#kept = []
    this.loaded = true
  }
}

/** The engine's answer to `depth`; `undefined` when it is none. The book's own time is not told: 0 until it changes. */
function depthState(sequence: number, value: Partial<AnswerTo<'depth'>>): DepthState | undefined {
  const { updateId, bids, asks } = value
  if (updateId === undefined || !bids || !asks) return undefined
  return { updateId, bids, asks, sequence, time: 0 }
}
