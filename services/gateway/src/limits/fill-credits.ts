import {
  EventKind,
  ExecutionAt,
  ExecutionType,
  ImageAt,
  MAKER_FLAG,
  doubleAt,
  eachEvent,
  outcomeEvents,
  outcomeRepeated,
  outcomeSession,
  outcomeWords,
} from '@uptick/core'
import type { EngineLink } from '../engine-link/link.ts'
import type { Limits } from './limits.ts'

/**
 * Lowers an account's count of unfilled orders with the first fill of each of its orders, wherever that was sent.
 * Create it before anything answers callers, so that a reply shows the count after its own fill.
 */
export function creditFills(link: Pick<EngineLink, 'onOutcomes' | 'session'>, limits: Pick<Limits, 'filled'>): void {
  link.onOutcomes((words, from, to) => {
    for (let at = from; at < to; at += outcomeWords(words, at)) {
      if (outcomeEvents(words, at) === 0 || outcomeRepeated(words, at)) continue
      const isOwn = outcomeSession(words, at) === link.session
      eachEvent(words, at, (kind, event) => {
        if (kind === EventKind.EXECUTION) creditFill(words, event, limits, isOwn)
      })
    }
  })
}

function creditFill(words: Int32Array, event: number, limits: Pick<Limits, 'filled'>, isOwn: boolean): void {
  const packed = words[event + ExecutionAt.PACKED]!
  if ((packed & 0xff) !== ExecutionType.TRADE) return
  const image = event + ExecutionAt.IMAGE
  const isFirst = doubleAt(words, image + ImageAt.EXECUTED) === doubleAt(words, event + ExecutionAt.LAST_QUANTITY)
  if (isFirst) limits.filled(words[image + ImageAt.ACCOUNT]!, (packed & (MAKER_FLAG << 16)) !== 0, isOwn)
}
