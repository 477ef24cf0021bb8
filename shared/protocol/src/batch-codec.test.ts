import { Command } from '@uptick/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandFields, type CommandFields, commandOf, fieldsOf } from '../testing/arbitrary-command.ts'
import { onlyTyped } from '../testing/only-typed.ts'
import { BATCH_VERSIONS, BatchReader, encodeBatch } from './batch-codec.ts'
import { encodeCommand } from './command-encode.ts'
import { ProtocolError, UnknownVersionError } from './protocol-error.ts'
import { RecordWriter } from './record-writer.ts'
import { writtenBatchVersion } from './versions.ts'

const START = 1_763_000_000_000_000

const batches = fc.record({
  version: fc.constantFrom(...BATCH_VERSIONS),
  firstSequence: fc.integer({ min: 1, max: 2 ** 52 }),
  epoch: fc.nat(),
  hashBefore: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  commands: fc.array(commandFields, { minLength: 1, maxLength: 6 }),
  gap: fc.constantFrom(0, 1, 999, 3_000_000_000, 40_000_000_000),
})

type Sample = typeof batches extends fc.Arbitrary<infer T> ? T : never

function payloadOf(sample: Sample): Buffer {
  const records = new RecordWriter()
  for (const fields of sample.commands) encodeCommand(commandOf(fields), records)
  const times = sample.commands.map((_, index) => START + index * sample.gap)
  return encodeBatch({ ...sample, records, times, count: times.length })
}

function readAll(reader: BatchReader): { sequence: number; time: number; fields: CommandFields }[] {
  const command = new Command()
  const rows = []
  while (reader.next(command)) rows.push({ sequence: reader.sequence, time: reader.time, fields: fieldsOf(command) })
  return rows
}

test('a batch of either version, at any alignment, comes back whole', () => {
  const reader = new BatchReader()
  fc.assert(
    fc.property(batches, fc.nat(7), (sample, shift) => {
      const payload = payloadOf(sample)
      const pool = new Uint8Array(payload.length + 8)
      pool.set(payload, shift)
      reader.open(pool.subarray(shift, shift + payload.length))
      expect(reader.epoch).toBe(sample.epoch)
      expect(reader.lastSequence).toBe(sample.firstSequence + sample.commands.length - 1)
      expect(reader.hashBefore).toBe(sample.version === 0 ? undefined : sample.hashBefore)
      expect(readAll(reader)).toEqual(
        sample.commands.map((fields, index) => ({
          sequence: sample.firstSequence + index,
          time: START + index * sample.gap,
          fields,
        })),
      )
      expect(reader.next(new Command())).toBe(false)
    }),
    { numRuns: 200 },
  )
})

test('a version that this build does not know is refused, written or read', () => {
  const records = new RecordWriter()
  encodeCommand(new Command(), records)
  const input = { firstSequence: 1, epoch: 1, hashBefore: 0n, records, times: [START], count: 1 }
  expect(() => encodeBatch({ ...input, version: 2 })).toThrow(new UnknownVersionError('batch', 2, [0, 1]))
  const payload = encodeBatch(input)
  payload.writeInt32LE(7 | (~7 << 16), 4)
  expect(() => new BatchReader().open(payload)).toThrow(new UnknownVersionError('batch', 7, [0, 1]))
})

test('one flipped bit anywhere in a batch is noticed', () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.nat(7), (sample, position, bit) => {
      const payload = payloadOf({ ...sample, version: 1 })
      const at = position % payload.length
      payload.writeUInt8(payload.readUInt8(at) ^ (1 << bit), at)
      expect(() => new BatchReader().open(payload)).toThrow(ProtocolError)
    }),
    { numRuns: 300 },
  )
})

test('a damaged batch without a checksum fails with the typed error or reads as other values', () => {
  fc.assert(
    fc.property(
      batches,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(),
      (sample, flips, cut) => {
        const payload = payloadOf({ ...sample, version: 0 })
        for (const [at, value] of flips) payload[at % payload.length] = value
        expect(
          onlyTyped(() => {
            readAll(new BatchReader().open(payload.subarray(0, cut % 2 === 0 ? payload.length : cut % payload.length)))
          }),
        ).toBe(true)
      },
    ),
    { numRuns: 1000 },
  )
})

test('random bytes are no batch', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => new BatchReader().open(bytes)).toThrow(ProtocolError)
    }),
  )
})

test('times that decrease are a bug of the writer', () => {
  const records = new RecordWriter()
  encodeCommand(new Command(), records)
  encodeCommand(new Command(), records)
  const input = { firstSequence: 1, epoch: 1, hashBefore: 0n, records, times: [START, START - 1], count: 2 }
  expect(() => encodeBatch(input)).toThrow(RangeError)
})

test('an empty journal writes the version of this release', () => {
  expect(writtenBatchVersion([])).toBe(1)
  expect(writtenBatchVersion([1, 2, 3])).toBe(1)
})
