/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { clientHash } from './client-id-table.ts'
import type { Command } from './command.ts'
import { WordHash } from './hash.ts'
import type { Output } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import { ReplyRing } from './reply-ring.ts'
import { RetryShares } from './retry-shares.ts'
import type { SnapshotReader, SnapshotWriter } from './snapshot-words.ts'

const MINUTE = 60_000_000
/**
 * How long a reply is kept after its order was first sent, and how far that time may be ahead of journaled time, µs.
 */
const KEPT_FOR = 10 * MINUTE
const AHEAD_MAX = MINUTE
export const RETRIES_MAX = 100_000
export const RETRY_WORDS_MAX = 1 << 22

/** account, client id length, nine words of client id, four of digest, hash. */
const KEY_WORDS = 16
const DIGEST = 11
const HASH = 15
/** Entries lie in a ring by number; the table is twice as large. */
const ENTRIES = 1 << 17
const TABLE = 2 * ENTRIES
const TABLE_SHIFT = 32 - 18

/** The part of the memory that is in the head of a snapshot. */
export interface RetryMarks {
  readonly first: number
  readonly next: number
  readonly ring: readonly number[]
  /** Accounts whose memory was shortened, and the time up to which. */
  readonly forgotten?: readonly (readonly [number, number])[]
}

/**
 * Remembers the answers to orders whose sender asked for idempotent retry: by account and client id, for ten minutes,
 * bounded. When it is full, the account with the most entries loses its oldest one. From then on an order of that age
 * is refused as too old: nothing is executed twice, and no other client is affected. Nothing is allocated before the
 * first such order.
 */
export class RetryMemory {
  /** Replies in order of arrival. Those of dropped entries remain until the next `#compact`. */
  ring = new ReplyRing()
  /** Entries first … next − 1 are kept, except dropped ones: their account is 0. */
  first = 0
  next = 0
  count = 0
  /** Words of the kept replies. */
  words = 0
  keys = new Int32Array(0)
  /** Per entry: the time when it was first sent, and the ring position of its reply. */
  times = new Float64Array(0)
  positions = new Float64Array(0)
  /** Per entry: slot of the account's next one, −1 for none. */
  following = new Int32Array(0)
  /** Place of an entry in the ring + 1, 0 for none; linear probing. */
  table = new Int32Array(0)
  /** The result of the last `recall`. */
  found = -1
  readonly entriesMax: number
  readonly #shares = new RetryShares()
  readonly #digest = new WordHash()
  readonly #fields = new Float64Array(12)
  readonly #fieldWords = new Int32Array(this.#fields.buffer)

  constructor(entriesMax: number = RETRIES_MAX) {
    this.entriesMax = entriesMax
  }

