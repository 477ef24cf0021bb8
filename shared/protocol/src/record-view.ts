/* oxlint-disable typescript/no-unsafe-type-assertion -- bytes become enumerations here; the core judges their values. */
import { type CommandKind, wordAt } from '@uptick/core'
import { floatAt, floatsOver } from './aligned.ts'
import { recordWords } from './record-layout.ts'
import type { RecordWriter } from './record-writer.ts'

/*
 * What a sequencer needs of a record without decoding it. All of them take a record that `checkRecord` (or a frame's
 * decoder) has passed.
 */

export function recordKind(words: Int32Array, offset: number): CommandKind {
  return (wordAt(words, offset) & 0xff) as CommandKind
}

export function recordSession(words: Int32Array, offset: number): number {
  return floatAt(floatsOver(words), (offset >> 1) + 1)
}

export function recordNumber(words: Int32Array, offset: number): number {
  return floatAt(floatsOver(words), (offset >> 1) + 2)
}

/** Append the record at `offset` to `writer` word for word; returns the offset of the next record. */
export function copyRecord(words: Int32Array, offset: number, writer: RecordWriter): number {
  const length = recordWords(words, offset)
  writer.reserve(length)
  const target = writer.words
  const start = writer.length
  // A record is about twenty words: shorter than what `set` with a `subarray` costs, and no garbage.
  for (let i = 0; i < length; i++) target[start + i] = wordAt(words, offset + i)
  writer.length = start + length
  return offset + length
}
