import type { EventKind } from '@uptick/core'
import type { Reader } from '../feed/walk.ts'
import type { Render, Tell } from './message.ts'

/** A moment at which a stream may send: the end of a frame of outcomes, or a tick of the clock every 100 ms. */
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
 * Makes the messages of one stream from outcomes, which it gets in order without a gap. It sends events at once, and a
 * state when the stream is due.
 */
export interface Digest extends Reader {
  /** Whether the stream sends at this moment, if it has anything to send. */
  isDue(moment: Moment): boolean
  /** Send everything since the last call. */
  flush(moment: Moment): void
  /** A new subscriber joined: send the state when it is next due, even unchanged. */
  renew(): void
}

/** Sends each event at once. */
export abstract class EventDigest implements Digest {
  abstract event(kind: EventKind, words: Int32Array, at: number, sequence: number, time: number): void

  outcomeEnds(_sequence: number, _time: number): void {}

  isDue(): boolean {
    return true
  }

  flush(): void {}

  renew(): void {}
}

/** Sends a state, which it reads when it is due. It ignores events. */
export abstract class StateDigest implements Digest {
  event(): void {}

  outcomeEnds(): void {}

  abstract isDue(moment: Moment): boolean

  abstract flush(moment: Moment): void

  renew(): void {}
}

/** The JSON text that `resume-too-old` or `resume-unknown` brings for what is missing, with its sequence and time. */
export interface Snapshot {
  /** Everything up to this sequence is contained. */
  readonly last: number
  readonly render: Render
}

/** Where a subscriber continues: after that sequence, which was at `time` (µs). */
export interface ResumedAt {
  readonly position: number
  readonly time: number
}

/** What kind of stream it is. */
export interface StreamTraits {
  /** Streams of one key send in this order, lowest first. */
  readonly order: number
  /** Messages depend on the events alone, not on earlier messages: one digest serves all subscribers. */
  readonly isMemoryless: boolean
  /** Plain subscribers get changes at the end of a frame. The clock only sends the state to those who joined. */
  readonly followsFrames: boolean
  /** Each message builds on the one before: a subscriber that misses one must start again. */
  readonly followsChanges: boolean
  /**
   * The stream sends events or changes: a subscriber that resumes needs every one since, so they have to be read. Other
   * streams send a state, and its newest value replaces all before.
   */
  readonly readsPast: boolean
  /** The place where it continues also depends on the time of the position. */
  readonly needsTime: boolean
}

/** How one stream is made. A new stream needs a source, a digest, and a name. */
export interface DigestSource {
  readonly traits: StreamTraits
  /** Market (symbol id) or account whose events it is made of; `undefined` while that is not known. */
  readonly key: number | undefined
  /**
   * A new digest, once the key is known. One that does not resume first sends the present state, if the stream has one.
   */
  open(tell: Tell, resumed?: ResumedAt): Digest
  /** Stands in for events that are gone, or is the present state; `undefined` when it is unavailable. Never rejects. */
  snapshot(): Promise<Snapshot | undefined>
}