  /**
   * Look the command up. `NONE` and a position ≥ 0 in `found`: it was answered before. `NONE` and −1: execute it. Else
   * a reject of the memory itself. With `inShares` a full memory refuses nothing.
   */
  recall(c: Command, time: number, inShares: boolean): RejectCode {
    this.found = -1
    this.#expire(time)
    this.#reckonDigest(c)
    const slot = this.#find(c)
    if (slot >= 0) {
      if (!this.#hasDigest(slot)) return Reject.RETRY_MISMATCH
      this.found = this.positions[slot]!
      return Reject.NONE
    }
    if (c.firstSent + KEPT_FOR < time || c.firstSent > time + AHEAD_MAX) return Reject.RETRY_TOO_OLD
    if (c.firstSent <= this.#shares.forgottenThrough(c.account)) return Reject.RETRY_TOO_OLD
    // Before behaviour RETRY_SHARES.
    if (!inShares && this.#isFull()) return Reject.RETRY_MEMORY_FULL
    return Reject.NONE
  }

  /** Remember the outcome just completed for the command that the last `recall` admitted at `time`. */
  remember(c: Command, output: Output, sequence: number, reject: RejectCode, time: number): void {
    if (this.keys.length === 0) this.#allocate()
    while (this.#isFull()) this.#giveUp(time)
    if (this.next - this.first === ENTRIES || this.ring.length - this.words > RETRY_WORDS_MAX) this.#compact()
    const entry = this.next++
    const slot = entry & (ENTRIES - 1)
    const at = slot * KEY_WORDS
    this.keys[at] = c.account
    this.keys[at + 1] = c.clientId.length
    this.keys.set(c.clientId.words, at + 2)
    this.keys[at + DIGEST] = this.#digest.a
    this.keys[at + DIGEST + 1] = this.#digest.b
    this.keys[at + DIGEST + 2] = this.#digest.c
    this.keys[at + DIGEST + 3] = this.#digest.d
    this.keys[at + HASH] = clientHash(c.account, c.clientId)
    this.times[slot] = c.firstSent
    this.positions[slot] = this.ring.append(output, sequence, reject)
    this.#enter(slot)
  }

  /** The kept entries in order, for a snapshot: the head's part. */
  marks(time: number): RetryMarks {
    const forgotten = this.forgotten(time)
    const plain = { first: 0, next: this.count, ring: [0, this.words] }
    return forgotten.length === 0 ? plain : { ...plain, forgotten }
  }

  /** Replies, keys, times and positions of the kept entries, without holes. */
  image(): { replies: Int32Array; keys: Int32Array; times: Float64Array } {
    const replies = new Int32Array(this.words)
    const keys = new Int32Array(this.count * KEY_WORDS)
    const times = new Float64Array(this.count * 2)
    let [kept, position] = [0, 0]
    for (let entry = this.first; entry < this.next; entry++) {
      const slot = entry & (ENTRIES - 1)
      if (this.keys[slot * KEY_WORDS] === 0) continue
      keys.set(this.keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS), kept * KEY_WORDS)
      times[kept * 2] = this.times[slot]!
      times[kept * 2 + 1] = position
      position = this.ring.copy(this.positions[slot]!, replies, position)
      kept++
    }
    return { replies, keys, times }
  }

  /** Write the rest: replies, keys, and a time and a position for each. */
  write(writer: SnapshotWriter): void {
    const { replies, keys, times } = this.image()
    writer.ints(replies)
    writer.ints(keys)
    writer.doubles(times)
  }

  /** Take over the results of `marks` and `write`. */
  read(marks: RetryMarks, reader: SnapshotReader): void {
    this.#adopt(marks, reader.ints(), reader.ints(), reader.doubles())
    for (const [account, through] of marks.forgotten ?? []) this.#shares.forget(account, through, 0)
  }

  /** Accounts whose memory was shortened, and the time up to which, by account. */
  forgotten(time: number): [number, number][] {
    return this.#shares.forgotten(time - KEPT_FOR)
  }

  #isFull(): boolean {
    return this.count >= this.entriesMax || this.words >= RETRY_WORDS_MAX
  }

  #allocate(): void {
    this.keys = new Int32Array(ENTRIES * KEY_WORDS)
    this.times = new Float64Array(ENTRIES)
    this.positions = new Float64Array(ENTRIES)
    this.following = new Int32Array(ENTRIES)
    this.table = new Int32Array(TABLE)
  }

  #adopt(marks: RetryMarks, replies: Int32Array, keys: Int32Array, times: Float64Array): void {
    this.first = marks.first
    this.next = marks.next
    this.count = 0
    this.words = 0
    this.#shares.clear()
    this.ring.adopt(marks.ring[0]!, marks.ring[1]!, replies)
    if (keys.length === 0) return
    this.#allocate()
    for (let i = 0; i < keys.length / KEY_WORDS; i++) {
      const slot = (this.first + i) & (ENTRIES - 1)
      this.keys.set(keys.subarray(i * KEY_WORDS, (i + 1) * KEY_WORDS), slot * KEY_WORDS)
      this.times[slot] = times[i * 2]!
      this.positions[slot] = times[i * 2 + 1]!
      this.#enter(slot)
    }
  }

