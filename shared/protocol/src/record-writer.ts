/** Words that one writer may hold: 64 MiB. A caller that gets here has lost its own, much smaller, bound. */
export const WRITER_WORDS_MAX = 1 << 24

/**
 * A growable run of 32-bit words, seen as words, float64 and bytes over the same memory. Kept and cleared between
 * uses, so that a steady state allocates nothing.
 */
export class RecordWriter {
  words: Int32Array<ArrayBuffer>
  floats: Float64Array<ArrayBuffer>
  bytes: Uint8Array<ArrayBuffer>
  /** Words written so far; records keep it even. */
  length = 0

  /** `capacity` in words. */
  constructor(capacity = 4096) {
    const buffer = new ArrayBuffer(Math.ceil(Math.max(capacity, 16) / 2) * 8)
    this.words = new Int32Array(buffer)
    this.floats = new Float64Array(buffer)
    this.bytes = new Uint8Array(buffer)
  }

  /** Make room for `more` words past `length`; throws a RangeError past WRITER_WORDS_MAX. The views may be replaced. */
  reserve(more: number): void {
    const needed = this.length + more
    if (needed > this.words.length) this.#grow(needed)
  }

  clear(): void {
    this.length = 0
  }

  /** The bytes written so far, without a copy: valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.length << 2)
  }

  #grow(needed: number): void {
    if (needed > WRITER_WORDS_MAX) throw new RangeError(`record writer is past ${WRITER_WORDS_MAX} words`)
    let capacity = this.words.length
    while (capacity < needed) capacity *= 2
    const buffer = new ArrayBuffer(capacity * 4)
    const words = new Int32Array(buffer)
    words.set(this.words.subarray(0, this.length))
    this.words = words
    this.floats = new Float64Array(buffer)
    this.bytes = new Uint8Array(buffer)
  }
}
