/** Bytes of a request that its own weight covers. No ordinary request comes near. */
const BYTES_PER_WEIGHT = 8 * 1024

/** The weight of reading a request of this length (bytes or characters), in addition to the operation's weight. */
export function readingWeight(length: number): number {
  return Math.floor(length / BYTES_PER_WEIGHT)
}
