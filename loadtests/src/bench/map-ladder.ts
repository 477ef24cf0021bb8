/* oxlint-disable typescript/no-non-null-assertion -- a check would be measured with what is measured. */
/**
 * The yardstick for a bare book: flat typed arrays, intrusive FIFO lists, one array slot for each price of a given
 * band, and a `Map` from order id to slot. It only matches, without accounts or events. It scans for the next price, so
 * it is fast on a narrow book and slow on a wide one.
 */
export class MapLadder {
  readonly #low: number
  readonly #heads: readonly [Int32Array, Int32Array]
  readonly #tails: readonly [Int32Array, Int32Array]
  readonly #size: number
  #bestBid = -1
  #bestAsk: number
  readonly #slots = new Map<number, number>()
  readonly #free: Int32Array
  #freeCount: number
  readonly #id: Float64Array
  readonly #side: Uint8Array
  readonly #level: Int32Array
  readonly #quantity: Float64Array
  readonly #next: Int32Array
  readonly #previous: Int32Array
  readonly #onTrade: (maker: number, taker: number, price: number, quantity: number) => void

  /** A book for prices `low … high` and at most `capacity` resting orders. */
  constructor(
    low: number,
    high: number,
    capacity: number,
    onTrade: (maker: number, taker: number, price: number, quantity: number) => void,
  ) {
    this.#low = low
    this.#size = high - low + 1
    this.#bestAsk = this.#size
    const band = () => new Int32Array(this.#size).fill(-1)
    this.#heads = [band(), band()]
    this.#tails = [band(), band()]
    this.#free = Int32Array.from({ length: capacity }, (_, i) => capacity - 1 - i)
    this.#freeCount = capacity
    this.#id = new Float64Array(capacity)
    this.#side = new Uint8Array(capacity)
    this.#level = new Int32Array(capacity)
    this.#quantity = new Float64Array(capacity)
    this.#next = new Int32Array(capacity)
    this.#previous = new Int32Array(capacity)
    this.#onTrade = onTrade
  }

  get resting(): number {
    return this.#slots.size
  }

  /** A limit order, good till cancelled: match what crosses, rest the remainder. */
  place(id: number, side: 0 | 1, price: number, quantity: number): void {
    const limit = price - this.#low
    const left = side === 0 ? this.#buy(id, limit, quantity) : this.#sell(id, limit, quantity)
    if (left > 0) this.#rest(id, side, limit, left)
  }

  /** Remove an order from the book; false when it is not there. */
  cancel(id: number): boolean {
    const slot = this.#slots.get(id)
    if (slot === undefined) return false
    this.#unlink(slot)
    return true
  }

  #buy(id: number, limit: number, quantity: number): number {
    const heads = this.#heads[1]
    while (quantity > 0 && this.#bestAsk <= limit && this.#bestAsk < this.#size) {
      quantity = this.#hit(id, heads[this.#bestAsk]!, quantity)
    }
    return quantity
  }

  #sell(id: number, limit: number, quantity: number): number {
    const heads = this.#heads[0]
    while (quantity > 0 && this.#bestBid >= limit && this.#bestBid >= 0) {
      quantity = this.#hit(id, heads[this.#bestBid]!, quantity)
    }
    return quantity
  }

  #hit(taker: number, slot: number, quantity: number): number {
    const resting = this.#quantity[slot]!
    const traded = Math.min(quantity, resting)
    this.#onTrade(this.#id[slot]!, taker, this.#level[slot]! + this.#low, traded)
    if (traded === resting) this.#unlink(slot)
    else this.#quantity[slot] = resting - traded
    return quantity - traded
  }

  #rest(id: number, side: 0 | 1, level: number, quantity: number): void {
    const slot = this.#free[--this.#freeCount]!
    const tail = this.#tails[side][level]!
    this.#id[slot] = id
    this.#side[slot] = side
    this.#level[slot] = level
    this.#quantity[slot] = quantity
    this.#next[slot] = -1
    this.#previous[slot] = tail
    if (tail < 0) this.#heads[side][level] = slot
    else this.#next[tail] = slot
    this.#tails[side][level] = slot
    if (side === 0) this.#bestBid = Math.max(this.#bestBid, level)
    else this.#bestAsk = Math.min(this.#bestAsk, level)
    this.#slots.set(id, slot)
  }

  #unlink(slot: number): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bench's own process or flow
    const side = this.#side[slot]! as 0 | 1
    const level = this.#level[slot]!
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous < 0) this.#heads[side][level] = next
    else this.#next[previous] = next
    if (next < 0) this.#tails[side][level] = previous
    else this.#previous[next] = previous
    this.#slots.delete(this.#id[slot]!)
    this.#free[this.#freeCount++] = slot
    if (this.#heads[side][level]! >= 0) return
    const heads = this.#heads[side]
    if (side === 0) while (this.#bestBid >= 0 && heads[this.#bestBid]! < 0) this.#bestBid--
    else while (this.#bestAsk < this.#size && heads[this.#bestAsk]! < 0) this.#bestAsk++
  }
}
