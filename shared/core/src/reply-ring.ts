/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { isCompact, setTrade } from './compact-fill.ts'
import { EventKind } from './event.ts'
import {
  ExecutionAt,
  OUTCOME_HEADER_WORDS,
  OUTCOME_REPEATED,
  OutcomeAt,
  OWN_FLAG,
  type Output,
  PreventedAt,
  TradeAt,
} from './output.ts'
import type { RejectCode } from './reject.ts'
import { copyWords } from './word.ts'

/** original sequence (2 words), reject, count of events, their words, 0. */
const REPLY_HEADER_WORDS = 6
const INITIAL_WORDS = 1 << 10

// As constants of this module: only those are compiled into the code.
const { EXECUTION, TRADE, PREVENTED, LEVEL, BALANCE } = EventKind
const OUTCOME_WORDS = OUTCOME_HEADER_WORDS
const EXECUTION_FLAGS = ExecutionAt.PACKED
const EXECUTION_OWN = OWN_FLAG << 16
const TRADE_FLAGS = TradeAt.FLAGS
const TRADE_OWN = OWN_FLAG
const PREVENTED_FLAGS = PreventedAt.MODE
const PREVENTED_OWN = OWN_FLAG << 8

/**
 * Remembered replies, first in first out, in one ring of words that grows by doubling. A reply is identified by its
 * position: a count of all words ever written, which growth does not change.
 */
export class ReplyRing {
  words = new Int32Array(INITIAL_WORDS)
  /** The same memory as doubles; positions are even. */
  doubles = new Float64Array(this.words.buffer)
  /** Positions of the oldest reply and of the next one. */
  head = 0
  tail = 0
  get length(): number {
    return this.tail - this.head
  }

  /**
   * Remember the outcome that `output` has just completed: its reject, and its events that answer the sender. What a
   * compact fill leaves out is in its TRADE, which is one of these events. Returns the position.
   */
  append(output: Output, originalSequence: number, reject: RejectCode): number {
    const { start, length, words: from } = output
    const most = REPLY_HEADER_WORDS + length - start
    if (this.tail - this.head + most > this.words.length) this.#grow(most)
    const { words, doubles } = this
    const mask = words.length - 1
    const position = this.tail
    const straight = (position & mask) + most <= words.length
    let at = position + REPLY_HEADER_WORDS
    let events = 0
    let trade = at
    let event = start + OUTCOME_WORDS
    while (event < length) {
      const count = from[event]! >>> 8
      if (isReply(from, event)) {
        if (straight) copyWords(from, event, words, at & mask, count)
        else this.#copyAround(from, event, at, count)
        const kind = from[event]! & 0xff
        if (kind === TRADE) trade = at
        else if (kind === EXECUTION && isCompact(from, event)) setTrade(words, at & mask, at - trade)
        at += count
        events++
      }
      event += count
    }
    doubles[(position & mask) >> 1] = originalSequence
    words[(position + 2) & mask] = reject
    words[(position + 3) & mask] = events
    words[(position + 4) & mask] = at - position - REPLY_HEADER_WORDS
    words[(position + 5) & mask] = 0
    this.tail = at
    return position
  }

  /** Copy across the end of the ring. */
  #copyAround(from: Int32Array, event: number, at: number, count: number): void {
    const { words } = this
    for (let i = 0; i < count; i++) words[(at + i) & (words.length - 1)] = from[event + i]!
  }

  /** Forget the replies before `position`. */
  dropTo(position: number): void {
    this.head = position
  }

  /** Words of the reply at `position`, and events in it. */
  wordsOf(position: number): number {
    return REPLY_HEADER_WORDS + this.words[(position + 4) & (this.words.length - 1)]!
  }

  events(position: number): number {
    return this.words[(position + 3) & (this.words.length - 1)]!
  }

  /** Copy the reply at `position` to `into` from `at` on; returns its end there. */
  copy(position: number, into: Int32Array, at: number): number {
    const { words } = this
    const count = this.wordsOf(position)
    for (let i = 0; i < count; i++) into[at + i] = words[(position + i) & (words.length - 1)]!
    return at + count
  }

  reject(position: number): RejectCode {
    return this.words[(position + 2) & (this.words.length - 1)]! as RejectCode
  }

  originalSequence(position: number): number {
    return this.doubles[(position & (this.words.length - 1)) >> 1]!
  }

  /** Write the reply at `position` into the outcome that `output` has begun, as a repetition. */
  repeat(position: number, output: Output): void {
    const { words } = this
    const mask = words.length - 1
    const length = words[(position + 4) & mask]!
    output.reserve(length)
    const at = output.length
    for (let i = 0; i < length; i++) output.words[at + i] = words[(position + REPLY_HEADER_WORDS + i) & mask]!
    output.append(length, words[(position + 3) & mask]!)
    output.words[output.start + OutcomeAt.KIND]! |= OUTCOME_REPEATED
    output.doubles[(output.start + OutcomeAt.ORIGINAL_SEQUENCE) >> 1] = this.originalSequence(position)
  }

  /** The kept words in order, for a snapshot. */
  linear(): Int32Array {
    const mask = this.words.length - 1
    const copy = new Int32Array(this.length)
    for (let i = 0; i < copy.length; i++) copy[i] = this.words[(this.head + i) & mask]!
    return copy
  }

  /** Take over the result of `linear`. */
  adopt(head: number, tail: number, kept: Int32Array): void {
    let capacity = INITIAL_WORDS
    while (capacity < kept.length) capacity *= 2
    this.#allocate(capacity)
    this.head = head
    this.tail = tail
    for (let i = 0; i < kept.length; i++) this.words[(head + i) & (capacity - 1)] = kept[i]!
  }

  /** Make room for `count` more words. */
  #grow(count: number): void {
    let capacity = this.words.length
    while (capacity < this.length + count) capacity *= 2
    const old = this.words
    this.#allocate(capacity)
    for (let position = this.head; position < this.tail; position++) {
      this.words[position & (capacity - 1)] = old[position & (old.length - 1)]!
    }
  }

  #allocate(capacity: number): void {
    this.words = new Int32Array(capacity)
    this.doubles = new Float64Array(this.words.buffer)
  }
}

/** Does the event answer the sender: is it about an order of the command itself, or about no order? */
function isReply(words: Int32Array, at: number): boolean {
  const kind = words[at]! & 0xff
  if (kind === EXECUTION) return (words[at + EXECUTION_FLAGS]! & EXECUTION_OWN) !== 0
  if (kind === LEVEL || kind === BALANCE) return false
  if (kind === TRADE) return (words[at + TRADE_FLAGS]! & TRADE_OWN) !== 0
  return kind !== PREVENTED || (words[at + PREVENTED_FLAGS]! & PREVENTED_OWN) !== 0
}
