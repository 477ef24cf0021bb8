import { Side } from '@uptick/core'
import { PriceLevels } from './price-levels.ts'
import type { BookTickerView, DepthView } from './market-data.ts'

/**
 * Effect of a level change: already contained, applied, or not the successor of the last one (the book is then broken).
 */
export type LevelResult = 'known' | 'applied' | 'gap'

/**
 * The aggregated order book of one market, kept current by level changes. It is empty until `load` gives it a state.
 */
export class Book {
  readonly bids = new PriceLevels(-1)
  readonly asks = new PriceLevels(1)
  /** The last level change contained; −1 until a state is loaded. */
  updateId = -1
  /** Core sequence and journaled time of that change. */
  sequence = 0
  time = 0
  /** Rises when the best price or its quantity changes on either side. */
  bestVersion = 0

  /** Take a full state; it replaces what was there. */
  load(state: DepthState): void {
    this.bids.clear()
    this.asks.clear()
    for (const [price, quantity] of state.bids) this.bids.set(price, quantity)
    for (const [price, quantity] of state.asks) this.asks.set(price, quantity)
    this.updateId = state.updateId
    this.sequence = state.sequence
    this.time = state.time
    this.bestVersion++
  }

  /** Set one level's new total. Changes come one by one: an update id is the last plus one. */
  level(side: Side, price: number, quantity: number, updateId: number, sequence: number, time: number): LevelResult {
    if (updateId <= this.updateId) return 'known'
    if (this.updateId < 0 || updateId !== this.updateId + 1) return 'gap'
    const levels = side === Side.BUY ? this.bids : this.asks
    const before = levels.bestPrice
    levels.set(price, quantity)
    if (before === price || levels.bestPrice !== before) this.bestVersion++
    this.updateId = updateId
    this.sequence = sequence
    this.time = time
    return 'applied'
  }

  depth(limit: number): DepthView {
    const { updateId, sequence, time } = this
    return { updateId: Math.max(updateId, 0), sequence, time, bids: this.bids.top(limit), asks: this.asks.top(limit) }
  }

  ticker(): BookTickerView {
    return {
      updateId: Math.max(this.updateId, 0),
      bidPrice: this.bids.bestPrice,
      bidQuantity: this.bids.bestQuantity,
      askPrice: this.asks.bestPrice,
      askQuantity: this.asks.bestQuantity,
    }
  }
}

export interface DepthState {
  readonly updateId: number
  readonly sequence: number
  readonly time: number
  readonly bids: readonly (readonly [number, number])[]
  readonly asks: readonly (readonly [number, number])[]
}
