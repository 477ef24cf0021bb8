import type { Fill } from './fill.ts'
import type { Moment } from './output.ts'

/**
 * Numbers the aggregates of a market: 1, 2, 3 … without gaps. The fills that one taker order has at one price in one
 * command are one aggregate.
 */
export class AggregateIds {
  /** The last one given out. It never exceeds the id of the last trade. */
  last = 0
  #sequence = 0
  #taker = 0
  #price = 0

  /** 1 + how far the id of the aggregate to which the next trade belongs lies behind the id of that trade. */
  behind({ id, price }: Fill, { sequence }: Moment, taker: number): number {
    if (price !== this.#price || taker !== this.#taker || sequence !== this.#sequence) {
      this.#sequence = sequence
      this.#taker = taker
      this.#price = price
      this.last++
    }
    return id + 1 - this.last
  }
}
