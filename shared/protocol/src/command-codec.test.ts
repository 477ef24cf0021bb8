import { Command, CommandKind, OrderType, wordAt } from '@uptick/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandFields, commandOf, fieldsOf } from '../testing/arbitrary-command.ts'
import { onlyTyped } from '../testing/only-typed.ts'
import { decodeCommand } from './command-decode.ts'
import { encodeCommand } from './command-encode.ts'
import { UnknownVersionError } from './protocol-error.ts'
import { checkRecord, recordWords, Section, textWords } from './record-layout.ts'
import { copyRecord, recordKind, recordNumber, recordSession } from './record-view.ts'
import { RecordWriter } from './record-writer.ts'

const place = {
  kind: CommandKind.PLACE,
  session: 77,
  number: 5,
  confirmed: 4,
  account: 3,
  symbol: 1,
  type: OrderType.LIMIT,
  price: 6_500_000,
  quantity: 25_000,
  clientId: 'x-TKT5PX2F0123456789ab',
}

test('any run of commands of any kind comes back field by field, from one reused command', () => {
  const reused = new Command()
  fc.assert(
    fc.property(fc.array(commandFields, { maxLength: 8 }), (run) => {
      const writer = new RecordWriter(16)
      for (const fields of run) encodeCommand(commandOf(fields), writer)
      const words = writer.words.slice(0, writer.length)
      let at = 0
      for (const fields of run) {
        expect(checkRecord(words, at)).toBe(recordWords(words, at))
        expect(recordKind(words, at)).toBe(fields.kind)
        expect(recordSession(words, at)).toBe(fields.session)
        expect(recordNumber(words, at)).toBe(fields.number)
        at = decodeCommand(words, at, reused)
        expect(fieldsOf(reused)).toEqual(fields)
      }
      expect(at).toBe(words.length)
    }),
    { numRuns: 300 },
  )
})

test('a copied record is the same words', () => {
  fc.assert(
    fc.property(commandFields, commandFields, (a, b) => {
      const source = new RecordWriter()
      encodeCommand(commandOf(a), source)
      encodeCommand(commandOf(b), source)
      const copy = new RecordWriter(16)
      const next = copyRecord(source.words, 0, copy)
      expect(copyRecord(source.words, next, copy)).toBe(source.length)
      expect(copy.written()).toEqual(source.written())
    }),
    { numRuns: 50 },
  )
})

/** One more text section at the end of the record that the writer holds: its length in bytes, the bytes, padding. */
function appendText(writer: RecordWriter, section: number, text: string): void {
  const bytes = Buffer.from(text)
  const start = writer.length
  const size = textWords(bytes.length)
  writer.reserve(size)
  writer.words.fill(0, start, start + size)
  writer.words[start] = bytes.length
  writer.bytes.set(bytes, (start + 1) * 4)
  writer.length += size
  writer.words[0] = (wordAt(writer.words, 0) & 0xffff) | (writer.length << 16)
  writer.words[1] = wordAt(writer.words, 1) | section
}

test('trace context and flag decisions, which no release writes, are passed over', () => {
  const writer = new RecordWriter()
  encodeCommand(commandOf({ ...place, text: 'reference é' }), writer)
  appendText(writer, Section.TRACEPARENT, '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
  appendText(writer, Section.DECISIONS, '{"resume":true}')
  const command = new Command()
  expect(checkRecord(writer.words, 0, writer.length)).toBe(writer.length)
  expect(decodeCommand(writer.words, 0, command)).toBe(writer.length)
  expect(fieldsOf(command)).toMatchObject({ ...place, text: 'reference é' })
})

test('a trace context that is too long is refused', () => {
  const writer = new RecordWriter()
  encodeCommand(commandOf(place), writer)
  appendText(writer, Section.TRACEPARENT, 'x'.repeat(65))
  expect(() => checkRecord(writer.words, 0, writer.length)).toThrow('text of 65 bytes')
})

test('what has no room in the layout is refused and leaves the writer as it was', () => {
  const writer = new RecordWriter()
  for (const bad of [{ account: 2 ** 31 }, { symbol: 0.5 }, { text: 'x'.repeat(65_537) }, { amount: 2n ** 63n }]) {
    expect(() => encodeCommand(commandOf({ ...place, ...bad }), writer)).toThrow(RangeError)
  }
  expect(writer.length).toBe(0)
})

test('a limit order takes 88 bytes and encoding it again the same bytes', () => {
  const writer = new RecordWriter()
  encodeCommand(commandOf(place), writer)
  expect(writer.length * 4).toBe(88)
  const first = writer.written().slice()
  writer.clear()
  encodeCommand(commandOf({ ...place, text: 'left behind' }), writer)
  writer.clear()
  encodeCommand(commandOf(place), writer)
  expect(writer.written()).toEqual(first)
})

test('an unknown record version says what was met and what is known', () => {
  const writer = new RecordWriter()
  encodeCommand(commandOf(place), writer)
  writer.bytes[1] = 9
  expect(() => decodeCommand(writer.words, 0, new Command())).toThrow(new UnknownVersionError('record', 9, [1]))
})

test('a second client order id that runs past the end of the record is refused', () => {
  const writer = new RecordWriter()
  encodeCommand(commandOf(place), writer)
  writer.bytes[11 * 4 + 1] = 36
  const words = writer.words.slice(0, writer.length)
  expect(() => checkRecord(words, 0)).toThrow('client order id is cut short')
})

test('damaged bytes are refused with the typed error or read as some command, never anything else', () => {
  const command = new Command()
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(commandFields, damage, fc.nat(), (fields, flips, cut) => {
      const writer = new RecordWriter()
      encodeCommand(commandOf(fields), writer)
      for (const [at, value] of flips) writer.bytes[at % (writer.length * 4)] = value
      const words = writer.words.slice(0, cut % 3 === 0 ? cut % writer.length : writer.length)
      expect(
        onlyTyped(() => {
          expect(decodeCommand(words, 0, command)).toBeLessThanOrEqual(words.length)
        }),
      ).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('random words are refused', () => {
  fc.assert(
    fc.property(fc.int32Array({ maxLength: 80 }), fc.integer({ min: -5, max: 90 }), (words, offset) => {
      expect(
        onlyTyped(() => {
          decodeCommand(words, offset, new Command())
        }),
      ).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
