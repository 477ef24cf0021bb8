import { Side } from '@uptick/core'

/** The levels that changed since the last flush with their newest quantities, and the range of update ids. */
export interface DepthDiff {
  readonly firstUpdateId: number
  readonly lastUpdateId: number
  readonly bids: ReadonlyMap<number, number>
  readonly asks: ReadonlyMap<number, number>
}

/**
 * Collects the level changes of one market for one speed of its depth stream. Successive diffs join without a gap:
 * `firstUpdateId` is always the previous `lastUpdateId` plus one.
 */
export class DepthWindow {
  #next: number
  #last: number
  #bids = new Map<number, number>()
  #asks = new Map<number, number>()

  /** `updateId`: the last change before the window. */
  constructor(updateId: number) {
    this.#next = updateId + 1
    this.#last = updateId
  }

  level(side: Side, price: number, quantity: number, updateId: number): void {
    const levels = side === Side.BUY ? this.#bids : this.#asks
    levels.set(price, quantity)
    this.#last = updateId
  }

  /** The changes since the last flush; `undefined` when there are none. */
  flush(): DepthDiff | undefined {
    if (this.#last < this.#next) return undefined
    const diff = {
      firstUpdateId: this.#next,
      lastUpdateId: this.#last,
      bids: this.#bids,
      asks: this.#asks,
    }
    this.#next = this.#last + 1
    this.#bids = new Map()
    this.#asks = new Map()
    return diff
  }
}
