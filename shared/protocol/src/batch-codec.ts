import { type Command, wordAt } from '@uptick/core'
import { crc32 } from 'node:zlib'
import { alignedWords, readFloat, readInt64, writeFloat, writeInt64 } from './aligned.ts'
import { decodeCommand } from './command-decode.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'
import { checkRecord } from './record-layout.ts'
import type { RecordWriter } from './record-writer.ts'

/*
 * One row of the journal: consecutive commands with their times. Little-endian words.
 *
 *   version 1                                        version 0 (predecessor, read and still writable)
 *   w0  magic    w1  version, its complement << 16   the same
 *   w2  words    w3  commands                        the same
 *   f64@4 first sequence   f64@6 epoch               the same
 *   f64@8 first time       u64@10 hash before        then a float64 time for each command
 *   w12 CRC-32 of the words after it  w13 flags      then the records
 *   w14, w15 zero
 *   then a u32 of µs since the first time for each command, padded to even;
 *   flag 1: a float64 time for each instead (a batch that spans more than 71 minutes of journaled time)
 *   then the records
 */
export const BATCH_MAGIC = 0x48435442
export const BATCH_VERSION = 1
export const BATCH_VERSIONS: readonly number[] = [0, 1]
export const BATCH_COMMANDS_MAX = 1 << 20

const HEADER_WORDS: readonly number[] = [8, 16]
const WIDE_TIMES = 1
const DELTA_MAX = 0xffff_ffff

/** Written twice, so that damage is never taken for the layout that has no checksum. */
function versionWord(version: number): number {
  return version | (~version << 16)
}

export interface BatchInput {
  /** The layout to write, by what the journal has activated; default the newest. */
  readonly version?: number
  readonly firstSequence: number
  readonly epoch: number
  /** The running hash before the first command; layout 0 has no room for it. */
  readonly hashBefore: bigint
  /** The commands' records, one after another. */
  readonly records: RecordWriter
  /** µs, one for each command, never decreasing; longer arrays are cut at `count`. */
  readonly times: ArrayLike<number>
  readonly count: number
}

function timeAt(times: ArrayLike<number>, index: number): number {
  const time = times[index]
  if (time === undefined) throw new RangeError(`a batch has no time for its command ${index}`)
  return time
}

/** The payload of one journal row. Throws UnknownVersionError for a version that this build cannot write. */
export function encodeBatch(batch: BatchInput): Buffer<ArrayBuffer> {
  const version = batch.version ?? BATCH_VERSION
  const header = HEADER_WORDS[version]
  if (header === undefined) throw new UnknownVersionError('batch', version, BATCH_VERSIONS)
  const { count, times, records } = batch
  if (count < 1 || count > BATCH_COMMANDS_MAX) throw new RangeError(`a batch of ${count} commands`)
  const first = timeAt(times, 0)
  const wide = version === 0 || timeAt(times, count - 1) - first > DELTA_MAX
  const timeWords = wide ? count * 2 : (count + 1) & ~1
  const words = new Int32Array(header + timeWords + records.length)
  words[0] = BATCH_MAGIC
  words[1] = versionWord(version)
  words[2] = words.length
  words[3] = count
  writeFloat(words, 4, batch.firstSequence)
  writeFloat(words, 6, batch.epoch)
  let before = first
  for (let i = 0; i < count; i++) {
    const time = timeAt(times, i)
    if (time < before) throw new RangeError('times of a batch decrease')
    if (wide) writeFloat(words, header + 2 * i, time)
    else words[header + i] = time - first
    before = time
  }
  words.set(records.words.subarray(0, records.length), header + timeWords)
  const bytes = Buffer.from(words.buffer)
  if (version >= 1) {
    writeFloat(words, 8, first)
    writeInt64(words, 10, batch.hashBefore)
    words[13] = wide ? WIDE_TIMES : 0
    words[12] = crc32(bytes.subarray(13 * 4), crc32(bytes.subarray(0, 12 * 4)))
  }
  return bytes
}

/**
 * Reads one batch after another, of any known version, upcast to the newest: `open` a payload, then `next` until it
 * is false. Reused; allocates per batch, not per command.
 */
