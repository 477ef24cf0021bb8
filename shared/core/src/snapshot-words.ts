/* oxlint-disable typescript/no-non-null-assertion -- the snapshot's hash was right; its head says how much follows. */
import { WordHash } from './hash.ts'

/** "UPTK" */
const MAGIC = 0x4b545055
/** Written versions; a build reads the ones it knows. */
export const SNAPSHOT_VERSION = 2
/** The same with the lists of accounts in parts after the head: written only when one text cannot hold them. */
export const PARTED_VERSION = 3
/** magic, version, total words, 0, four lanes of the checksum. */
const HEADER_WORDS = 8
const CHECKSUM = 4

/** The bytes are not a complete, undamaged snapshot of a version that this build reads. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError'
}

/** Collects the parts of a snapshot and copies them once, at the end. Each part: its length in words, then the words. */
export class SnapshotWriter {
  readonly #parts: Int32Array[] = []
  #words = HEADER_WORDS

  ints(words: Int32Array): void {
    this.#parts.push(words)
    this.#words += 2 + words.length + (words.length & 1)
  }

  doubles(values: Float64Array): void {
    this.ints(new Int32Array(values.buffer, values.byteOffset, values.length * 2))
  }

  /** ASCII text. */
  text(text: string): void {
    const words = new Int32Array(1 + ((text.length + 3) >> 2))
    words[0] = text.length
    for (let i = 0; i < text.length; i++) words[1 + (i >> 2)]! |= text.charCodeAt(i) << ((i & 3) << 3)
    this.ints(words)
  }

  finish(version: number = SNAPSHOT_VERSION): Uint8Array {
    const words = new Int32Array(this.#words)
    words[0] = MAGIC
    words[1] = version
    words[2] = this.#words
    let at = HEADER_WORDS
    for (const part of this.#parts) {
      words[at] = part.length
      words.set(part, at + 2)
      at += 2 + part.length + (part.length & 1)
    }
    words.set(checksum(words), CHECKSUM)
    return new Uint8Array(words.buffer)
  }
}

/** Checks a whole snapshot, then returns its parts in the order in which they were written. */
export class SnapshotReader {
  readonly #words: Int32Array
  #at = HEADER_WORDS

  constructor(bytes: Uint8Array) {
    if (bytes.length < HEADER_WORDS * 4 || bytes.length % 8 !== 0) throw new SnapshotError('snapshot is cut short')
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
    const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4)
    if (words[0] !== MAGIC) throw new SnapshotError('not a snapshot')
    if (words[1] !== SNAPSHOT_VERSION && words[1] !== PARTED_VERSION) {
      throw new SnapshotError(`snapshot version ${words[1]} is unknown; this build reads ${PARTED_VERSION}`)
    }
    if (words[2] !== words.length) throw new SnapshotError('snapshot is cut short')
    const expected = checksum(words)
    if (expected.some((lane, i) => lane !== words[CHECKSUM + i])) throw new SnapshotError('snapshot is damaged')
    this.#words = words
  }

  /** The next part, in place: copy what must outlive the snapshot. */
  ints(): Int32Array {
    const length = this.#words[this.#at]!
    const part = this.#words.subarray(this.#at + 2, this.#at + 2 + length)
    this.#at += 2 + length + (length & 1)
    return part
  }

  doubles(): Float64Array {
    const part = this.ints()
    return new Float64Array(part.buffer, part.byteOffset, part.length / 2)
  }

  text(): string {
    const words = this.ints()
    const parts: string[] = []
    const length = words[0]!
    for (let from = 0; from < length; from += 4096) {
      const codes: number[] = []
      for (let i = from; i < Math.min(from + 4096, length); i++) {
        codes.push((words[1 + (i >> 2)]! >>> ((i & 3) << 3)) & 0xff)
      }
      parts.push(String.fromCharCode(...codes))
    }
    return parts.join('')
  }
}

function checksum(words: Int32Array): number[] {
  const hash = new WordHash()
  hash.update(words, 0, CHECKSUM)
  hash.update(words, HEADER_WORDS, words.length)
  return [hash.a, hash.b, hash.c, hash.d]
}

/** A copy of `part` in an array that has room for at least one more record of `record` words: a power of two of them. */
export function restoreWords(part: Int32Array, record: number, least: number): Int32Array<ArrayBuffer> {
  let records = least
  while (records * record < part.length) records *= 2
  const words = new Int32Array(records * record)
  words.set(part)
  return words
}
