/** What a request may be long for its own weight: no ordinary one comes near. */
const BYTES_PER_WEIGHT = 8 * 1024

/** The weight of reading a request of this length, in bytes or characters, past that of what it asks for. */
export function readingWeight(length: number): number {
  return Math.floor(length / BYTES_PER_WEIGHT)
}
