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
import type { Digest } from './digest.ts'
import type { OutcomeSpan } from './outcome-span.ts'

/** Whom an event is for; `undefined`: nobody. */
export type KeyOf = (kind: EventKind, words: Int32Array, at: number) => number | undefined

export type Reader = Pick<Digest, 'event' | 'outcomeEnds'>

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

/**
 * Hand the events of a span to those who read their key. A repeated reply tells of the past and is passed over.
 * `touched` takes up whoever was given something.
 */
export function walk<R extends Reader>(
  { words, from, to }: OutcomeSpan,
  keyOf: KeyOf,
  readersOf: (key: number) => Iterable<R> | undefined,
  touched: Set<R>,
): void {
  const inOutcome = new Set<R>()
  for (let at = from; at < to; at += outcomeWords(words, at)) {
    if (outcomeRepeated(words, at)) continue
    const sequence = outcomeSequence(words, at)
    const time = outcomeTime(words, at)
    eachEvent(words, at, (kind, event) => {
      const key = keyOf(kind, words, event)
      const readers = key === undefined ? undefined : readersOf(key)
      if (!readers) return
      for (const reader of readers) {
        reader.event(kind, words, event, sequence, time)
        inOutcome.add(reader)
      }
    })
    if (inOutcome.size === 0) continue
    for (const reader of inOutcome) {
      reader.outcomeEnds(sequence, time)
      touched.add(reader)
    }
    inOutcome.clear()
  }
}
