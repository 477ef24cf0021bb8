/**
 * The random numbers of the flow: sfc32 (Chris Doty-Humphrey, PractRand), its state filled by splitmix32 from the seed
 * and stirred sixteen times. 32-bit arithmetic only, so any language gives the same sequence.
 */
export class FlowRandom {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    let state = seed | 0
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad)
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
      return mixed ^ (mixed >>> 15)
    }
    this.#a = fill()
    this.#b = fill()
    this.#c = fill()
    for (let stirred = 0; stirred < 16; stirred++) this.word()
  }

  /** The next unsigned 32-bit word. */
  word(): number {
    const out = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + out) | 0
    return out >>> 0
  }

  /** Uniform in 0 … bound − 1; always uses one word. */
  below(bound: number): number {
    return Math.floor((this.word() / 4_294_967_296) * bound)
  }
}
