const SEED_A = 0x24234428 | 0
const SEED_B = 0x85ebca77 | 0
const SEED_C = 0x2b7e1516 | 0
const SEED_D = 0x61c88647 | 0
const PRIME_A = 0x9e3779b1 | 0
const PRIME_B = 0x85ebca77 | 0
const PRIME_C = 0xc2b2ae3d | 0
const PRIME_D = 0x27d4eb2f | 0

/**
 * Incremental hash over words: four independent 32-bit lanes of multiply and rotate (the shape of xxHash32), folded to
 * 64 bits. Each step is a bijection of its lane, so one changed word always changes the lane.
 */
export class WordHash {
  a = SEED_A
  b = SEED_B
  c = SEED_C
  d = SEED_D

  /** Begin anew. */
  reset(): void {
    this.a = SEED_A
    this.b = SEED_B
    this.c = SEED_C
    this.d = SEED_D
  }

  /** Take words[from … to). Their number is even; each call begins at the first lane. */
  update(words: Int32Array, from: number, to: number): void {
    // `| 0` tells the compiler that these are 32-bit words from the start: it halves the time.
    let a = this.a | 0
    let b = this.b | 0
    let c = this.c | 0
    let d = this.d | 0
    const whole = to - 3
    let at = from
    for (; at < whole; at += 4) {
      a = Math.imul(a ^ words[at]!, PRIME_A)
      b = Math.imul(b ^ words[at + 1]!, PRIME_B)
      c = Math.imul(c ^ words[at + 2]!, PRIME_C)
      d = Math.imul(d ^ words[at + 3]!, PRIME_D)
      a = (a << 13) | (a >>> 19)
      b = (b << 13) | (b >>> 19)
      c = (c << 13) | (c >>> 19)
      d = (d << 13) | (d >>> 19)
    }
    if (at < to) {
      a = Math.imul(a ^ words[at]!, PRIME_A)
      b = Math.imul(b ^ words[at + 1]!, PRIME_B)
      a = (a << 13) | (a >>> 19)
      b = (b << 13) | (b >>> 19)
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = d
  }

  /** The hash so far, unsigned 64 bit. */
  value(): bigint {
    const high = avalanche(this.a ^ Math.imul(this.c, PRIME_A) ^ ((this.d << 7) | (this.d >>> 25)))
    const low = avalanche(this.b ^ Math.imul(this.d, PRIME_B) ^ ((this.a << 18) | (this.a >>> 14)) ^ this.c)
    return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  }
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 15), PRIME_B)
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_C)
  return mixed ^ (mixed >>> 16)
}
