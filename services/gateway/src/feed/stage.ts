import type { EngineLink } from '../engine-link/link.ts'
import type { OutcomeSpan } from './outcome-span.ts'

/** One part of the gateway that follows the feed of a shard. */
export interface Stage {
  /** The outcomes of one frame, in order and without gaps. */
  frame(span: OutcomeSpan): void
  /** The feed continues at `next` after a gap, or begins there: rebuild the state as of `next` − 1. */
  restart?(next: number): void
}

export type FeedLink = Pick<EngineLink, 'onOutcomes' | 'onFeedReset'>

/** Hand each frame of the feed, and each gap, to the stages in their order. Call it before the link is started. */
export function followInOrder(link: FeedLink, stages: readonly Stage[]): void {
  link.onOutcomes((words, from, to, first, last) => {
    const span = { words, from, to, first, last }
    for (const stage of stages) stage.frame(span)
  })
  link.onFeedReset((next) => {
    for (const stage of stages) stage.restart?.(next)
  })
}
