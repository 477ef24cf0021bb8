/* oxlint-disable typescript/no-non-null-assertion -- offsets and counts are those of the caller's own words. */
const SEED_A = 0x24234428 | 0
const SEED_B = 0x85ebca77 | 0
const SEED_C = 0x2b7e1516 | 0
const SEED_D = 0x61c88647 | 0
const PRIME_A = 0x9e3779b1 | 0
const PRIME_B = 0x85ebca77 | 0
const PRIME_C = 0xc2b2ae3d | 0
const PRIME_D = 0x27d4eb2f | 0

/**
 * Incremental hash over a stream of words: four independent 32-bit lanes of multiply and rotate (the shape of
 * xxHash32), folded to 64 bits. A lane takes two words in a step, one lane after the other. Each step is a bijection of
 * the lane in either word, so one changed word always changes the lane. The number of words is even; their division
 * into calls makes no difference.
 */
export class WordHash {
  a = SEED_A
  b = SEED_B
  c = SEED_C
  d = SEED_D
  /** Index of the next lane. */
  phase = 0

  /** Start again. */
  reset(): void {
    this.a = SEED_A
    this.b = SEED_B
    this.c = SEED_C
    this.d = SEED_D
    this.phase = 0
  }

  /** Hash words[from … to). */
  update(words: Int32Array, from: number, to: number): void {
    let at = from
    for (; this.phase !== 0 && at < to; at += 2) this.#pair(words, at)
    // `| 0` tells the compiler that these are 32-bit words from the start: that halves the time.
    let a = this.a | 0
    let b = this.b | 0
    let c = this.c | 0
    let d = this.d | 0
    const whole = to - 7
    for (; at < whole; at += 8) {
      a = Math.imul(a ^ words[at]!, PRIME_A) ^ words[at + 1]!
      b = Math.imul(b ^ words[at + 2]!, PRIME_B) ^ words[at + 3]!
      c = Math.imul(c ^ words[at + 4]!, PRIME_C) ^ words[at + 5]!
      d = Math.imul(d ^ words[at + 6]!, PRIME_D) ^ words[at + 7]!
      a = (a << 13) | (a >>> 19)
      b = (b << 13) | (b >>> 19)
      c = (c << 13) | (c >>> 19)
      d = (d << 13) | (d >>> 19)
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    for (; at < to; at += 2) this.#pair(words, at)
  }

  /** One step of the next lane. */
  #pair(words: Int32Array, at: number): void {
    const first = words[at]!
    const second = words[at + 1]!
    if (this.phase === 0) this.a = rotate(Math.imul(this.a ^ first, PRIME_A) ^ second)
    else if (this.phase === 1) this.b = rotate(Math.imul(this.b ^ first, PRIME_B) ^ second)
    else if (this.phase === 2) this.c = rotate(Math.imul(this.c ^ first, PRIME_C) ^ second)
    else this.d = rotate(Math.imul(this.d ^ first, PRIME_D) ^ second)
    this.phase = (this.phase + 1) & 3
  }

  /** The hash so far, unsigned 64 bit. */
  value(): bigint {
    const high = avalanche(this.a ^ Math.imul(this.c, PRIME_A) ^ ((this.d << 7) | (this.d >>> 25)) ^ this.phase)
    const low = avalanche(this.b ^ Math.imul(this.d, PRIME_B) ^ ((this.a << 18) | (this.a >>> 14)) ^ this.c)
    return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
  }

  /** The lanes, for a snapshot. */
  state(): number[] {
    return [this.a, this.b, this.c, this.d, this.phase]
  }

  adopt(state: readonly number[]): void {
    this.a = state[0]!
    this.b = state[1]!
    this.c = state[2]!
    this.d = state[3]!
    this.phase = state[4]!
  }
}

function rotate(word: number): number {
  return (word << 13) | (word >>> 19)
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 15), PRIME_B)
  mixed = Math.imul(mixed ^ (mixed >>> 13), PRIME_C)
  return mixed ^ (mixed >>> 16)
}
