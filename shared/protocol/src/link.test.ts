import { Command } from '@uptick/core'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandFields, commandOf, fieldsOf } from '../testing/arbitrary-command.ts'
import { onlyTyped } from '../testing/only-typed.ts'
import { decodeCommand } from './command-decode.ts'
import { decodeFrame } from './link-decode.ts'
import { FRAME_BYTES_MAX, FrameType } from './link-frame.ts'
import {
  CommandsFrame,
  encodeAnswer,
  encodeGoodbye,
  encodeHello,
  encodeOutcomes,
  encodeQuery,
  encodeReplies,
  encodeWelcome,
} from './link.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'
import { writeFloat } from './aligned.ts'

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown)

/** `count` outcomes without a body of meaning, from sequence `first`, each with `events` events of four words. */
function outcomes(first: number, count: number, events = 2): Int32Array {
  const size = 18 + events * 4
  const words = new Int32Array(size * count)
  for (let i = 0; i < count; i++) {
    const at = i * size
    words[at] = size
    words[at + 14] = events
    words[at + 15] = 1
    writeFloat(words, at + 4, first + i)
    for (let e = 0; e < events; e++) words[at + 18 + e * 4] = 3 | (4 << 8)
  }
  return words
}

test('HELLO, WELCOME, QUERY, ANSWER and GOODBYE come back as they were', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.integer({ min: -1 }), fc.nat(), json, (a, b, c, d, body) => {
      const hello = { instance: 'gateway-ä', session: a, feedFrom: c }
      expect(decodeFrame(encodeHello(hello))).toEqual({
        type: FrameType.HELLO,
        lowestVersion: 1,
        highestVersion: 1,
        ...hello,
      })
      const welcome = { shard: d, epoch: a, durable: b, oldest: a, windowMax: d, extras: body }
      expect(decodeFrame(encodeWelcome(welcome))).toEqual({ type: FrameType.WELCOME, ...welcome })
      expect(decodeFrame(encodeQuery(a, body))).toEqual({ type: FrameType.QUERY, id: a, body })
      expect(decodeFrame(encodeAnswer(a, b, body))).toEqual({ type: FrameType.ANSWER, id: a, sequence: b, body })
      expect(decodeFrame(encodeGoodbye(body))).toEqual({ type: FrameType.GOODBYE, reason: body })
    }),
    { numRuns: 100 },
  )
})

test('HELLO says what was seen, where something was; what is no such thing is refused', () => {
  const hello = { instance: 'g', session: 3, feedFrom: 18 }
  const seen = { sequence: 17, epoch: 4, sum: 0xffff_ffff }
  expect(decodeFrame(encodeHello({ ...hello, seen }))).toMatchObject({ ...hello, seen })
  expect(decodeFrame(encodeHello(hello))).toMatchObject({ ...hello, seen: undefined })
  for (const wrong of [
    { ...seen, sum: -1 },
    { ...seen, epoch: 1.5 },
    { ...seen, sequence: Number.NaN },
  ]) {
    expect(() => decodeFrame(encodeHello({ ...hello, seen: wrong }))).toThrow('HELLO has seen nothing')
  }
})

test('COMMANDS carries any commands of its session, at any alignment', () => {
  const builder = new CommandsFrame(16)
  const command = new Command()
  fc.assert(
    fc.property(fc.array(commandFields, { maxLength: 5 }), fc.maxSafeNat(), fc.nat(7), (run, session, shift) => {
      const sent = run.map((fields) => ({ ...fields, session }))
      builder.begin(session)
      for (const fields of sent) builder.add(commandOf(fields))
      const bytes = builder.finish()
      const pool = new Uint8Array(bytes.length + 8)
      pool.set(bytes, shift)
      const frame = decodeFrame(pool.subarray(shift, shift + bytes.length))
      if (frame.type !== FrameType.COMMANDS) throw new Error('no COMMANDS')
      expect(frame.count).toBe(sent.length)
      const met = []
      for (let at = frame.start; at < frame.end;) {
        at = decodeCommand(frame.words, at, command)
        met.push(fieldsOf(command))
      }
      expect(met).toEqual(sent)
    }),
    { numRuns: 200 },
  )
})

test('a record can be sent again in another frame, but not in another session', () => {
  const builder = new CommandsFrame()
  builder.begin(9).add(commandOf({ session: 9, number: 1 }))
  const first = decodeFrame(builder.finish())
  if (first.type !== FrameType.COMMANDS) throw new Error('no COMMANDS')
  builder.begin(9).addRecord(first.words, first.start)
  expect(decodeFrame(builder.finish())).toMatchObject({ session: 9, count: 1 })
  builder.begin(10).addRecord(first.words, first.start)
  expect(() => decodeFrame(builder.finish())).toThrow('another session')
  expect(() => builder.begin(10).add(commandOf({ session: 9 }))).toThrow('differ in their session')
})

