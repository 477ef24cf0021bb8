import {
  BalanceAt,
  EventKind,
  FundsAt,
  LevelAt,
  TradeAt,
  eachEvent,
  executionAccount,
  outcomeRepeated,
  outcomeSequence,
  outcomeTime,
  outcomeWords,
} from '@uptick/core'
import type { OutcomeSpan } from './outcome-span.ts'

/** The key of the reader that an event is for; `undefined` when it is for none. */
export type KeyOf = (kind: EventKind, words: Int32Array, at: number) => number | undefined

/** Reads the events of one key. */
export interface Reader {
  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void
  /** The outcome ends. Called only when it had an event for this reader. */
  outcomeEnds(sequence: number, time: number): void
}

/** Visit the outcomes of a span. A repeated reply describes the past and is skipped. */
export function eachOutcome(
  { words, from, to }: Pick<OutcomeSpan, 'words' | 'from' | 'to'>,
  visit: (at: number, sequence: number, time: number) => void,
): void {
  for (let at = from; at < to; at += outcomeWords(words, at)) {
    if (!outcomeRepeated(words, at)) visit(at, outcomeSequence(words, at), outcomeTime(words, at))
  }
}

/** The symbol of public events. */
export const symbolOf: KeyOf = (kind, words, at) => {
  if (kind === EventKind.LEVEL) return words[at + LevelAt.SYMBOL]
  return kind === EventKind.TRADE ? words[at + TradeAt.SYMBOL] : undefined
}

/** The account of private events. */
export const accountOf: KeyOf = (kind, words, at) => {
  if (kind === EventKind.EXECUTION) return executionAccount(words, at)
  if (kind === EventKind.BALANCE) return words[at + BalanceAt.ACCOUNT]
  return kind === EventKind.FUNDS ? words[at + FundsAt.ACCOUNT] : undefined
}

/** Hand the events of a span to the readers of their keys. `touched` collects the readers that got an event. */
export function walk<R extends Reader>(
  span: OutcomeSpan,
  keyOf: KeyOf,
  readersOf: (key: number) => Iterable<R> | undefined,
  touched: Set<R>,
): void {
  const { words } = span
  const inOutcome = new Set<R>()
  eachOutcome(span, (at, sequence, time) => {
    eachEvent(words, at, (kind, event) => {
      const key = keyOf(kind, words, event)
      const readers = key === undefined ? undefined : readersOf(key)
      if (!readers) return
      for (const reader of readers) {
        reader.event(kind, words, event, sequence, time)
        inOutcome.add(reader)
      }
    })
    if (inOutcome.size === 0) return
    for (const reader of inOutcome) {
      reader.outcomeEnds(sequence, time)
      touched.add(reader)
    }
    inOutcome.clear()
  })
}
