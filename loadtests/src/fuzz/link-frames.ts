import { Command, type CommandKind } from '@uptick/core'
import { CommandsFrame, encodeHello, encodeJoin, encodeQuery, encodeStanding } from '@uptick/protocol'
import * as fc from 'fast-check'
import { damaged, heavyJson } from './words.ts'

const latin1 = (bytes: Buffer): string => bytes.toString('latin1')
const counter = fc.oneof(fc.constantFrom(0, 1, 2, Number.MAX_SAFE_INTEGER), fc.maxSafeNat())

const hello = fc
  .record({ instance: fc.string(), session: counter, feedFrom: fc.oneof(fc.constantFrom(-1, 0, 1), fc.maxSafeNat()) })
  .map((fields) => latin1(encodeHello(fields)))
const question = fc.record(
  {
    kind: fc.constantFrom(
      'order',
      'openOrders',
      'account',
      'depth',
      'catalogue',
      'totals',
      'status',
      'clock',
      'repair',
      'release',
      'x',
    ),
    account: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
    symbol: fc.oneof(fc.integer({ min: -2, max: 2 }), fc.double()),
    orderId: fc.oneof(fc.integer(), fc.maxSafeInteger()),
    clientId: fc.string(),
  },
  { requiredKeys: ['kind'] },
)
const asked = fc
  .tuple(counter, fc.oneof({ weight: 4, arbitrary: question as fc.Arbitrary<unknown> }, fc.jsonValue()))
  .map(([id, body]) => latin1(encodeQuery(id, body)))
/** JSON in a frame, with text that the encoder would not write. */
const heavy = heavyJson.map((text) => {
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, ' ')
  const frame = Buffer.concat([encodeQuery(1, ''), Buffer.from(padded)]).subarray(0, 24 + padded.length)
  frame.write(padded, 24, 'latin1')
  frame.writeInt32LE(frame.length / 4, 4)
  frame.writeInt32LE(text.length, 16)
  return latin1(frame)
})
const join = fc
  .tuple(fc.integer({ min: 1 }), fc.string(), fc.string())
  .map(([from, holder, url]) => latin1(encodeJoin(from, { holder, url, behaviours: [1], batchVersions: [1] })))
const standing = fc.tuple(counter, fc.boolean()).map(([sequence, isReady]) => latin1(encodeStanding(sequence, isReady)))

function commands(kinds: readonly CommandKind[]): fc.Arbitrary<string> {
  const command = fc.record({
    kind: fc.constantFrom(...kinds),
    number: counter,
    account: fc.integer(),
    symbol: fc.integer({ min: -2, max: 3 }),
    price: counter,
    quantity: counter,
    value: fc.integer(),
    text: fc.string(),
  })
  const deadline = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double())
  return fc.tuple(counter, deadline, fc.array(command, { maxLength: 4 })).map(([session, until, all]) => {
    const frame = new CommandsFrame().begin(session, until)
    for (const fields of all) frame.add(Object.assign(new Command(), fields, { session }))
    return latin1(frame.finish())
  })
}

/** Messages to an engine (latin1): each kind, valid and damaged. */
export function linkFrames(kinds: readonly CommandKind[]): fc.Arbitrary<string> {
  const whole = fc.oneof(hello, asked, heavy, join, standing, commands(kinds))
  return fc.oneof({ weight: 2, arbitrary: whole }, damaged(whole))
}
