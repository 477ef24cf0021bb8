import { Command, CommandKind, Exchange, Reject } from '@uptick/core'
import { expect, test } from 'vitest'
import { commandOf } from '../testing/arbitrary-command.ts'
import { decodeCommand } from './command-decode.ts'
import { encodeCommand } from './command-encode.ts'
import { isLate, makeLate } from './late-command.ts'
import { RecordWriter } from './record-writer.ts'

const SESSION = 7
const adding = { kind: CommandKind.ADD_ACCOUNT, session: SESSION, number: 1, text: 'alice' }

/** A shard with an open session, and how it executes what lies in a record. */
function shard(): { exchange: Exchange; execute: (late: boolean, fields: object) => number } {
  const exchange = new Exchange()
  const command = new Command()
  exchange.execute(commandOf({ kind: CommandKind.OPEN_SESSION, session: SESSION }), 1, 1)
  const execute = (late: boolean, fields: object): number => {
    const writer = new RecordWriter()
    encodeCommand(commandOf(fields), writer)
    if (late) makeLate(writer.words, 0)
    decodeCommand(writer.words, 0, command)
    exchange.output.clear()
    return exchange.execute(command, exchange.sequence + 1, exchange.time)
  }
  return { exchange, execute }
}

test('a late command takes its number and changes nothing, and the record still says what it was', () => {
  const { exchange, execute } = shard()
  expect(execute(true, adding)).toBe(Reject.UNKNOWN_COMMAND)
  expect(isLate(exchange.output.words, 0)).toBe(true)
  expect(exchange.sessions()).toEqual([{ session: SESSION, lastNumber: 1, remembered: 1 }])
  expect(exchange.counts().accounts).toBe(0)
  const writer = new RecordWriter()
  encodeCommand(commandOf(adding), writer)
  makeLate(writer.words, 0)
  const command = new Command()
  decodeCommand(writer.words, 0, command)
  expect([command.number, command.text]).toEqual([1, 'alice'])
})

test('sent again in time it is late still; what was executed before is not, however late it is sent again', () => {
  const { exchange, execute } = shard()
  execute(true, adding)
  execute(false, adding)
  expect(isLate(exchange.output.words, 0)).toBe(true)
  expect(exchange.counts().accounts).toBe(0)
  execute(false, { ...adding, number: 2 })
  expect(execute(true, { ...adding, number: 2 })).toBe(Reject.NONE)
  expect(isLate(exchange.output.words, 0)).toBe(false)
  expect(exchange.counts().accounts).toBe(1)
})
