import { ClientId, wordAt } from '@uptick/core'
import { floatAt, floatsOver } from './aligned.ts'
import { MalformedError, UnknownVersionError } from './protocol-error.ts'

/*
 * One command record, version 1. Little-endian words, even length, self-delimiting:
 *
 *   w0      kind | version << 8 | words << 16
 *   w1      which sections follow (`Section`)
 *   f64@2   session        f64@4 number        f64@6 confirmed
 *   w8      account        w9    symbol
 *   w10     side | type << 8 | timeInForce << 16 | selfTradePrevention << 24
 *   w11     lengths of clientId | targetClientId << 8 | cancelId << 16 | restriction << 24 | replaceMode << 28
 *   then    the sections present, in the order of their bits; client ids; text, two reserved texts
 *
 * A field at its default takes no room, so that a command is only as long as it needs to be and any kind may carry
 * any field. A record may carry the reserved texts, trace context and flag decisions, beside the command: no release
 * writes them, every release passes them over, and no hash covers them.
 */
export const RECORD_VERSION = 1
export const RECORD_VERSIONS: readonly number[] = [RECORD_VERSION]
export const RECORD_HEADER_WORDS = 12
/** The header counts words in 16 bits, and records are even. */
export const RECORD_WORDS_MAX = 0xfffe
export const TEXT_BYTES_MAX = 65_536
const TRACEPARENT_BYTES_MAX = 64
const DECISIONS_BYTES_MAX = 4_096

export const Section = {
  /** Reserved. */
  TRACEPARENT: 1 << 0,
  /** Reserved. */
  DECISIONS: 1 << 1,
  TEXT: 1 << 2,
  PRICE: 1 << 4,
  QUANTITY: 1 << 5,
  QUOTE_QUANTITY: 1 << 6,
  STOP_PRICE: 1 << 7,
  STRATEGY_ID: 1 << 8,
  STRATEGY_TYPE: 1 << 9,
  FIRST_SENT: 1 << 10,
  TARGET_ORDER: 1 << 11,
  ASSET_AND_VALUE: 1 << 12,
  AMOUNT: 1 << 13,
  ORIGINAL_TIME: 1 << 14,
  EXECUTED_QUANTITY: 1 << 15,
} as const

const TEXTS = Section.TEXT | Section.TRACEPARENT | Section.DECISIONS
const KNOWN = Object.values(Section).reduce((bits, bit) => bits | bit, 0)
/** Every other section has exactly two words. */
const TWO_WORDS = KNOWN & ~TEXTS

/** Words of a client id section: padded to even. */
export function clientIdWords(length: number): number {
  return ((length + 7) >>> 3) << 1
}

/** Words of a text section: its byte length, then the bytes, padded to even. */
export function textWords(byteLength: number): number {
  return ((byteLength + 11) >>> 3) << 1
}

function bitCount(mask: number): number {
  let bits = mask - ((mask >>> 1) & 0x5555_5555)
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}

/** Words that the number sections of a record with these sections take together. */
export function numberWords(present: number): number {
  return 2 * bitCount(present & TWO_WORDS)
}

/** Length in words of the record at `offset`; throws unless its header is sound and it ends within `end`. */
export function recordWords(words: Int32Array, offset: number, end: number = words.length): number {
  if (offset < 0 || offset + RECORD_HEADER_WORDS > end) throw new MalformedError('record', 'cut short')
  if ((offset & 1) !== 0) throw new MalformedError('record', 'starts at an odd word')
  const head = wordAt(words, offset)
  const version = (head >>> 8) & 0xff
  if (version !== RECORD_VERSION) throw new UnknownVersionError('record', version, RECORD_VERSIONS)
  const length = head >>> 16
  if (length < RECORD_HEADER_WORDS || (length & 1) !== 0) throw new MalformedError('record', `length ${length}`)
  if (offset + length > end) throw new MalformedError('record', 'runs past the end')
  return length
}

function checkCounter(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new MalformedError('record', `${name} is not a counter`)
}

/** Length within the limit, ASCII only and zero-padded: so that equal ids are equal words. */
function checkClientId(words: Int32Array, at: number, end: number, length: number): number {
  if (length > ClientId.LENGTH_MAX) throw new MalformedError('record', `client order id of ${length} bytes`)
  const size = clientIdWords(length)
  if (at + size > end) throw new MalformedError('record', 'client order id is cut short')
  for (let i = 0; i < size; i++) {
    const used = length - i * 4
    const allowed = used >= 4 ? 0x7f7f7f7f : used <= 0 ? 0 : 0x7f7f7f7f & ((1 << (used * 8)) - 1)
    if ((wordAt(words, at + i) & ~allowed) !== 0)
      throw new MalformedError('record', 'client order id is not padded ASCII')
  }
  return at + size
}

function checkText(words: Int32Array, at: number, end: number, bytesMax: number): number {
  if (at >= end) throw new MalformedError('record', 'text is cut short')
  const bytes = wordAt(words, at)
  if (bytes < 0 || bytes > bytesMax) throw new MalformedError('record', `text of ${bytes} bytes`)
  return at + textWords(bytes)
}

/**
 * Check the whole layout of the record at `offset` and return its length in words. After this, decoding cannot run
 * out of bounds; values (prices, enumerations) are left for the core to judge. An engine that journals bytes from a link
 * checks them first: a record that cannot be decoded would poison every replay.
 */
export function checkRecord(words: Int32Array, offset: number, limit: number = words.length): number {
  const length = recordWords(words, offset, limit)
  const end = offset + length
  const present = wordAt(words, offset + 1)
  if ((present & ~KNOWN) !== 0) throw new MalformedError('record', 'unknown section')
  const floats = floatsOver(words)
  checkCounter(floatAt(floats, (offset >> 1) + 1), 'session')
  checkCounter(floatAt(floats, (offset >> 1) + 2), 'number')
  checkCounter(floatAt(floats, (offset >> 1) + 3), 'confirmed')
  const lengths = wordAt(words, offset + 11)
  let at = offset + RECORD_HEADER_WORDS + numberWords(present)
  if (at > end) throw new MalformedError('record', 'sections run past its length')
  if ((lengths & 0xffffff) !== 0) {
    at = checkClientId(words, at, end, lengths & 0xff)
    at = checkClientId(words, at, end, (lengths >>> 8) & 0xff)
    at = checkClientId(words, at, end, (lengths >>> 16) & 0xff)
  }
  if ((present & TEXTS) !== 0) {
    if ((present & Section.TEXT) !== 0) at = checkText(words, at, end, TEXT_BYTES_MAX)
    if ((present & Section.TRACEPARENT) !== 0) at = checkText(words, at, end, TRACEPARENT_BYTES_MAX)
    if ((present & Section.DECISIONS) !== 0) at = checkText(words, at, end, DECISIONS_BYTES_MAX)
  }
  if (at !== end) throw new MalformedError('record', 'sections and length differ')
  return length
}
