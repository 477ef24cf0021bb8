import type { Fill } from './fill.ts'
import type { Moment } from './output.ts'

/**
 * Numbers the aggregate trades of a market: 1, 2, 3 … without gaps. The fills of one taker order at one price in one
 * command are one aggregate.
 */
export class AggregateIds {
  /** The last id given out. It never exceeds the id of the last trade. */
  last = 0
  #sequence = 0
  #taker = 0
  #price = 0

  /** The id of the next trade, minus the id of the aggregate that the trade belongs to, plus 1. */
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
