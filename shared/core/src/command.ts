/* oxlint-disable typescript/no-non-null-assertion -- offsets and counts are those of the caller's own words. */
import type { CancelRestriction, OrderType, ReplaceMode, SelfTradePrevention, Side, TimeInForce } from './enums.ts'

/** Kinds of command. The numbers are journaled: never reuse one. */
export const CommandKind = {
  PLACE: 1,
  CANCEL: 2,
  /** Cancel every open order of `account` on `symbol`. */
  CANCEL_ALL: 3,
  CANCEL_REPLACE: 4,
  /** Lower the quantity, keep the priority. */
  AMEND_KEEP_PRIORITY: 5,
  /** Change price and quantity in one step; priority is lost unless only the quantity falls. */
  AMEND: 6,
  /** Start triggered stop orders that wait, and continue unfinished work; written by the sequencer. */
  CONTINUE: 7,
  /** Advance journaled time; changes nothing else. */
  TICK: 8,
  // 9 is the kind of a command that came too late (`LATE_KIND` of the protocol), 0 of one that is skipped: never
  // executed.

  OPEN_SESSION: 10,
  END_SESSION: 11,
  /** The sequencer found that `session` has been idle past its limit. */
  EXPIRE_SESSION: 12,

  ADD_ASSET: 20,
  ADD_SYMBOL: 21,
  SET_FILTERS: 22,
  SET_SYMBOL_STATUS: 23,
  ADD_ACCOUNT: 24,
  SET_ACCOUNT_STATUS: 25,
  SET_FEES: 26,
  DEPOSIT: 27,
  WITHDRAW: 28,
  IMPORT_BALANCE: 29,
  IMPORT_ORDER: 30,
  ACTIVATE_BEHAVIOUR: 31,
  /** Cancel every open order of `account` on every symbol. */
  CANCEL_ACCOUNT: 32,
} as const
export type CommandKind = (typeof CommandKind)[keyof typeof CommandKind]

/** Does a command of this kind name a market, and read or change its book, its stops or its rules? */
export function namesMarket(kind: CommandKind): boolean {
  const { PLACE, AMEND, IMPORT_ORDER, SET_FILTERS, SET_SYMBOL_STATUS } = CommandKind
  if (kind >= PLACE && kind <= AMEND) return true
  return kind === IMPORT_ORDER || kind === SET_FILTERS || kind === SET_SYMBOL_STATUS
}

/** A client order id: up to 36 ASCII bytes in nine 32-bit little-endian words, zero-padded. `length` 0 means none. */
export class ClientId {
  static readonly WORDS = 9
  static readonly LENGTH_MAX = 36
  length = 0
  readonly words = new Int32Array(ClientId.WORDS)

  clear(): void {
    // Nine words at most: a loop over those in use is faster than `fill`.
    for (let i = (this.length + 3) >> 2; --i >= 0;) this.words[i] = 0
    this.length = 0
  }

  /** Set to `text`. Throws a RangeError unless it is 0 … 36 ASCII characters (the gateway validates first). */
  set(text: string): void {
    if (text.length > ClientId.LENGTH_MAX) throw new RangeError('client order id is longer than 36')
    this.words.fill(0)
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      if (code > 0x7f) throw new RangeError('client order id is not ASCII')
      // Nine words hold 36 characters.
      this.words[i >> 2]! |= code << ((i & 3) << 3)
    }
    this.length = text.length
  }

  copy(from: ClientId): void {
    this.words.set(from.words)
    this.length = from.length
  }

  toString(): string {
    return clientIdText(this.words, 0, this.length)
  }
}

/** Text of a client order id that lies in `words` from `offset`. */
export function clientIdText(words: Int32Array, offset: number, length: number): string {
  let text = ''
  for (let i = 0; i < length; i++) text += String.fromCharCode((words[offset + (i >> 2)]! >>> ((i & 3) << 3)) & 0xff)
  return text
}

/** Larger than the 31 or 32 bits of V8's small integers. */
const LARGE = 2 ** 52

