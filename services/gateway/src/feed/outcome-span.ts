import { outcomeWords } from '@uptick/core'

/** Durable outcomes `first` … `last`, which lie in `words[from … to)`. The words are never reused. */
export interface OutcomeSpan {
  readonly words: Int32Array
  readonly from: number
  readonly to: number
  readonly first: number
  readonly last: number
}

/** The part of a span that follows `sequence`, which lies before its end. */
export function spanAfter(span: OutcomeSpan, sequence: number): OutcomeSpan {
  if (sequence < span.first) return span
  let { from } = span
  for (let skipped = span.first; skipped <= sequence; skipped++) from += outcomeWords(span.words, from)
  return { ...span, from, first: sequence + 1 }
}

/** The part of a span up to `sequence`, which is not before its beginning. */
export function spanThrough(span: OutcomeSpan, sequence: number): OutcomeSpan {
  if (sequence >= span.last) return span
  let to = span.from
  for (let taken = span.first; taken <= sequence; taken++) to += outcomeWords(span.words, to)
  return { ...span, to, last: sequence }
}
