/* oxlint-disable typescript/no-non-null-assertion -- offsets are the layout's, in an event of the right length. */
import type { CommandKind } from './command.ts'
import { WordHash } from './hash.ts'
import type { RejectCode } from './reject.ts'

/** Version of the layout of outcomes, in every header. */
export const OUTCOME_VERSION = 1
/** The same with COMPACT_FILLS active: a reader that does not know compact fills must not misread them. */
export const COMPACT_OUTCOME_VERSION = 2

/** Word offsets of an outcome's header. Doubles lie at even offsets. */
export const OutcomeAt = {
  /** Total words, header included. */
  WORDS: 0,
  /** kind | flags << 8; flag 1: a repeated reply, flag 2: has a WORK event. */
  KIND: 1,
  REJECT: 2,
  ACCOUNT: 3,
  SEQUENCE: 4,
  TIME: 6,
  SESSION: 8,
  NUMBER: 10,
  ORIGINAL_SEQUENCE: 12,
  EVENTS: 14,
  VERSION: 15,
} as const

export const OUTCOME_HEADER_WORDS = 18
/** In word OutcomeAt.KIND. */
export const OUTCOME_REPEATED = 1 << 8
/** In the same word: one of its events is a WORK event that describes the present. */
export const OUTCOME_WORK = 1 << 9

/** Every event begins with one word: kind | words << 8. */
/** The least an EXECUTION has; see `ExecutionAt` for what may follow. */
export const EXECUTION_WORDS = 24
/** Offsets of an EXECUTION. After the image follow, if present: the fill, extras, the client id, the cancel's id. */
export const ExecutionAt = {
  /** execution | expiryReason << 8 | flags << 16 | cancelLength << 24; flags: MAKER_FLAG, OWN_FLAG, FILL_FLAG */
  PACKED: 1,
  EXECUTION_ID: 2,
  IMAGE: 4,
  /** With FILL_FLAG only. */
  LAST_PRICE: 24,
  LAST_QUANTITY: 26,
  LAST_QUOTE: 28,
  /** At the same offset, for TRADE_PREVENTION: id of the other order; 0 while PREVENTED_QUANTITY is not active. */
  COUNTER_ORDER: 28,
  FEE: 30,
  TRADE_ID: 32,
  FEE_ASSET: 34,
} as const
export const FILL_WORDS = 12
/** The execution is that of the maker. */
export const MAKER_FLAG = 1
/** The event belongs to an order that the command itself placed, cancelled or amended: part of the remembered reply. */
export const OWN_FLAG = 2
/** The execution has a last price, quantity, fee: TRADE and TRADE_PREVENTION. */
export const FILL_FLAG = 4

/** Words that an id of `length` characters takes at the end of an event; an even number. */
export function idWords(length: number): number {
  return ((length + 7) >> 3) << 1
}

export const TRADE_WORDS = 18
export const TradeAt = {
  /** MAKER_FLAG: the buyer is the maker; OWN_FLAG; from TRADE_AGGREGATE_SHIFT on what exceeds the word AGGREGATED. */
  FLAGS: 1,
  SYMBOL: 2,
  MAKER_ACCOUNT: 3,
  TAKER_ACCOUNT: 4,
  /** 1 + trade id − aggregate id, its low 32 bits; all bits are 0 while the core does not number aggregates. */
  AGGREGATED: 5,
  TRADE_ID: 6,
  PRICE: 8,
  QUANTITY: 10,
  QUOTE: 12,
  MAKER_ORDER: 14,
  TAKER_ORDER: 16,
  /** The following fields exist with compact fills only. Time of the trade, µs. */
  TIME: 18,
  /** Id of the maker's execution; the taker's is the next one. */
  MAKER_EXECUTION: 20,
} as const
/** Length of a trade whose fills are compact. */
export const FULL_TRADE_WORDS = 22

export const TRADE_AGGREGATE_SHIFT = 8

export const LEVEL_WORDS = 10
export const LevelAt = { SIDE: 1, SYMBOL: 2, PRICE: 4, QUANTITY: 6, UPDATE_ID: 8 } as const

export const BALANCE_WORDS = 8
export const BalanceAt = { ACCOUNT: 1, ASSET: 2, FREE: 4, LOCKED: 6 } as const

export const FUNDS_WORDS = 6
export const FundsAt = { ACCOUNT: 1, ASSET: 2, DELTA: 4 } as const

export const PREVENTED_WORDS = 16
export const PreventedAt = {
  /** mode | flags << 8 */
  MODE: 1,
  SYMBOL: 2,
  PREVENTED_ID: 4,
  MAKER_ORDER: 6,
  TAKER_ORDER: 8,
  PRICE: 10,
  MAKER_QUANTITY: 12,
  TAKER_QUANTITY: 14,
} as const

/** The definition's ASCII bytes follow at TEXT, four a word. */
export const CatalogueAt = { SUBJECT: 1, ID: 2, BYTES: 3, TEXT: 4 } as const
export const CATALOGUE_SUBJECTS = ['asset', 'symbol', 'account', 'fees'] as const

export const SESSION_WORDS = 4
export const SessionAt = { STATE: 1, SESSION: 2 } as const
export const SESSION_STATES = ['opened', 'ended', 'expired'] as const

