import {
  CatalogueAt,
  EventKind,
  OUTCOME_HEADER_WORDS,
  OUTCOME_VERSION,
  outcomeEvents,
  outcomeSequence,
  outcomeVersion,
  outcomeWords,
} from '@uptick/core'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/** Layouts of outcomes that this build reads. */
export const OUTCOME_VERSIONS: readonly number[] = [OUTCOME_VERSION]

/**
 * Check that `words[start … end)` is a run of whole outcomes with whole events, so that a reader that follows their
 * lengths neither leaves it nor stands still. With `first`, their sequences are first, first + 1 … Returns how many.
 */
export function checkOutcomes(words: Int32Array, start: number, end: number, first?: number): number {
  let at = start
  let count = 0
  while (at < end) {
    if (at + OUTCOME_HEADER_WORDS > end) throw new MalformedError('outcome', 'cut short')
    const length = outcomeWords(words, at)
    if (length < OUTCOME_HEADER_WORDS || (length & 1) !== 0 || at + length > end) {
      throw new MalformedError('outcome', `length ${length}`)
    }
    const version = outcomeVersion(words, at)
    if (version !== OUTCOME_VERSION) throw new UnknownVersionError('outcome', version, OUTCOME_VERSIONS)
    if (first !== undefined && outcomeSequence(words, at) !== first + count) {
      throw new MalformedError('outcome', 'sequence has a gap')
    }
    checkEvents(words, at + OUTCOME_HEADER_WORDS, at + length, outcomeEvents(words, at))
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
    // The only event whose text has a length of its own.
    if ((words[at] & 0xff) === EventKind.CATALOGUE) {
      const bytes = words[at + CatalogueAt.BYTES]
      if (bytes < 0 || bytes > (length - CatalogueAt.TEXT) * 4) throw new MalformedError('outcome', 'text of an event')
    }
    at += length
    events++
  }
  if (events !== expected) throw new MalformedError('outcome', `${events} events instead of ${expected}`)
}
