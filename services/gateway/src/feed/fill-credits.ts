import {
  EventKind,
  eachEvent,
  executionAccount,
  executionIsMaker,
  isFirstFill,
  outcomeEvents,
  outcomeSession,
} from '@uptick/core'
import type { EngineLink } from '../engine-link/link.ts'
import type { FillCredit, Limits } from '../limits/limits.ts'
import type { Stage } from './stage.ts'
import { eachOutcome } from './walk.ts'

/** Lowers an account's count of unfilled orders at the first fill of each order, whichever gateway placed it. */
export function creditFills(link: Pick<EngineLink, 'session'>, limits: Pick<Limits, 'filled' | 'opened'>): Stage {
  let own = link.session
  limits.opened(own)
  return {
    frame(span) {
      if (link.session !== own) limits.opened((own = link.session))
      const { words } = span
      eachOutcome(span, (at, sequence, time) => {
        if (outcomeEvents(words, at) === 0) return
        const fills = firstFills(words, at)
        if (fills.length === 0) return
        const session = outcomeSession(words, at)
        const cause = session === own ? 'here' : session === 0 ? 'engine' : 'elsewhere'
        limits.filled(fills, { sequence, session, time }, cause)
      })
    },
  }
}

/** The fills of the outcome that are the first of their order. */
function firstFills(words: Int32Array, at: number): FillCredit[] {
  const fills: FillCredit[] = []
  eachEvent(words, at, (kind, event) => {
    if (kind !== EventKind.EXECUTION || !isFirstFill(words, event)) return
    fills.push({ account: executionAccount(words, event), maker: executionIsMaker(words, event) })
  })
  return fills
}
