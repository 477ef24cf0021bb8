/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import type { Fill } from './fill.ts'
import type { Moment } from './output.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
/** A power of two above the longest window of 60 minutes. */
const BUCKETS = 64
/** Per bucket sum(price × quantity) and sum(quantity), each high × 2^52 + low: 105 bits. */
const BUCKET_DOUBLES = 4
const NOTIONAL = 0
const VOLUME = 2
const UNIT = 2 ** 52

/**
 * Volume-weighted average price of the last minutes, in buckets of whole minutes: the reference of the percent-price
 * and market-notional filters.
 */
export class ReferencePrice {
  /** The minute each bucket holds, −1 for none. */
  readonly minutes = new Float64Array(BUCKETS).fill(-1)
  readonly sums = new Float64Array(BUCKETS * BUCKET_DOUBLES)
  /** The journaled second of `cached`, −1 when there is none. */
  cachedSecond = -1
  cached = 0
  /** The last result of `current`, and its minute and window. It is derived, so not part of the state. */
  #average: number | undefined = undefined
  #averageMinute = -1
  #averageMinutes = 0
  /** The current minute, where it ends (µs), and its bucket. */
  #ends = 0
  #bucket = 0

  record(moment: Moment, fill: Fill): void {
    if (moment.time >= this.#ends) this.#turn(moment.time)
    this.#averageMinute = -1
    const at = this.#bucket * BUCKET_DOUBLES
    const { sums } = this
    const { price, quantity } = fill
    const notional = price * quantity
    if (notional >= UNIT) {
      this.#addLarge(at + NOTIONAL, BigInt(price) * BigInt(quantity))
      this.#addLarge(at + VOLUME, BigInt(quantity))
      return
    }
    const sum = sums[at + NOTIONAL]! + notional
    sums[at + NOTIONAL] = sum < UNIT ? sum : this.#carry(at + NOTIONAL, sum)
    const volume = sums[at + VOLUME]! + quantity
    sums[at + VOLUME] = volume < UNIT ? volume : this.#carry(at + VOLUME, volume)
  }

  /** A new minute begins. */
  #turn(time: number): void {
    const minute = Math.floor(time / MINUTE)
    this.#ends = (minute + 1) * MINUTE
    this.#bucket = minute & (BUCKETS - 1)
    if (this.minutes[this.#bucket] === minute) return
    this.minutes[this.#bucket] = minute
    this.sums.fill(0, this.#bucket * BUCKET_DOUBLES, (this.#bucket + 1) * BUCKET_DOUBLES)
  }

  #carry(at: number, low: number): number {
    this.sums[at + 1]!++
    return low - UNIT
  }

  /** Trades with a notional of 2^52 and more; sums may exceed 64 bits. */
  #addLarge(at: number, notional: bigint): void {
    const sum = this.#sum(at) + notional
    this.sums[at + 1] = Number(sum >> 52n)
    this.sums[at] = Number(BigInt.asUintN(52, sum))
  }

  #sum(at: number): bigint {
    return (BigInt(this.sums[at + 1]!) << 52n) + BigInt(this.sums[at]!)
  }

  /** The reference at `time`, rounded down to a price unit. Without a trade in the window it is `last` (0: none). */
  current(time: number, minutes: number, last: number): number {
    if (minutes === 0) return last
    const minute = Math.floor(time / MINUTE)
    if (minute !== this.#averageMinute || minutes !== this.#averageMinutes) {
      this.#average = this.average(time, minutes)
      this.#averageMinute = minute
      this.#averageMinutes = minutes
    }
    return this.#average ?? last
  }

  /** Before DOCUMENTED_RULES: the same, cached for a journaled second, so that a look-up changed later results. */
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
      notional += this.#sum(bucket * BUCKET_DOUBLES + NOTIONAL)
      volume += this.#sum(bucket * BUCKET_DOUBLES + VOLUME)
    }
    return volume === 0n ? undefined : Number(notional / volume)
  }
}
