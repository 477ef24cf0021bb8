import { EventKind, type LevelEvent, readEvent, type TradeEvent } from '@uptick/core'

/** The trade whose first word lies at `at`; `undefined` for an event of another kind, which is not read. */
export function tradeAt(kind: EventKind, words: Int32Array, at: number): TradeEvent | undefined {
  if (kind !== EventKind.TRADE) return undefined
  const event = readEvent(words, at)
  return event.kind === EventKind.TRADE ? event : undefined
}

/** The change of a level whose first word lies at `at`; `undefined` as above. */
export function levelAt(kind: EventKind, words: Int32Array, at: number): LevelEvent | undefined {
  if (kind !== EventKind.LEVEL) return undefined
  const event = readEvent(words, at)
  return event.kind === EventKind.LEVEL ? event : undefined
}
