import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Render, Tell } from './message.ts'

/** When a stream may tell something: at the end of a frame of outcomes, or by the clock every 100 ms. */
export interface Moment {
  /** µs. */
  readonly now: number
  readonly isTick: boolean
  /** The first tick of a second. */
  readonly isNewSecond: boolean
}

/** The end of a frame of outcomes. */
export function frameEnd(now: number): Moment {
  return { now, isTick: false, isNewSecond: false }
}

/**
 * Makes the messages of one stream out of outcomes, which it is given one after the other without a gap. It tells of an event
 * at once, and of a state at the moments at which the stream tells anything.
 */
export interface Digest extends Reader {
  /** Whether the stream tells something at such a moment, if there is anything to tell. */
  isDue(moment: Moment): boolean
  /** Tell what there is to tell of everything since the last call. */
  flush(moment: Moment): void
  /** A subscriber joined that knows nothing: tell the state again when it is due, changed or not. */
  renew(): void
}

/** Tells each event at once. */
export abstract class EventDigest implements Digest {
  abstract event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void

  outcomeEnds(_sequence: number, _time: number): void {}

  isDue(): boolean {
    return true
  }

  flush(): void {}

  renew(): void {}
}

/** Tells a state, which it reads when it is due: events pass it by. */
export abstract class StateDigest implements Digest {
  event(): void {}

  outcomeEnds(): void {}

  abstract isDue(moment: Moment): boolean

  abstract flush(moment: Moment): void

  renew(): void {}
}

/** What an answer of `resume-too-old` or `resume-unknown` brings in place of what is missing, as JSON text, and when that was. */
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

/** What kind of stream it is. */
export interface StreamTraits {
  /** Among streams of one key the lower one speaks first. */
  readonly order: number
  /** What is told depends on the events alone, not on what was told before: one digest does for all. */
  readonly isMemoryless: boolean
  /** Plain subscribers hear of changes at the end of a frame, and by the clock only what it is when they join. */
  readonly followsFrames: boolean
  /** Each message builds on the one before: a subscriber that misses one must begin anew. */
  readonly followsChanges: boolean
  /**
   * It tells events, or changes: a subscriber that resumes must be told every one since, so that they have to be read.
   * Others tell a state, and its newest stands for all that was before.
   */
  readonly readsPast: boolean
  /** Where it goes on also depends on when that was. */
  readonly needsTime: boolean
}

/** How one stream is made. A new stream is a source, its digest, and a name. */
export interface DigestSource {
  readonly traits: StreamTraits
  /** Market (symbol id) or account whose events it is made of; `undefined` while that is not known. */
  readonly key: number | undefined
  /** A new digest, once the key is known. One that does not resume first tells the present state, if the stream has one. */
  open(tell: Tell, resumed?: ResumedAt): Digest
  /** What stands in for events that are gone, or the present state; `undefined` when it cannot be had now. Never rejects. */
  snapshot(): Promise<Snapshot | undefined>
}
