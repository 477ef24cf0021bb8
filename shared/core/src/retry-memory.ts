import { clientHash } from './client-id-table.ts'
import type { Command } from './command.ts'
import { WordHash } from './hash.ts'
import type { Output } from './output.ts'
import { Reject, type RejectCode } from './reject.ts'
import { ReplyRing } from './reply-ring.ts'
import type { SnapshotReader, SnapshotWriter } from './snapshot-words.ts'

const MINUTE = 60_000_000
/** How long a reply is kept after the order was first sent, and how far ahead of journaled time that may be, µs. */
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

/**
 * What was answered to orders whose sender asked for idempotent retry: by account and client id, for ten minutes,
 * bounded. Nothing is allocated before the first such order.
 */
export class RetryMemory {
  readonly ring = new ReplyRing()
  /** Entries first … next − 1 are kept. */
  first = 0
  next = 0
  keys = new Int32Array(0)
  /** Per entry: when it was first sent, and the ring position of its reply. */
  times = new Float64Array(0)
  positions = new Float64Array(0)
  /** Place of an entry in the ring + 1, 0 for none; linear probing. */
  table = new Int32Array(0)
  /** Of the last `recall`. */
  found = -1
  readonly #digest = new WordHash()
  readonly #fields = new Float64Array(12)
  readonly #fieldWords = new Int32Array(this.#fields.buffer)

  get count(): number {
    return this.next - this.first
  }

  /**
   * Look the command up: `NONE` and a position ≥ 0 in `found`: answered before; `NONE` and −1: execute it; else a
   * reject of the memory itself.
   */
  recall(c: Command, time: number): RejectCode {
    this.found = -1
    while (this.count > 0 && this.times[this.first & (ENTRIES - 1)]! + KEPT_FOR < time) this.#forget()
    this.#reckonDigest(c)
    const entry = this.#find(c)
    if (entry >= 0) {
      if (!this.#hasDigest(entry)) return Reject.RETRY_MISMATCH
      this.found = this.positions[entry & (ENTRIES - 1)]!
      return Reject.NONE
    }
    if (c.firstSent + KEPT_FOR < time || c.firstSent > time + AHEAD_MAX) return Reject.RETRY_TOO_OLD
    return this.count >= RETRIES_MAX || this.ring.length >= RETRY_WORDS_MAX ? Reject.RETRY_MEMORY_FULL : Reject.NONE
  }

  /** Remember the outcome just completed for the command that the last `recall` let through. */
  remember(c: Command, output: Output, sequence: number, reject: RejectCode): void {
    if (this.keys.length === 0) this.allocate()
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
    this.enter(entry)
  }

  allocate(): void {
    this.keys = new Int32Array(ENTRIES * KEY_WORDS)
    this.times = new Float64Array(ENTRIES)
    this.positions = new Float64Array(ENTRIES)
    this.table = new Int32Array(TABLE)
  }

  /** The kept entries in order, for a snapshot. */
  write(writer: SnapshotWriter): void {
    const keys = new Int32Array(this.count * KEY_WORDS)
    const times = new Float64Array(this.count * 2)
    for (let i = 0; i < this.count; i++) {
      const slot = (this.first + i) & (ENTRIES - 1)
      keys.set(this.keys.subarray(slot * KEY_WORDS, (slot + 1) * KEY_WORDS), i * KEY_WORDS)
      times[i * 2] = this.times[slot]!
      times[i * 2 + 1] = this.positions[slot]!
    }
    writer.ints(keys)
    writer.doubles(times)
  }

  /** Take what `write` gave. */
  read(first: number, next: number, reader: SnapshotReader): void {
    const keys = reader.ints()
    const times = reader.doubles()
    this.first = first
    this.next = next
    if (keys.length === 0) return
    this.allocate()
    for (let i = 0; i < this.count; i++) {
      const slot = (first + i) & (ENTRIES - 1)
      this.keys.set(keys.subarray(i * KEY_WORDS, (i + 1) * KEY_WORDS), slot * KEY_WORDS)
      this.times[slot] = times[i * 2]!
      this.positions[slot] = times[i * 2 + 1]!
      this.enter(first + i)
    }
  }

  /** Make an entry findable. */
  enter(entry: number): void {
    const slot = entry & (ENTRIES - 1)
    let at = this.#home(this.keys[slot * KEY_WORDS + HASH]!)
    while (this.table[at] !== 0) at = (at + 1) & (TABLE - 1)
    this.table[at] = slot + 1
  }

  /** When the order of an entry was first sent, µs. */
  firstSent(entry: number): number {
    return this.times[entry & (ENTRIES - 1)]!
  }

  /** Offset in `keys` of an entry's key. */
  keyAt(entry: number): number {
    return (entry & (ENTRIES - 1)) * KEY_WORDS
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

  /** Everything the trader chose but the client id. */
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

  /** Forget the oldest entry. */
  #forget(): void {
    const slot = this.first & (ENTRIES - 1)
    const { table, keys } = this
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
    this.ring.drop()
    this.first++
  }
}