  #home(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> TABLE_SHIFT
  }

  /** The entry of the command's account and client id, or −1. */
  #find(c: Command): number {
    if (this.count === 0) return -1
    const hash = clientHash(c.account, c.clientId)
    for (let at = this.#home(hash); this.table[at] !== 0; at = (at + 1) & (TABLE - 1)) {
      const slot = this.table[at]! - 1
      if (this.keys[slot * KEY_WORDS + HASH] === hash && this.#hasKey(slot * KEY_WORDS, c)) return slot
    }
    return -1
  }

  #hasKey(at: number, c: Command): boolean {
    if (this.keys[at] !== c.account || this.keys[at + 1] !== c.clientId.length) return false
    return c.clientId.words.every((word, i) => this.keys[at + 2 + i] === word)
  }

  #hasDigest(slot: number): boolean {
    const at = slot * KEY_WORDS + DIGEST
    const { a, b, c, d } = this.#digest
    const { keys } = this
    return keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d
  }

  /** Digest of all fields that the trader chose, except the client id. */
  #reckonDigest(c: Command): void {
    const fields = this.#fields
    fields[0] = c.symbol
    fields[1] = c.side
    fields[2] = c.type
    fields[3] = c.timeInForce
    fields[4] = c.selfTradePrevention
    fields[5] = c.price
    fields[6] = c.quantity
    fields[7] = c.quoteQuantity
    fields[8] = c.stopPrice
    fields[9] = c.strategyId
    fields[10] = c.strategyType
    fields[11] = c.firstSent
    this.#digest.reset()
    this.#digest.update(this.#fieldWords, 0, this.#fieldWords.length)
  }

  /** Enter an entry in the table and in its account's share. */
  #enter(slot: number): void {
    let at = this.#home(this.keys[slot * KEY_WORDS + HASH]!)
    while (this.table[at] !== 0) at = (at + 1) & (TABLE - 1)
    this.table[at] = slot + 1
    this.count++
    this.words += this.ring.wordsOf(this.positions[slot]!)
    this.following[slot] = -1
    const before = this.#shares.add(this.keys[slot * KEY_WORDS]!, slot, this.#weight(slot))
    if (before >= 0) this.following[before] = slot
  }

  #weight(slot: number): number {
    return 1 + this.ring.events(this.positions[slot]!)
  }

  /** Drop the entries that are past their time. */
  #expire(time: number): void {
    while (this.count > 0 && this.times[this.first & (ENTRIES - 1)]! + KEPT_FOR < time) {
      this.#remove(this.first & (ENTRIES - 1))
    }
  }

  /** Drop the oldest entry of the account with the most. */
  #giveUp(time: number): void {
    const { account, oldest } = this.#shares.heaviest
    this.#shares.forget(account, this.times[oldest]!, time - KEPT_FOR)
    this.#remove(oldest)
  }

  /** Drop an entry that is its account's oldest. */
  #remove(slot: number): void {
    const { table, keys, ring } = this
    let hole = this.#home(keys[slot * KEY_WORDS + HASH]!)
    while (table[hole] !== slot + 1) hole = (hole + 1) & (TABLE - 1)
    for (let at = (hole + 1) & (TABLE - 1); table[at] !== 0; at = (at + 1) & (TABLE - 1)) {
      const home = this.#home(keys[(table[at]! - 1) * KEY_WORDS + HASH]!)
      if (((at - home) & (TABLE - 1)) >= ((at - hole) & (TABLE - 1))) {
        table[hole] = table[at]!
        hole = at
      }
    }
    table[hole] = 0
    this.count--
    this.words -= ring.wordsOf(this.positions[slot]!)
    this.#shares.remove(keys[slot * KEY_WORDS]!, this.#weight(slot), this.following[slot]!)
    keys[slot * KEY_WORDS] = 0
    while (this.first < this.next && keys[(this.first & (ENTRIES - 1)) * KEY_WORDS] === 0) this.first++
    ring.dropTo(this.count === 0 ? ring.tail : this.positions[this.first & (ENTRIES - 1)]!)
  }

  /** Close the gaps of dropped entries. */
  #compact(): void {
    const { replies, keys, times } = this.image()
    this.#adopt({ first: 0, next: this.count, ring: [0, this.words] }, replies, keys, times)
  }
}
