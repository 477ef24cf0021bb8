import {
  EventKind,
  eachEvent,
  executionAccount,
  executionIsMaker,
  isFirstFill,
  outcomeEvents,
  outcomeRepeated,
  outcomeSequence,
  outcomeSession,
  outcomeTime,
  outcomeWords,
} from '@uptick/core'
import type { EngineLink } from '../engine-link/link.ts'
import type { FillCredit, Limits } from './limits.ts'

/**
 * Lowers an account's count of unfilled orders with the first fill of each of its orders, wherever that was sent.
 * Create it before anything answers callers, so that a reply shows the count after its own fill.
 */
export function creditFills(
  link: Pick<EngineLink, 'onOutcomes' | 'session'>,
  limits: Pick<Limits, 'filled' | 'opened'>,
): void {
  let own = link.session
  limits.opened(own)
  link.onOutcomes((words, from, to) => {
    if (link.session !== own) limits.opened((own = link.session))
    for (let at = from; at < to; at += outcomeWords(words, at)) {
      if (outcomeEvents(words, at) === 0 || outcomeRepeated(words, at)) continue
      const fills = firstFills(words, at)
      if (fills.length === 0) continue
      const session = outcomeSession(words, at)
      const cause = session === own ? 'here' : session === 0 ? 'engine' : 'elsewhere'
      limits.filled(fills, { sequence: outcomeSequence(words, at), session, time: outcomeTime(words, at) }, cause)
    }
  })
}

/** Those of the outcome's fills that are the first of their orders. */
function firstFills(words: Int32Array, at: number): FillCredit[] {
  const fills: FillCredit[] = []
  eachEvent(words, at, (kind, event) => {
    if (kind !== EventKind.EXECUTION || !isFirstFill(words, event)) return
    fills.push({ account: executionAccount(words, event), maker: executionIsMaker(words, event) })
  })
  return fills
}
