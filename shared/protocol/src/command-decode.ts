/* oxlint-disable typescript/no-unsafe-type-assertion -- bytes become enumerations here; the core judges their values. */
import {
  type CancelRestriction,
  type ClientId,
  type Command,
  type CommandKind,
  type OrderType,
  type ReplaceMode,
  type SelfTradePrevention,
  type Side,
  type TimeInForce,
  wordAt,
} from '@uptick/core'
import { floatAt, floatsOver, readInt64 } from './aligned.ts'
import { RECORD_HEADER_WORDS, Section, checkRecord, clientIdWords } from './record-layout.ts'

/** Lenient, by the fixed rules of the Encoding Standard: what is not UTF-8 becomes U+FFFD on every member alike. */
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true })

function readClientId(words: Int32Array, at: number, length: number, into: ClientId): number {
  const size = clientIdWords(length)
  const used = (length + 3) >>> 2
  for (let i = 0; i < used; i++) into.words[i] = wordAt(words, at + i)
  into.length = length
  return at + size
}

function readText(words: Int32Array, at: number): string {
  return textDecoder.decode(new Uint8Array(words.buffer, words.byteOffset + ((at + 1) << 2), wordAt(words, at)))
}

/** Read the two-word sections that start at `at`; returns where they end. */
function readSections(words: Int32Array, floats: Float64Array, from: number, present: number, into: Command): number {
  let at = from
  if ((present & Section.PRICE) !== 0) {
    into.price = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.QUANTITY) !== 0) {
    into.quantity = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.QUOTE_QUANTITY) !== 0) {
    into.quoteQuantity = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.STOP_PRICE) !== 0) {
    into.stopPrice = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.STRATEGY_ID) !== 0) {
    into.strategyId = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.STRATEGY_TYPE) !== 0) {
    into.strategyType = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.FIRST_SENT) !== 0) {
    into.firstSent = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.TARGET_ORDER) !== 0) {
    into.targetOrder = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.ASSET_AND_VALUE) !== 0) {
    into.asset = wordAt(words, at)
    into.value = wordAt(words, at + 1)
    at += 2
  }
  if ((present & Section.AMOUNT) !== 0) {
    into.amount = readInt64(words, at)
    at += 2
  }
  if ((present & Section.ORIGINAL_TIME) !== 0) {
    into.originalTime = floatAt(floats, at >> 1)
    at += 2
  }
  if ((present & Section.EXECUTED_QUANTITY) !== 0) {
    into.executedQuantity = floatAt(floats, at >> 1)
    at += 2
  }
  return at
}

/**
 * Decode the record at `offset` into `command` (every field is set) and return the offset of the next one. Throws a
 * MalformedError or UnknownVersionError, and nothing else, on bytes that are no record.
 */
export function decodeCommand(words: Int32Array, offset: number, command: Command): number {
  const end = offset + checkRecord(words, offset)
  command.reset()
  const floats = floatsOver(words)
  const present = wordAt(words, offset + 1)
  command.kind = (wordAt(words, offset) & 0xff) as CommandKind
  command.session = floatAt(floats, (offset >> 1) + 1)
  command.number = floatAt(floats, (offset >> 1) + 2)
  command.confirmed = floatAt(floats, (offset >> 1) + 3)
  command.account = wordAt(words, offset + 8)
  command.symbol = wordAt(words, offset + 9)
  const enums = wordAt(words, offset + 10)
  command.side = (enums & 0xff) as Side
  command.type = ((enums >>> 8) & 0xff) as OrderType
  command.timeInForce = ((enums >>> 16) & 0xff) as TimeInForce
  command.selfTradePrevention = (enums >>> 24) as SelfTradePrevention
  const lengths = wordAt(words, offset + 11)
  command.restriction = ((lengths >>> 24) & 0xf) as CancelRestriction
  command.replaceMode = (lengths >>> 28) as ReplaceMode
  let at = readSections(words, floats, offset + RECORD_HEADER_WORDS, present, command)
  if ((lengths & 0xffffff) !== 0) {
    at = readClientId(words, at, lengths & 0xff, command.clientId)
    at = readClientId(words, at, (lengths >>> 8) & 0xff, command.targetClientId)
    at = readClientId(words, at, (lengths >>> 16) & 0xff, command.cancelId)
  }
  if ((present & Section.TEXT) !== 0) command.text = readText(words, at)
  return end
}
