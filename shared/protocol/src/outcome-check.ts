import {
  CatalogueAt,
  COMPACT_OUTCOME_VERSION,
  EventKind,
  isCompact,
  OUTCOME_HEADER_WORDS,
  OUTCOME_VERSION,
  outcomeEvents,
  outcomeSequence,
  outcomeVersion,
  outcomeWords,
  tradeOf,
  wordAt,
} from '@uptick/core'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/** Layouts of outcomes that this build reads. */
export const OUTCOME_VERSIONS: readonly number[] = [OUTCOME_VERSION, COMPACT_OUTCOME_VERSION]

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
    if (!OUTCOME_VERSIONS.includes(version)) throw new UnknownVersionError('outcome', version, OUTCOME_VERSIONS)
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
  let trade = -1
  while (at < end) {
    const length = wordAt(words, at) >>> 8
    const kind = wordAt(words, at) & 0xff
    if (length < 2 || (length & 1) !== 0 || at + length > end) throw new MalformedError('outcome', 'length of an event')
    // The only event whose text has a length of its own.
    if (kind === EventKind.CATALOGUE) {
      if (length < CatalogueAt.TEXT) throw new MalformedError('outcome', 'length of an event')
      const bytes = wordAt(words, at + CatalogueAt.BYTES)
      if (bytes < 0 || bytes > (length - CatalogueAt.TEXT) * 4) throw new MalformedError('outcome', 'text of an event')
    }
    if (kind === EventKind.TRADE) trade = at
    else if (kind === EventKind.EXECUTION && isCompact(words, at) && tradeOf(words, at) !== trade) {
      throw new MalformedError('outcome', 'a fill without its trade')
    }
    at += length
    events++
  }
  if (events !== expected) throw new MalformedError('outcome', `${events} events instead of ${expected}`)
}
