import type { Command } from '@uptick/core'
import { writeFloat } from './aligned.ts'
import { encodeCommand } from './command-encode.ts'
import { frameBytes, FrameType, LINK_VERSION, LINK_VERSIONS, newFrame, newJsonFrame } from './link-frame.ts'
import { RecordWriter } from './record-writer.ts'
import { copyRecord } from './record-view.ts'

/** The newest outcome that a gateway was fed: where it is, and in which history. */
export interface Seen {
  readonly sequence: number
  /** Of the batch that it came in. */
  readonly epoch: number
  /** `outcomeSum` of it. */
  readonly sum: number
}

/** Gateway to engine, first frame of a link. */
export interface Hello {
  /** Name of the gateway instance, for logs. */
  readonly instance: string
  /** The gateway's session; 0 for a link that sends no commands. */
  readonly session: number
  /** Feed the outcomes from this sequence on; −1: no feed. */
  readonly feedFrom: number
  /** What came before `feedFrom`, as far as the gateway was fed it; a release that knows of none says nothing. */
  readonly seen?: Seen | undefined
}

/** Engine to gateway, answers HELLO. */
export interface Welcome {
  readonly shard: number
  readonly epoch: number
  /** Last durable sequence. */
  readonly durable: number
  /** First sequence that the engine can still feed; a feed from before it starts there and leaves a gap to backfill. */
  readonly oldest: number
  /** Commands that may be unanswered on this link. */
  readonly windowMax: number
  readonly extras: unknown
}

/** HELLO: `w2, w3` lowest and highest version spoken · f64@4 session · f64@6 feedFrom · w8 bytes · JSON @10. */
export function encodeHello(hello: Hello): Buffer<ArrayBuffer> {
  const frame = newJsonFrame(FrameType.HELLO, 10, 8, { instance: hello.instance, seen: hello.seen })
  frame[2] = Math.min(...LINK_VERSIONS)
  frame[3] = Math.max(...LINK_VERSIONS)
  writeFloat(frame, 4, hello.session)
  writeFloat(frame, 6, hello.feedFrom)
  return frameBytes(frame)
}

/** WELCOME: w2 shard · w3 windowMax · f64@4 epoch · f64@6 durable · f64@8 oldest · w10 bytes · JSON @12. */
export function encodeWelcome(welcome: Welcome): Buffer<ArrayBuffer> {
  const frame = newJsonFrame(FrameType.WELCOME, 12, 10, welcome.extras ?? null)
  frame[2] = welcome.shard
  frame[3] = welcome.windowMax
  writeFloat(frame, 4, welcome.epoch)
  writeFloat(frame, 6, welcome.durable)
  writeFloat(frame, 8, welcome.oldest)
  return frameBytes(frame)
}

/** QUERY: f64@2 id · w4 bytes · JSON @6. `body` must be JSON already: 64-bit amounts as decimal text. */
export function encodeQuery(id: number, body: unknown): Buffer<ArrayBuffer> {
  const frame = newJsonFrame(FrameType.QUERY, 6, 4, body)
  writeFloat(frame, 2, id)
  return frameBytes(frame)
}

/** ANSWER: f64@2 id of the query · f64@4 the sequence whose state it shows · w6 bytes · JSON @8. */
export function encodeAnswer(id: number, sequence: number, body: unknown): Buffer<ArrayBuffer> {
  const frame = newJsonFrame(FrameType.ANSWER, 8, 6, body)
  writeFloat(frame, 2, id)
  writeFloat(frame, 4, sequence)
  return frameBytes(frame)
}

/** GOODBYE: w2 bytes · JSON @4. The engine sends nothing more on this link; look for the leader. */
export function encodeGoodbye(reason: unknown): Buffer<ArrayBuffer> {
  return frameBytes(newJsonFrame(FrameType.GOODBYE, 4, 2, reason))
}

/**
 * OUTCOMES: f64@2 epoch · f64@4 first · f64@6 last sequence · outcome words @8: durable outcomes of consecutive
 * sequences, copied from `words[start … end)` (outcomes are an even number of words).
 */