/**
 * One command. The object is reused: decode into it, execute it, decode the next one. Do not keep it. A kind ignores
 * the fields that it does not use. Prices and quantities are safe integers in the symbol's units.
 */
export class Command {
  kind: CommandKind = CommandKind.TICK

  // -- envelope: the sender and the number for exactly-once execution
  /** The gateway session, 0 for commands of the sequencer itself (no exactly-once memory). */
  session = 0
  /** 1, 2, 3 … without gaps within the session. */
  number = 0
  /** Highest number whose reply the session has received: older replies may be forgotten. */
  confirmed = 0

  // -- references
  account = 0
  symbol = 0

  // -- PLACE, IMPORT_ORDER and the new order of CANCEL_REPLACE
  side: Side = 0
  type: OrderType = 1
  /** Orders without a time in force (MARKET, LIMIT_MAKER, STOP_LOSS, TAKE_PROFIT) carry GTC. */
  timeInForce: TimeInForce = 1
  /** 0 means the symbol's default. */
  selfTradePrevention: SelfTradePrevention | 0 = 0
  /** 0 where the type has none. */
  price = 0
  /** 0 for MARKET by quote quantity. AMEND and AMEND_KEEP_PRIORITY: the new total quantity. */
  quantity = 0
  /** MARKET by quote quantity: units of the quote asset, a safe integer. */
  quoteQuantity = 0
  stopPrice = 0
  /** Journaled with the order for the trader's own records. */
  strategyId = 0
  strategyType = 0
  readonly clientId = new ClientId()
  /** Idempotent retry: when the trader first sent it, µs; 0 switches the memory off. */
  firstSent = 0

  // -- CANCEL, AMEND*, the cancelled order of CANCEL_REPLACE
  /** 0 when the order is named by `targetClientId`. */
  targetOrder = 0
  readonly targetClientId = new ClientId()
  /** The id of the cancel itself (`c` of its execution report), not of an order. */
  readonly cancelId = new ClientId()
  restriction: CancelRestriction = 0
  replaceMode: ReplaceMode = 1

  // -- administration
  asset = 0
  /** DEPOSIT, WITHDRAW, IMPORT_BALANCE: units of `asset`. */
  amount = 0n
  /** SET_SYMBOL_STATUS, SET_ACCOUNT_STATUS, ACTIVATE_BEHAVIOUR: the new value. */
  value = 0
  /** ADD_ASSET, ADD_SYMBOL, SET_FILTERS, SET_FEES: canonical JSON. ADD_ACCOUNT: a label. IMPORT_ORDER: the foreign id. DEPOSIT …: a reference. */
  text = ''
  /** IMPORT_ORDER: original time (µs), which orders it within its level, and what had been executed. */
  originalTime = 0
  executedQuantity = 0

  constructor() {
    // Set every field that may ever hold a large number to one that is no 32-bit integer. V8 then uses one layout for
    // all commands from the start. Otherwise the first large value changes the layout, and V8 discards all code
    // compiled for the old one, while orders wait.
    this.session = this.number = this.confirmed = LARGE
    this.price = this.quantity = this.quoteQuantity = this.stopPrice = LARGE
    this.strategyId = this.strategyType = this.firstSent = this.targetOrder = LARGE
    this.originalTime = this.executedQuantity = LARGE
    this.reset()
  }

  /** Reset every field to its default, so that no value of the previous command is left. */
  reset(): void {
    this.session = this.number = this.confirmed = 0
    this.account = this.symbol = 0
    this.side = 0
    this.type = 1
    this.timeInForce = 1
    this.selfTradePrevention = 0
    this.price = this.quantity = this.quoteQuantity = this.stopPrice = 0
    this.strategyId = this.strategyType = this.firstSent = 0
    this.clientId.clear()
    this.targetOrder = 0
    this.targetClientId.clear()
    this.cancelId.clear()
    this.restriction = 0
    this.replaceMode = 1
    this.asset = this.value = this.originalTime = this.executedQuantity = 0
    if (this.amount !== 0n) this.amount = 0n
    if (this.text !== '') this.text = ''
  }
}
