import { Amount } from './amount.ts'
import type { Fill } from './fill.ts'
import type { Moment } from './output.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
/** A power of two above the longest window of 60 minutes. */
const BUCKETS = 64
/** Per bucket three words of sum(price × quantity) and three of sum(quantity): 96 bits cannot overflow in a minute. */
const BUCKET_WORDS = 6

/**
 * Volume-weighted average price of the last minutes, in whole-minute buckets, looked up at most once in a journaled
 * second: the reference of the percent-price and market-notional filters.
 */
export class ReferencePrice {
  /** The minute each bucket holds, −1 for none. */
  readonly minutes = new Float64Array(BUCKETS).fill(-1)
  readonly words = new Int32Array(BUCKETS * BUCKET_WORDS)
  /** The journaled second of `cached`, −1 when there is none. */
  cachedSecond = -1
  cached = 0
  readonly #product = new Amount()

  record(moment: Moment, fill: Fill): void {
    const minute = Math.floor(moment.time / MINUTE)
    const bucket = minute & (BUCKETS - 1)
    const at = bucket * BUCKET_WORDS
    if (this.minutes[bucket] !== minute) {
      this.minutes[bucket] = minute
      this.words.fill(0, at, at + BUCKET_WORDS)
    }
    this.#product.setProduct(fill.price, fill.quantity, 1)
    add96(this.words, at, this.#product)
    this.#product.setInteger(fill.quantity)
    add96(this.words, at + 3, this.#product)
  }

  /** The reference at `time`, rounded down to a price unit; `last` (0: none) when nothing was traded in the window. */
  price(time: number, minutes: number, last: number): number {
    if (minutes === 0) return last
    const second = Math.floor(time / SECOND)
    if (this.cachedSecond !== second) {
      this.cachedSecond = second
      this.cached = this.average(time, minutes) ?? last
    }
    return this.cached
  }

  /** Forget the cached reference: the filters have changed. */
  invalidate(): void {
    this.cachedSecond = -1
  }

  /** Average over the `minutes` whole minutes that end with the current one; undefined without a trade. */
  average(time: number, minutes: number): number | undefined {
    const now = Math.floor(time / MINUTE)
    let notional = 0n
    let volume = 0n
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const minute = this.minutes[bucket]!
      if (minute < 0 || minute <= now - minutes || minute > now) continue
      notional += read96(this.words, bucket * BUCKET_WORDS)
      volume += read96(this.words, bucket * BUCKET_WORDS + 3)
    }
    return volume === 0n ? undefined : Number(notional / volume)
  }
}

const WORD = 2 ** 32
const WORDS_IN_UNIT = 2 ** 20

function add96(words: Int32Array, at: number, amount: Amount): void {
  const upper = Math.floor(amount.low / WORD)
  const low = (words[at]! >>> 0) + (amount.low - upper * WORD)
  const middle = (words[at + 1]! >>> 0) + upper + amount.high * WORDS_IN_UNIT + (low >= WORD ? 1 : 0)
  words[at] = low
  words[at + 1] = middle
  if (middle >= WORD) words[at + 2]!++
}

function read96(words: Int32Array, at: number): bigint {
  return (BigInt(words[at + 2]! >>> 0) << 64n) | (BigInt(words[at + 1]! >>> 0) << 32n) | BigInt(words[at]! >>> 0)
}
