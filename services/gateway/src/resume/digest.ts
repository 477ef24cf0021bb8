import type { EventKind } from '@uptick/core'
import type { Render } from '../streams/channel.ts'

export type { Render }

/** When payloads are asked for: at the end of a span of outcomes, or by the clock every 100 ms. */
export interface Moment {
  /** µs. */
  readonly now: number
  readonly isTick: boolean
  /** The first tick of a second. */
  readonly isNewSecond: boolean
}

/** The end of a span of outcomes. */
export function spanEnd(now: number): Moment {
  return { now, isTick: false, isNewSecond: false }
}

/**
 * Makes the payloads of one stream out of outcomes. It is given them one after the other without a gap, and says what
 * is to be told of them at the moments at which the stream tells anything.
 */
export interface Digest {
  /** An event of the key that the stream is filed under. */
  event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void
  /** The outcome is over; called when it had such an event. */
  outcomeEnds(sequence: number, time: number): void
  /** Whether the stream tells something at such a moment, if there is anything to tell. */
  isDue(moment: Moment): boolean
  /** What is to be told of everything since the last call, oldest first. */
  flush(moment: Moment): readonly Render[]
}

/** What an answer of `resume-too-old` brings in place of what is missing, as JSON text, and when that was. */
export interface Snapshot {
  /** Everything up to this sequence is contained. */
  readonly last: number
  readonly render: Render
}

/** Where a subscriber goes on: after that sequence, which was at `time` (µs). */
export interface ResumedAt {
  readonly position: number
  readonly time: number
}

/** How one stream is made. */
export interface DigestSource {
  /** Market (symbol id) or account whose events it is made of; `undefined` while that is not known. */
  readonly key: number | undefined
  /** Whoever resumes must be told every event since, so that they have to be read. */
  readonly readsPast: boolean
  /** Where it goes on also depends on when that was. */
  readonly needsTime: boolean
  /** A new digest, once the key is known. One that does not resume first tells the present state, if the stream has one. */
  open(resumed?: ResumedAt): Digest
  /** What stands in for events that are gone; `undefined` when it cannot be had now. Never rejects. */
  snapshot(): Promise<Snapshot | undefined>
}