export class BatchReader {
  version = BATCH_VERSION
  count = 0
  firstSequence = 0
  lastSequence = 0
  epoch = 0
  /** The running hash before the first command; undefined in a version 0 batch, which has none. */
  hashBefore: bigint | undefined = undefined
  /** Of the command that `next` read last. */
  sequence = 0
  time = 0
  /** The record that `next` read last: its words, and where it starts. */
  words: Int32Array = new Int32Array(0)
  offset = 0

  #at = 0
  #times = 0
  #wide = false
  #firstTime = 0

  /** Take a payload (any alignment); throws UnknownVersionError or MalformedError, and is then empty. */
  open(payload: Uint8Array): this {
    this.count = 0
    this.lastSequence = this.sequence = 0
    this.#at = this.words.length
    const words = alignedWords(payload)
    if (payload.byteLength < 32 || words[0] !== BATCH_MAGIC) throw new MalformedError('batch', 'no batch at all')
    const version = wordAt(words, 1) & 0xffff
    if (words[1] !== versionWord(version)) throw new MalformedError('batch', 'version')
    const header = HEADER_WORDS[version]
    if (header === undefined) throw new UnknownVersionError('batch', version, BATCH_VERSIONS)
    if (wordAt(words, 2) * 4 !== payload.byteLength || words.length < header)
      throw new MalformedError('batch', 'cut short')
    const count = wordAt(words, 3)
    if (count < 1 || count > BATCH_COMMANDS_MAX) throw new MalformedError('batch', `${count} commands`)
    this.#layout(words, version, header, count)
    this.firstSequence = readFloat(words, 4)
    this.epoch = readFloat(words, 6)
    if (!Number.isSafeInteger(this.firstSequence) || this.firstSequence < 1) {
      throw new MalformedError('batch', 'first sequence')
    }
    if (!Number.isSafeInteger(this.epoch) || this.epoch < 0) throw new MalformedError('batch', 'epoch')
    this.version = version
    this.words = words
    this.count = count
    this.lastSequence = this.firstSequence + count - 1
    this.sequence = this.firstSequence - 1
    return this
  }

  /** Decode the next command into `command`, set `sequence` and `time`; false at the end. */
  next(command: Command): boolean {
    if (!this.#step()) return false
    this.#at = decodeCommand(this.words, this.offset, command)
    return true
  }

  /** As `next`, without decoding: for readers that only want the record (`words`, `offset`), sequence and time. */
  skip(): boolean {
    if (!this.#step()) return false
    this.#at = this.offset + checkRecord(this.words, this.offset)
    return true
  }

  #step(): boolean {
    if (this.sequence >= this.lastSequence) {
      if (this.#at !== this.words.length) throw new MalformedError('batch', 'words after the last record')
      return false
    }
    const index = this.sequence + 1 - this.firstSequence
    this.time = this.#wide
      ? readFloat(this.words, this.#times + 2 * index)
      : this.#firstTime + (wordAt(this.words, this.#times + index) >>> 0)
    if (!Number.isSafeInteger(this.time)) throw new MalformedError('batch', 'time')
    this.sequence++
    this.offset = this.#at
    return true
  }

  #layout(words: Int32Array, version: number, header: number, count: number): void {
    let wide = true
    this.hashBefore = undefined
    if (version >= 1) {
      if ((wordAt(words, 13) & ~WIDE_TIMES) !== 0) throw new MalformedError('batch', 'unknown flags')
      const bytes = new Uint8Array(words.buffer, words.byteOffset, words.length * 4)
      const sum = crc32(bytes.subarray(13 * 4), crc32(bytes.subarray(0, 12 * 4)))
      if (sum !== wordAt(words, 12) >>> 0) throw new MalformedError('batch', 'checksum differs')
      this.#firstTime = readFloat(words, 8)
      this.hashBefore = BigInt.asUintN(64, readInt64(words, 10))
      wide = (wordAt(words, 13) & WIDE_TIMES) !== 0
    }
    this.#wide = wide
    this.#times = header
    this.#at = header + (wide ? count * 2 : (count + 1) & ~1)
    if (this.#at > words.length) throw new MalformedError('batch', 'times run past the end')
  }
}