export const BEHAVIOUR_WORDS = 2
export const BehaviourAt = { BEHAVIOUR: 1 } as const

export const REPLACE_WORDS = 4
export const ReplaceAt = { CANCEL: 1, PLACE: 2, ATTEMPTED: 3 } as const

export const WORK_WORDS = 6
export const WorkAt = { WORK: 1, SYMBOL: 2, ACCOUNT: 3, ORDER: 4 } as const

const INITIAL_WORDS = 1 << 14
/** Words that wait for the hash: some tens of outcomes, which are still in the first-level cache. */
const HASH_AT = 2048

/** The sequence and journaled time of the current command, shared by everything that needs them. */
export class Moment {
  sequence = 0
  /** µs. */
  time = 0
}

// As constants of this module: only those are compiled into the code.
const { KIND, REJECT, ACCOUNT, EVENTS, VERSION, WORDS } = OutcomeAt
const D_SEQUENCE = OutcomeAt.SEQUENCE / 2
const D_TIME = OutcomeAt.TIME / 2
const D_SESSION = OutcomeAt.SESSION / 2
const D_NUMBER = OutcomeAt.NUMBER / 2
const D_ORIGINAL_SEQUENCE = OutcomeAt.ORIGINAL_SEQUENCE / 2
const HEADER_WORDS = OUTCOME_HEADER_WORDS

/**
 * The words of the outcomes since the last `clear()`, and the running hash over all of them since the beginning. The
 * buffer grows by doubling and never shrinks. `words` is another array after growth: read it again after every command.
 * Only the writer changes a word. The hash takes the words later, many at a time.
 */
export class Output {
  words = new Int32Array(INITIAL_WORDS)
  /** The same memory as doubles: word offset / 2. */
  doubles = new Float64Array(this.words.buffer)
  /** In words; always even between events. */
  length = 0
  /** Position of the outcome that is being written. */
  start = 0
  /** Version of the layout. */
  version: number = OUTCOME_VERSION
  readonly moment: Moment
  readonly #hash = new WordHash()
  /** Words up to here are in the hash. */
  #hashed = 0
  #events = 0

  constructor(moment: Moment = new Moment()) {
    this.moment = moment
  }

  clear(): void {
    this.hash()
    this.length = 0
    this.#hashed = 0
  }

  /** The running hash over everything that was ever written here. */
  hash(): WordHash {
    if (this.#hashed < this.length) this.#hash.update(this.words, this.#hashed, this.length)
    this.#hashed = this.length
    return this.#hash
  }

  /** Make room for `count` more words. */
  reserve(count: number): void {
    if (this.length + count > this.words.length) this.#grow(this.length + count)
  }

  /** Begin an outcome; `end` completes its header. */
  begin(kind: CommandKind, account: number, sequence: number, time: number, session: number, number: number): void {
    this.moment.sequence = sequence
    this.moment.time = time
    this.beginCommand({ kind, account, session, number })
  }

  /** The same for the current command, with the sequence and time of `moment`: passing no double makes no garbage. */
  beginCommand(command: { kind: CommandKind; account: number; session: number; number: number }): void {
    this.reserve(HEADER_WORDS)
    const at = this.length
    const half = at >> 1
    const { words, doubles, moment } = this
    words[at + KIND] = command.kind
    words[at + ACCOUNT] = command.account
    doubles[half + D_SEQUENCE] = moment.sequence
    doubles[half + D_TIME] = moment.time
    doubles[half + D_SESSION] = command.session
    doubles[half + D_NUMBER] = command.number
    doubles[half + D_ORIGINAL_SEQUENCE] = moment.sequence
    words[at + VERSION] = this.version
    words[at + 16] = 0
    words[at + 17] = 0
    this.start = at
    this.#events = 0
    this.length = at + HEADER_WORDS
  }

  /** Begin an event of `words` words at the end; returns its offset. The words are not cleared. */
  event(kind: number, words: number): number {
    const at = this.length
    if (at + words > this.words.length) this.#grow(at + words)
    this.words[at] = kind | (words << 8)
    this.length = at + words
    this.#events++
    return at
  }

  /** Begin `count` events of `words` words; returns the offset of the first. The caller writes their first words. */
  events(count: number, words: number): number {
    const at = this.length
    if (at + words > this.words.length) this.#grow(at + words)
    this.length = at + words
    this.#events += count
    return at
  }

  /** Set a flag of the outcome being written. */
  flag(bit: number): void {
    this.words[this.start + KIND]! |= bit
  }

  /** Append `count` words of `events` whole events that are written at `length` already. */
  append(count: number, events: number): void {
    this.length += count
    this.#events += events
  }

  /** Complete the outcome. The hash takes many words at a time, while they are still in the cache. */
  end(reject: RejectCode): void {
    const { words, start } = this
    words[start + WORDS] = this.length - start
    words[start + REJECT] = reject
    words[start + EVENTS] = this.#events
    if (this.length - this.#hashed > HASH_AT) this.hash()
  }

  #grow(least: number): void {
    let capacity = this.words.length
    while (capacity < least) capacity *= 2
    const words = new Int32Array(capacity)
    words.set(this.words.subarray(0, this.length))
    this.words = words
    this.doubles = new Float64Array(words.buffer)
  }
}
