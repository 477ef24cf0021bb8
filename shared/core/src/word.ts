/* oxlint-disable typescript/no-non-null-assertion -- offsets and counts are those of the caller's own words. */
/** Reading 64-bit values out of 32-bit words (little endian, low word first) at any offset. */

const pair = new Int32Array(2)
const asDouble = new Float64Array(pair.buffer)

function outOfRange(at: number): never {
  throw new RangeError(`no word lies at ${at}`)
}

/** The word at `at`. The reader has checked a length before, so a missing word is an assertion. */
export function wordAt(words: Int32Array, at: number): number {
  const word = words[at]
  return word === undefined ? outOfRange(at) : word
}

/** The double whose two words begin at `at`. */
export function doubleAt(words: Int32Array, at: number): number {
  pair[0] = words[at]!
  pair[1] = words[at + 1]!
  return asDouble[0]!
}

/** The signed 64-bit amount whose two words begin at `at`. */
export function amountAt(words: Int32Array, at: number): bigint {
  return (BigInt(words[at + 1]!) << 32n) | BigInt(words[at]! >>> 0)
}

/** Copy a few words; `set` with a subarray would make an object each time. */
export function copyWords(from: Int32Array, at: number, to: Int32Array, toAt: number, count: number): void {
  const whole = count - 3
  let i = 0
  // Four in a step: the check of the loop costs as much as two words.
  for (; i < whole; i += 4) {
    to[toAt + i] = from[at + i]!
    to[toAt + i + 1] = from[at + i + 1]!
    to[toAt + i + 2] = from[at + i + 2]!
    to[toAt + i + 3] = from[at + i + 3]!
  }
  for (; i < count; i++) to[toAt + i] = from[at + i]!
}
