/** No amount, balance or total may pass 2^62 units: every sum of two of them still fits 64 bits. */
export const AMOUNT_MAX = 1n << 62n

const WORD = 4294967296
/** 2^62 with room for the rounding of two products of doubles; above it nothing is multiplied out. */
const PRODUCT_GUARD = 2 ** 62 * (1 + 2 ** -40)
const EXACT_MAX = Number.MAX_SAFE_INTEGER
/** Fee rates are in millionths. */
export const RATE_UNIT = 1_000_000

/**
 * A signed 64-bit amount as two 32-bit words: a register that is reused, so that money makes no garbage.
 *
 * Measured on Node 26 (settling a fill: one product, four additions in memory, one fee; ns a fill): words 12,
 * BigInt64Array with BigInt.asIntN 210 – a BigInt that comes from two doubles or passes a call is allocated.
 */
export class Amount {
  /** Low word, as a signed 32-bit number. */
  lo = 0
  hi = 0

  clear(): void {
    this.lo = 0
    this.hi = 0
  }

  copy(from: Amount): void {
    this.lo = from.lo
    this.hi = from.hi
  }

  /** A safe integer, not negative. */
  setInteger(value: number): void {
    this.lo = value | 0
    this.hi = Math.floor(value / WORD)
  }

  setBig(value: bigint): void {
    this.lo = Number(BigInt.asIntN(32, value))
    this.hi = Number(BigInt.asIntN(32, value >> 32n))
  }

  /**
   * a × b × c of exact non-negative integers (c a power of ten). False, and 0, when the product is past 2^62.
   *
   * The low word is exact in 32-bit arithmetic. The product in doubles is off by less than 2^11 at 2^62, so the
   * rest of the division by 2^32 rounds to the true high word.
   */
  setProduct(a: number, b: number, c: number): boolean {
    const product = a * b * c
    if (product > PRODUCT_GUARD) {
      this.clear()
      return false
    }
    const lo = Math.imul(Math.imul(a | 0, b | 0), c | 0)
    const hi = Math.floor((product - (lo >>> 0)) / WORD + 0.5)
    if (hi > 0x40000000 || (hi === 0x40000000 && lo !== 0)) {
      this.clear()
      return false
    }
    this.lo = lo
    this.hi = hi
    return true
  }

  /** rate millionths of `amount`, rounded half to even or down. */
  setFee(amount: Amount, rate: number, halfEven: boolean): void {
    if (rate === 0) {
      this.clear()
      return
    }
    const value = amount.hi * WORD + (amount.lo >>> 0)
    if (value * rate <= EXACT_MAX) {
      this.setInteger(divideMillion(value * rate, halfEven))
      return
    }
    // amount = whole × 10^6 + rest, by long division over the two words.
    const wholeHi = Math.floor(amount.hi / RATE_UNIT)
    const carried = (amount.hi - wholeHi * RATE_UNIT) * WORD + (amount.lo >>> 0)
    const wholeLo = divideMillion(carried, false)
    const rest = carried - wholeLo * RATE_UNIT
    this.setProduct(wholeHi * WORD + wholeLo, rate, 1)
    const odd = (this.lo & 1) !== 0
    this.addInteger(divideMillion(rest * rate, halfEven, odd))
  }

  add(other: Amount): void {
    const lo = (this.lo >>> 0) + (other.lo >>> 0)
    this.hi = (this.hi + other.hi + (lo >= WORD ? 1 : 0)) | 0
    this.lo = lo | 0
  }

  subtract(other: Amount): void {
    const lo = (this.lo >>> 0) - (other.lo >>> 0)
    this.hi = (this.hi - other.hi - (lo < 0 ? 1 : 0)) | 0
    this.lo = lo | 0
  }

  /** Add a safe integer, not negative. */
  addInteger(value: number): void {
    const lo = (this.lo >>> 0) + ((value | 0) >>> 0)
    this.hi = (this.hi + Math.floor(value / WORD) + (lo >= WORD ? 1 : 0)) | 0
    this.lo = lo | 0
  }

  load(words: Int32Array, at: number): void {
    this.lo = words[at]!
    this.hi = words[at + 1]!
  }

  store(words: Int32Array, at: number): void {
    words[at] = this.lo
    words[at + 1] = this.hi
  }

  /** True when the amount in `words` is less than this one. */
  exceeds(words: Int32Array, at: number): boolean {
    return this.hi > words[at + 1]! || (this.hi === words[at + 1] && this.lo >>> 0 > words[at]! >>> 0)
  }

  isGreater(other: Amount): boolean {
    return this.hi > other.hi || (this.hi === other.hi && this.lo >>> 0 > other.lo >>> 0)
  }

  isZero(): boolean {
    return (this.lo | this.hi) === 0
  }

  toBigInt(): bigint {
    return (BigInt(this.hi) << 32n) | BigInt(this.lo >>> 0)
  }
}

/** value / 10^6 for a safe integer: down, or to the nearest with ties to even (`odd`: of what it is added to). */
function divideMillion(value: number, halfEven: boolean, odd = false): number {
  let quotient = Math.floor(value / RATE_UNIT)
  let rest = value - quotient * RATE_UNIT
  if (rest < 0) {
    quotient--
    rest += RATE_UNIT
  }
  if (!halfEven || rest * 2 < RATE_UNIT) return quotient
  return rest * 2 > RATE_UNIT || (quotient % 2 !== 0) !== odd ? quotient + 1 : quotient
}

/** words[at] += amount. */
export function addTo(words: Int32Array, at: number, amount: Amount): void {
  const lo = (words[at]! >>> 0) + (amount.lo >>> 0)
  words[at + 1] = words[at + 1]! + amount.hi + (lo >= WORD ? 1 : 0)
  words[at] = lo | 0
}

/** words[at] −= amount. */
export function subtractFrom(words: Int32Array, at: number, amount: Amount): void {
  const lo = (words[at]! >>> 0) - (amount.lo >>> 0)
  words[at + 1] = words[at + 1]! - amount.hi - (lo < 0 ? 1 : 0)
  words[at] = lo | 0
}