test('COMMANDS says by when they are to be sequenced, where there is a time; a release that knows none reads none', () => {
  const builder = new CommandsFrame()
  for (const deadline of [-3.5, 0, 86_400_000.25, Number.POSITIVE_INFINITY]) {
    builder.begin(9, deadline).add(commandOf({ session: 9, number: 1 }))
    expect(decodeFrame(builder.finish())).toMatchObject({ session: 9, count: 1, deadline })
  }
  builder.begin(9).add(commandOf({ session: 9, number: 1 }))
  const untimed = builder.finish()
  expect(untimed.readInt32LE(20)).toBe(0)
  expect(decodeFrame(untimed)).toMatchObject({ start: 6, deadline: Number.POSITIVE_INFINITY })
  builder.begin(9, Number.NaN).add(commandOf({ session: 9, number: 1 }))
  expect(() => decodeFrame(builder.finish())).toThrow('deadline is no number')
})

test('OUTCOMES and REPLIES carry runs of whole outcomes', () => {
  const words = outcomes(41, 3)
  const one = words.length / 3
  const frame = decodeFrame(encodeOutcomes(6, 42, 43, words, one))
  if (frame.type !== FrameType.OUTCOMES) throw new Error('no OUTCOMES')
  expect(frame).toMatchObject({ epoch: 6, first: 42, last: 43 })
  expect([...frame.words.subarray(frame.start, frame.end)]).toEqual([...words.subarray(one)])
  expect(decodeFrame(encodeReplies(3, words))).toMatchObject({ type: FrameType.REPLIES, count: 3 })
  expect(() => decodeFrame(encodeOutcomes(6, 41, 42, words))).toThrow('3 outcomes from 41 to 42')
  expect(() => decodeFrame(encodeOutcomes(6, 42, 44, words))).toThrow('gap')
  expect(() => decodeFrame(encodeReplies(2, words))).toThrow('3 replies instead of 2')
  const standing = words.slice()
  standing[18] = 3
  expect(() => decodeFrame(encodeReplies(3, standing))).toThrow('length of an event')
})

test('an unknown version, a foreign length and an oversized frame are told apart', () => {
  const frame = encodeGoodbye({ reason: 'stepping down' })
  const newer = Buffer.from(frame)
  newer[1] = 4
  expect(() => decodeFrame(newer)).toThrow(new UnknownVersionError('link', 4, [1]))
  expect(() => decodeFrame(frame.subarray(0, frame.length - 8))).toThrow(MalformedError)
  expect(() => decodeFrame(Buffer.alloc(FRAME_BYTES_MAX + 8))).toThrow('bytes')
  expect(() => decodeFrame(new Uint8Array(0))).toThrow('cut short')
})

test('JSON that is nested deep, a long query and a long name are no frames', () => {
  let deep: unknown = []
  for (let depth = 1; depth < 33; depth++) deep = [deep]
  expect(() => decodeFrame(encodeQuery(1, deep))).toThrow('nested too deep')
  expect(() => decodeFrame(encodeAnswer(1, 1, deep))).toThrow('nested too deep')
  expect(() => decodeFrame(encodeGoodbye(deep))).toThrow('nested too deep')
  expect(() => decodeFrame(encodeQuery(1, 'x'.repeat(70_000)))).toThrow('a long query')
  const instance = 'x'.repeat(257)
  expect(() => decodeFrame(encodeHello({ instance, session: 0, feedFrom: -1 }))).toThrow('names no instance')
})

test('no bytes crash the decoder with anything but its typed error', () => {
  const builder = new CommandsFrame()
  builder.begin(3).add(commandOf({ session: 3, clientId: 'abc', price: 7, text: 'é' }))
  const untimed = builder.finish()
  builder.begin(3, 17.5).add(commandOf({ session: 3, clientId: 'abc', price: 7, text: 'é' }))
  const samples = [
    encodeHello({ instance: 'g', session: 3, feedFrom: 1 }),
    untimed,
    builder.finish(),
    encodeQuery(4, { kind: 'order' }),
    encodeWelcome({ shard: 0, epoch: 1, durable: 2, oldest: 1, windowMax: 100, extras: { x: 1 } }),
    encodeOutcomes(1, 5, 6, outcomes(5, 2)),
    encodeReplies(2, outcomes(5, 2)),
    encodeAnswer(4, 6, [1, 2]),
    encodeGoodbye('bye'),
  ]
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 })
  fc.assert(
    fc.property(fc.constantFrom(...samples), flips, fc.nat(), (sample, changes, cut) => {
      const bytes = Buffer.from(sample)
      for (const [at, value] of changes) bytes[at % bytes.length] = value
      expect(
        onlyTyped(() => {
          decodeFrame(cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes)
        }),
      ).toBe(true)
    }),
    { numRuns: 4000 },
  )
})
