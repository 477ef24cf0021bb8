import { readFloat } from './aligned.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/** Layout of an outcome as far as its chain of lengths goes; the core owns the rest. */
const OUTCOME_HEADER_WORDS = 18
export const OUTCOME_VERSION = 1
export const OUTCOME_VERSIONS: readonly number[] = [OUTCOME_VERSION]

/**
 * Check that `words[start … end)` is a run of whole outcomes with whole events, so that a reader that follows their
 * lengths neither leaves it nor stands still. With `first`, their sequences are first, first + 1 … Returns how many.
 */
export function checkOutcomes(words: Int32Array, start: number, end: number, first?: number): number {
  let at = start
  let count = 0
  while (at < end) {
    const length = words[at]
    if (length < OUTCOME_HEADER_WORDS || (length & 1) !== 0 || at + length > end) {
      throw new MalformedError('outcome', `length ${length}`)
    }
    if (words[at + 15] !== OUTCOME_VERSION) {
      throw new UnknownVersionError('outcome', words[at + 15], OUTCOME_VERSIONS)
    }
    if (first !== undefined && readFloat(words, at + 4) !== first + count) {
      throw new MalformedError('outcome', 'sequence has a gap')
    }
    checkEvents(words, at + OUTCOME_HEADER_WORDS, at + length, words[at + 14])
    at += length
    count++
  }
  return count
}

function checkEvents(words: Int32Array, start: number, end: number, expected: number): void {
  let at = start
  let events = 0
  while (at < end) {
    const length = words[at] >>> 8
    if (length < 2 || (length & 1) !== 0 || at + length > end) throw new MalformedError('outcome', 'length of an event')
    at += length
    events++
  }
  if (events !== expected) throw new MalformedError('outcome', `${events} events instead of ${expected}`)
}
