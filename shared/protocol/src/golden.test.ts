import { Command, CommandKind } from '@uptick/core'
import { expect, test } from 'vitest'
import { commandOf, fieldsOf } from '../testing/arbitrary-command.ts'
import { goldenCommands, goldenRecords } from '../testing/golden-records.ts'
import { alignedWords } from './aligned.ts'
import { BatchReader, encodeBatch } from './batch-codec.ts'
import { decodeCommand } from './command-decode.ts'
import { encodeCommand } from './command-encode.ts'
import { RecordWriter } from './record-writer.ts'

const kinds = Object.entries(CommandKind) as [keyof typeof CommandKind, CommandKind][]

test.each(kinds)('%s is written and read as it ever was', (name, kind) => {
  const command = commandOf({ kind, ...goldenCommands[name] })
  const writer = new RecordWriter()
  encodeCommand(command, writer)
  expect(Buffer.from(writer.written()).toString('base64')).toBe(goldenRecords[name])
  const words = alignedWords(Buffer.from(goldenRecords[name], 'base64'))
  const read = new Command()
  expect(decodeCommand(words, 0, read)).toBe(words.length)
  expect(fieldsOf(read)).toEqual(fieldsOf(command))
})

/** A CONTINUE at sequence 7 of epoch 2, one batch in each layout. */
const goldenBatches: readonly { readonly version: number; readonly bytes: string }[] = [
  {
    version: 0,
    bytes:
      'QlRDSAAA//8WAAAAAQAAAAAAAAAAABxAAAAAAAAAAEAACYxAXDcYQwcBDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQEAAAAAEA==',
  },
  {
    version: 1,
    bytes:
      'QlRDSAEA/v8eAAAAAQAAAAAAAAAAABxAAAAAAAAAAEAACYxAXDcYQxAyVHaYutz+5bXLlgAAAAAAAAAAAAAAAAAAAAAAAAAABwEMAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAQAAAAAQ',
  },
]

test.each(goldenBatches)('a batch of version $version is written and read as it ever was', ({ version, bytes }) => {
  const records = new RecordWriter()
  encodeCommand(commandOf({ kind: CommandKind.CONTINUE }), records)
  const times = [1_704_067_200_123_456]
  const hashBefore = 0xfedc_ba98_7654_3210n
  const written = encodeBatch({ version, firstSequence: 7, epoch: 2, hashBefore, records, times, count: 1 })
  expect(written.toString('base64')).toBe(bytes)
  const reader = new BatchReader().open(Buffer.from(bytes, 'base64'))
  expect(reader.next(new Command())).toBe(true)
  expect(reader).toMatchObject({ sequence: 7, epoch: 2, time: times[0] })
  expect(reader.hashBefore).toBe(version === 0 ? undefined : hashBefore)
})
