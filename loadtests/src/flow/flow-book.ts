import type { FlowRecord } from './record.ts'

/** Orders and levels come from the book itself, so a missing value at `index` is an assertion. */
function read(column: Int32Array | Uint32Array | Uint8Array, index: number): number {
  const value = column[index]
  if (value === undefined) throw new RangeError(`nothing lies at ${index}`)
  return value
}

/**
 * The order book of the generator, which tells it which orders are live: price–time priority over a fixed range of
 * prices, trades at the maker's price. It is a small, plain reference, separate from the engine under test.
 */
export class FlowBook {
  readonly #lowest: number
  readonly #levels: number
  /** First and last order of each level, by side; −1 is none. */
  readonly #first: readonly [Int32Array, Int32Array]
  readonly #last: readonly [Int32Array, Int32Array]
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #best: [number, number]
  readonly #side: Uint8Array
  readonly #price: Int32Array
  readonly #quantity: Int32Array
  readonly #user: Uint32Array
  /** Every live order. The order of the list has no meaning but is the same each time. */
  readonly #live: Int32Array
  readonly #position: Int32Array
  liveCount = 0
  /** Resting quantity, by side. */
  readonly resting: [number, number] = [0, 0]
  readonly #trade: (maker: number, taker: number, price: number, quantity: number) => void

  constructor(options: {
    lowest: number
    highest: number
    orders: number
    trade: (maker: number, taker: number, price: number, quantity: number) => void
  }) {
    const levels = options.highest - options.lowest + 1
    const slots = options.orders + 2
    this.#lowest = options.lowest
    this.#levels = levels
    this.#trade = options.trade
    this.#first = [new Int32Array(levels).fill(-1), new Int32Array(levels).fill(-1)]
    this.#last = [new Int32Array(levels).fill(-1), new Int32Array(levels).fill(-1)]
    this.#next = new Int32Array(slots)
    this.#previous = new Int32Array(slots)
    this.#best = [-1, levels]
    this.#side = new Uint8Array(slots)
    this.#price = new Int32Array(slots)
    this.#quantity = new Int32Array(slots)
    this.#user = new Uint32Array(slots)
    this.#live = new Int32Array(slots)
    this.#position = new Int32Array(slots)
  }

  /** The live order at `index` of `liveCount`. */
  live(index: number): Pick<FlowRecord, 'orderId' | 'side' | 'user' | 'price'> {
    const orderId = read(this.#live, index)
    return {
      orderId,
      side: read(this.#side, orderId),
      user: read(this.#user, orderId),
      price: read(this.#price, orderId),
    }
  }

  /** Match, then rest the remainder; `side` is 0 for BUY, 1 for SELL. */
  place(id: number, side: 0 | 1, price: number, quantity: number, user: number): void {
    const other = side === 0 ? 1 : 0
    const limit = price - this.#lowest
    let left = quantity
    while (left > 0) {
      const level = this.#best[other]
      if (level < 0 || level >= this.#levels || (side === 0 ? level > limit : level < limit)) break
      const maker = read(this.#first[other], level)
      const rests = read(this.#quantity, maker)
      const fill = Math.min(left, rests)
      this.#trade(maker, id, level + this.#lowest, fill)
      left -= fill
      if (fill === rests) this.remove(maker)
      else {
        this.#quantity[maker] = rests - fill
        this.resting[other] -= fill
      }
    }
    if (left > 0) this.#rest(id, side, price, left, user)
  }

  remove(id: number): void {
    const side = read(this.#side, id) === 0 ? 0 : 1
    const level = read(this.#price, id) - this.#lowest
    const before = read(this.#previous, id)
    const after = read(this.#next, id)
    if (before < 0) this.#first[side][level] = after
    else this.#next[before] = after
    if (after < 0) this.#last[side][level] = before
    else this.#previous[after] = before
    this.resting[side] -= read(this.#quantity, id)
    // The last one takes its position in the list of live orders.
    const moved = read(this.#live, --this.liveCount)
    const hole = read(this.#position, id)
    this.#live[hole] = moved
    this.#position[moved] = hole
    if (read(this.#first[side], level) < 0) this.#seekBest(side)
  }

  #rest(id: number, side: 0 | 1, price: number, quantity: number, user: number): void {
    const level = price - this.#lowest
    const last = read(this.#last[side], level)
    this.#side[id] = side
    this.#price[id] = price
    this.#quantity[id] = quantity
    this.#user[id] = user
    this.#previous[id] = last
    this.#next[id] = -1
    if (last < 0) this.#first[side][level] = id
    else this.#next[last] = id
    this.#last[side][level] = id
    if (side === 0 ? level > this.#best[0] : level < this.#best[1]) this.#best[side] = level
    this.resting[side] += quantity
    this.#position[id] = this.liveCount
    this.#live[this.liveCount++] = id
  }

  #seekBest(side: 0 | 1): void {
    const first = this.#first[side]
    let level = this.#best[side]
    if (side === 0) while (level >= 0 && read(first, level) < 0) level--
    else while (level < this.#levels && read(first, level) < 0) level++
    this.#best[side] = level
  }
}
