import { wordAt } from '@uptick/core'

const probe = new Uint32Array(new Uint8Array([1, 0, 0, 0]).buffer)

// Every layout here is little-endian memory that is read in place.
if (probe[0] !== 1) throw new Error('this host is big-endian; journal and link layouts are little-endian')

/**
 * The bytes as 32-bit words. Buffers of `pg` and `ws` are slices of a pool and may start anywhere: those are copied
 * once, those aligned to 8 bytes are only viewed. Trailing bytes that make no whole word are cut off (callers check the length).
 */
export function alignedWords(bytes: Uint8Array): Int32Array {
  const words = bytes.byteLength >>> 2
  if ((bytes.byteOffset & 7) === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, words)
  const copy = new Uint8Array((words + 1) << 2)
  copy.set(bytes.subarray(0, words << 2))
  return new Int32Array(copy.buffer, 0, words)
}

/** The float64 at `at`, as `wordAt`; a function of its own, so that each reads one kind of array and stays fast. */
export function floatAt(floats: Float64Array, at: number): number {
  const float = floats[at]
  if (float === undefined) throw new RangeError(`no float lies at ${at}`)
  return float
}

let viewedWords: Int32Array = new Int32Array(0)
let viewedFloats: Float64Array = new Float64Array(0)

/**
 * The same memory as float64, index = word offset / 2. The view of the words met last is kept, since records are read
 * one after another from the same buffer. Words must start at a multiple of 8 bytes (`alignedWords` sees to it).
 */
export function floatsOver(words: Int32Array): Float64Array {
  if (words !== viewedWords) {
    viewedFloats = new Float64Array(words.buffer, words.byteOffset, words.length >> 1)
    viewedWords = words
  }
  return viewedFloats
}

const scratchFloat = new Float64Array(1)
const scratchWords = new Int32Array(scratchFloat.buffer)

/** The float64 that lies in two words; needs no 8-byte alignment and allocates nothing. */
export function readFloat(words: Int32Array, at: number): number {
  scratchWords[0] = wordAt(words, at)
  scratchWords[1] = wordAt(words, at + 1)
  return floatAt(scratchFloat, 0)
}

/** Put a float64 into two words. */
export function writeFloat(words: Int32Array, at: number, value: number): void {
  scratchFloat[0] = value
  words[at] = wordAt(scratchWords, 0)
  words[at + 1] = wordAt(scratchWords, 1)
}

/** A signed 64-bit integer that lies in two words, low word first. */
export function readInt64(words: Int32Array, at: number): bigint {
  return (BigInt(wordAt(words, at + 1)) << 32n) | BigInt(wordAt(words, at) >>> 0)
}

/** Put a 64-bit integer (signed or unsigned) into two words, low word first. */
export function writeInt64(words: Int32Array, at: number, value: bigint): void {
  words[at] = Number(BigInt.asIntN(32, value))
  words[at + 1] = Number(BigInt.asIntN(32, value >> 32n))
}