export function encodeOutcomes(
  epoch: number,
  first: number,
  last: number,
  words: Int32Array,
  start = 0,
  end: number = words.length,
): Buffer<ArrayBuffer> {
  const frame = newFrame(FrameType.OUTCOMES, OUTCOMES_HEADER_WORDS + end - start)
  writeOutcomesHeader(frame, epoch, first, last)
  frame.set(words.subarray(start, end), OUTCOMES_HEADER_WORDS)
  return frameBytes(frame)
}

/** Words before the outcomes of an OUTCOMES frame. */
export const OUTCOMES_HEADER_WORDS = 8

/** Complete an OUTCOMES frame that lies in memory of the caller's: `frame` is all of it, an even number of words. */
export function writeOutcomesHeader(frame: Int32Array, epoch: number, first: number, last: number): void {
  frame[0] = FrameType.OUTCOMES | (LINK_VERSION << 8)
  frame[1] = frame.length
  writeFloat(frame, 2, epoch)
  writeFloat(frame, 4, first)
  writeFloat(frame, 6, last)
}

/** REPLIES: w2 number of outcomes · outcome words @4, in any order of sequence, for links without a feed. */
export function encodeReplies(
  count: number,
  words: Int32Array,
  start = 0,
  end: number = words.length,
): Buffer<ArrayBuffer> {
  const frame = newFrame(FrameType.REPLIES, 4 + end - start)
  frame[2] = count
  frame.set(words.subarray(start, end), 4)
  return frameBytes(frame)
}

/** Words before the records of a COMMANDS frame without a deadline, and of one that has one. */
export const COMMANDS_HEADER_WORDS = 6
export const TIMED_HEADER_WORDS = 8
/** In w5 of COMMANDS: a deadline follows. A release that knows none leaves the word 0 and does not look at it. */
export const TIMED = 1

/**
 * Builds COMMANDS frames: f64@2 session · w4 records · w5 0, records @6; or w5 1, f64@6 deadline, records @8. The deadline
 * is a moment of the engine's monotonic clock, ms: what it has not sequenced by then it must not execute. Only an engine
 * that has told that clock is sent one. One builder is kept per link: `begin`, `add` …, `finish`.
 */
export class CommandsFrame {
  readonly #records: RecordWriter
  #session = 0
  #deadline = Number.POSITIVE_INFINITY
  count = 0

  constructor(capacity = 4096) {
    this.#records = new RecordWriter(capacity)
  }

  /** Words of the frame so far: send it before it gets long. */
  get words(): number {
    return TIMED_HEADER_WORDS + this.#records.length
  }

  /** `deadline`: of every command in it; `Infinity` for none. */
  begin(session: number, deadline = Number.POSITIVE_INFINITY): this {
    this.#records.clear()
    this.#session = session
    this.#deadline = deadline
    this.count = 0
    return this
  }

  /** Append a command; its session must be the frame's (asserted). Throws as `encodeCommand`. */
  add(command: Command): void {
    if (command.session !== this.#session) throw new Error('command and frame differ in their session')
    encodeCommand(command, this.#records)
    this.count++
  }

  /** Append a record that was encoded before (a command sent again); returns the offset after it. */
  addRecord(words: Int32Array, offset: number): number {
    const next = copyRecord(words, offset, this.#records)
    this.count++
    return next
  }

  /** The frame, in memory of its own; the builder may begin the next one at once. */
  finish(): Buffer<ArrayBuffer> {
    const isTimed = this.#deadline !== Number.POSITIVE_INFINITY
    const header = isTimed ? TIMED_HEADER_WORDS : COMMANDS_HEADER_WORDS
    const frame = newFrame(FrameType.COMMANDS, header + this.#records.length)
    writeFloat(frame, 2, this.#session)
    frame[4] = this.count
    if (isTimed) {
      frame[5] = TIMED
      writeFloat(frame, 6, this.#deadline)
    }
    frame.set(this.#records.words.subarray(0, this.#records.length), header)
    return frameBytes(frame)
  }
}
