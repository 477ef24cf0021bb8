import { ClientId, type Command, wordAt } from '@uptick/core'
import { writeInt64 } from './aligned.ts'
import {
  RECORD_HEADER_WORDS,
  RECORD_VERSION,
  RECORD_WORDS_MAX,
  Section,
  TEXT_BYTES_MAX,
  clientIdWords,
  textWords,
} from './record-layout.ts'
import type { RecordWriter } from './record-writer.ts'

const FIXED_WORDS_MAX = RECORD_HEADER_WORDS + 2 * 12 + 3 * (ClientId.WORDS + 1)
const textEncoder = new TextEncoder()

function byteOf(value: number, name: string): number {
  if ((value & 0xff) !== value) throw new RangeError(`${name} ${value} does not fit a byte`)
  return value
}

function int32Of(value: number, name: string): number {
  if ((value | 0) !== value) throw new RangeError(`${name} ${value} does not fit 32 bits`)
  return value
}

function nibblesOf(restriction: number, replaceMode: number): number {
  if ((restriction & 0xf) !== restriction) throw new RangeError(`restriction ${restriction} does not fit`)
  if ((replaceMode & 0xf) !== replaceMode) throw new RangeError(`replaceMode ${replaceMode} does not fit`)
  return restriction | (replaceMode << 4)
}

function writeClientId(words: Int32Array, at: number, id: ClientId): number {
  const size = clientIdWords(id.length)
  for (let i = 0; i < size; i++) words[at + i] = i < ClientId.WORDS ? wordAt(id.words, i) : 0
  return at + size
}

/** Append a text section at `at`; throws a RangeError when it is longer than `TEXT_BYTES_MAX`. */
function writeText(writer: RecordWriter, at: number, text: string): number {
  const { read, written } = textEncoder.encodeInto(
    text,
    writer.bytes.subarray((at + 1) << 2, ((at + 1) << 2) + TEXT_BYTES_MAX),
  )
  if (read !== text.length) throw new RangeError(`text is longer than ${TEXT_BYTES_MAX} bytes`)
  const size = textWords(written)
  writer.words[at] = written
  writer.bytes.fill(0, ((at + 1) << 2) + written, (at + size) << 2)
  return at + size
}

/** Write the number sections; returns which. `at` is where they begin, even. */
function writeNumbers(command: Command, floats: Float64Array, at: number): number {
  let place = at >> 1
  let present = 0
  if (command.price !== 0) {
    present |= Section.PRICE
    floats[place++] = command.price
  }
  if (command.quantity !== 0) {
    present |= Section.QUANTITY
    floats[place++] = command.quantity
  }
  if (command.quoteQuantity !== 0) {
    present |= Section.QUOTE_QUANTITY
    floats[place++] = command.quoteQuantity
  }
  if (command.stopPrice !== 0) {
    present |= Section.STOP_PRICE
    floats[place++] = command.stopPrice
  }
  if (command.strategyId !== 0) {
    present |= Section.STRATEGY_ID
    floats[place++] = command.strategyId
  }
  if (command.strategyType !== 0) {
    present |= Section.STRATEGY_TYPE
    floats[place++] = command.strategyType
  }
  if (command.firstSent !== 0) {
    present |= Section.FIRST_SENT
    floats[place++] = command.firstSent
  }
  if (command.targetOrder !== 0) {
    present |= Section.TARGET_ORDER
    floats[place++] = command.targetOrder
  }
  numbersEnd = place << 1
  return present
}

/** Where the last call of `writeNumbers` or `writeAdministration` ended: a second result without an object. */
let numbersEnd = 0

function writeAdministration(command: Command, writer: RecordWriter, at: number): number {
  let place = at
  let present = 0
  if (command.asset !== 0 || command.value !== 0) {
    present |= Section.ASSET_AND_VALUE
    writer.words[place] = int32Of(command.asset, 'asset')
    writer.words[place + 1] = int32Of(command.value, 'value')
    place += 2
  }
  if (command.amount !== 0n) {
    if (BigInt.asIntN(64, command.amount) !== command.amount) throw new RangeError('amount does not fit 64 bits')
    present |= Section.AMOUNT
    writeInt64(writer.words, place, command.amount)
    place += 2
  }
  if (command.originalTime !== 0) {
    present |= Section.ORIGINAL_TIME
    writer.floats[place >> 1] = command.originalTime
    place += 2
  }
  if (command.executedQuantity !== 0) {
    present |= Section.EXECUTED_QUANTITY
    writer.floats[place >> 1] = command.executedQuantity
    place += 2
  }
  numbersEnd = place
  return present
}

/**
 * Append `command` as one record. Numbers go as they are (the core judges them); throws a RangeError for what has no
 * room in the layout: an enumeration past a byte, an id past 32 bits, a text past its bound. The writer is then
 * unchanged.
 */
export function encodeCommand(command: Command, writer: RecordWriter): void {
  const { text } = command
  writer.reserve(FIXED_WORDS_MAX + (text === '' ? 0 : textWords(TEXT_BYTES_MAX)))
  const start = writer.length
  const { words, floats } = writer
  let present = writeNumbers(command, floats, start + RECORD_HEADER_WORDS)
  present |= writeAdministration(command, writer, numbersEnd)
  let at = numbersEnd
  at = writeClientId(words, at, command.clientId)
  at = writeClientId(words, at, command.targetClientId)
  at = writeClientId(words, at, command.cancelId)
  if (text !== '') {
    present |= Section.TEXT
    at = writeText(writer, at, text)
  }
  const length = at - start
  if (length > RECORD_WORDS_MAX) throw new RangeError(`a record of ${length} words`)
  words[start] = byteOf(command.kind, 'kind') | (RECORD_VERSION << 8) | (length << 16)
  words[start + 1] = present
  floats[(start + 2) >> 1] = command.session
  floats[(start + 4) >> 1] = command.number
  floats[(start + 6) >> 1] = command.confirmed
  words[start + 8] = int32Of(command.account, 'account')
  words[start + 9] = int32Of(command.symbol, 'symbol')
  words[start + 10] =
    byteOf(command.side, 'side') |
    (byteOf(command.type, 'type') << 8) |
    (byteOf(command.timeInForce, 'timeInForce') << 16) |
    (byteOf(command.selfTradePrevention, 'selfTradePrevention') << 24)
  words[start + 11] =
    command.clientId.length |
    (command.targetClientId.length << 8) |
    (command.cancelId.length << 16) |
    (nibblesOf(command.restriction, command.replaceMode) << 24)
  writer.length = at
}
