/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import { AMOUNT_UNIT, type Amount, bigAmount, storeAmount } from './amount.ts'
import type { Fill } from './fill.ts'
import { NONE as EMPTY } from './order-store.ts'
import { BalanceAt } from './output.ts'
import { PairTable } from './pair-table.ts'
import { restoreWords } from './snapshot-words.ts'

// As constants of this module: only those are compiled into the code.
const NONE = EMPTY

/** Layout of a balance, 64 bytes: a cache line. Free and locked are amounts (amount.ts): a double and a high word. */
const BALANCE_WORDS = 16
const BALANCE_DOUBLES = BALANCE_WORDS / 2
const FREE = 0
const LOCKED = 1
const HIGHS = 4
const ACCOUNT = 6
const ASSET = 7
/** 1: in the list of balances that the current command has changed. */
const TOUCHED = 8
/** The account's next balance. */
const NEXT = 9

// As constants of this module: only those are compiled into the code.
const UNIT = AMOUNT_UNIT
const EVENT_ACCOUNT = BalanceAt.ACCOUNT
const EVENT_ASSET = BalanceAt.ASSET
const EVENT_FREE = BalanceAt.FREE
const EVENT_LOCKED = BalanceAt.LOCKED

const INITIAL_BALANCES = 256
const UNITS_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Free and locked of every (account, asset), and the collected fees of every asset. The asset's total bounds all
 * amounts, and deposits keep it below 2^62: moving existing money cannot overflow. Collected fees are the balances of
 * account 0, which has no owner.
 */
export class Ledger {
  words = new Int32Array(INITIAL_BALANCES * BALANCE_WORDS)
  doubles = new Float64Array(this.words.buffer)
  highWater = 1
  readonly table = new PairTable()
  /** Balances that the current command has changed, in order of the first change. */
  touched = new Int32Array(64)
  touchedCount = 0

  get capacity(): number {
    return this.words.length / BALANCE_WORDS
  }

  /** Take over the records of a snapshot, or of a smaller ledger. */
  adopt(part: Int32Array, least: number = INITIAL_BALANCES): void {
    this.words = restoreWords(part, BALANCE_WORDS, least)
    this.doubles = new Float64Array(this.words.buffer)
  }

  /** Slot of a balance, or NONE when the account never had the asset. */
  find(account: number, asset: number): number {
    return this.table.find(account, asset)
  }

  /** A new zero balance; `next` is the account's list so far. */
  open(account: number, asset: number, next: number): number {
    if (this.highWater === this.capacity) this.adopt(this.words, this.capacity * 2)
    const slot = this.highWater++
    const at = slot * BALANCE_WORDS
    this.words[at + ACCOUNT] = account
    this.words[at + ASSET] = asset
    this.words[at + NEXT] = next
    this.table.enter(account, asset, slot)
    return slot
  }

  account(slot: number): number {
    return this.words[slot * BALANCE_WORDS + ACCOUNT]!
  }

  asset(slot: number): number {
    return this.words[slot * BALANCE_WORDS + ASSET]!
  }

  /** The account's next balance, or NONE. */
  next(slot: number): number {
    return this.words[slot * BALANCE_WORDS + NEXT]!
  }

  free(slot: number): bigint {
    return bigAmount(this.doubles[slot * BALANCE_DOUBLES + FREE]!, this.words[slot * BALANCE_WORDS + HIGHS + FREE]!)
  }

  locked(slot: number): bigint {
    return bigAmount(this.doubles[slot * BALANCE_DOUBLES + LOCKED]!, this.words[slot * BALANCE_WORDS + HIGHS + LOCKED]!)
  }

  /** True when free funds are below `amount`; a balance that does not exist is 0. */
  lacks(slot: number, amount: Amount): boolean {
    if (slot === NONE) return !amount.isZero()
    const high = this.words[slot * BALANCE_WORDS + HIGHS + FREE]!
    if (high !== amount.high) return high < amount.high
    return this.doubles[slot * BALANCE_DOUBLES + FREE]! < amount.low
  }

  /** How many units of price × scale the free funds pay for. Rarely needed: it computes in bigint. */
  units(slot: number, price: number, scale: number): number {
    const units = this.free(slot) / (BigInt(price) * BigInt(scale))
    return Number(units > UNITS_MAX ? UNITS_MAX : units)
  }

  credit(slot: number, amount: Amount): void {
    this.touch(slot)
    raise(this.words, this.doubles, slot, FREE, amount)
  }

  debit(slot: number, amount: Amount): void {
    this.touch(slot)
    lower(this.words, this.doubles, slot, FREE, amount)
  }

  lock(slot: number, amount: Amount): void {
    const { words, doubles } = this
    this.touch(slot)
    lower(words, doubles, slot, FREE, amount)
    raise(words, doubles, slot, LOCKED, amount)
  }

  unlock(slot: number, amount: Amount): void {
    const { words, doubles } = this
    this.touch(slot)
    raise(words, doubles, slot, FREE, amount)
    lower(words, doubles, slot, LOCKED, amount)
  }

  /**
   * Move the money of a fill. Each side pays from its lock or from free funds, and receives, less its fee. `buyerHeld`:
   * the part of the buyer's lock for this quantity, computed at its own limit; the difference is unlocked.
   */
  settle(fill: Fill): void {
    this.touch(fill.buyerQuote)
    this.touch(fill.buyerBase)
    this.touch(fill.sellerBase)
    this.touch(fill.sellerQuote)
    if ((fill.quote.high | fill.base.high | fill.buyerHeld.high) !== 0) {
      this.#settleWide(fill)
      return
    }
    const { words, doubles } = this
    const quote = fill.quote.low
    const base = fill.base.low
    const held = fill.buyerHeld.low
    const buyerFee = fill.buyerFee.low
    const sellerFee = fill.sellerFee.low
    if (fill.buyerLocks) {
      shift(words, doubles, fill.buyerQuote, LOCKED, -held)
      if (held !== quote) shift(words, doubles, fill.buyerQuote, FREE, held - quote)
    } else shift(words, doubles, fill.buyerQuote, FREE, -quote)
    shift(words, doubles, fill.buyerBase, FREE, base - buyerFee)
    shift(words, doubles, fill.sellerBase, fill.sellerLocks ? LOCKED : FREE, -base)
    shift(words, doubles, fill.sellerQuote, FREE, quote - sellerFee)
    if (buyerFee !== 0) shift(words, doubles, fill.baseFees, FREE, buyerFee)
    if (sellerFee !== 0) shift(words, doubles, fill.quoteFees, FREE, sellerFee)
  }

  /** The same for amounts of 2^52 and more. */
  #settleWide(fill: Fill): void {
    const { words, doubles } = this
    const { quote, base, buyerHeld, buyerFee, sellerFee } = fill
    if (fill.buyerLocks) {
      lower(words, doubles, fill.buyerQuote, LOCKED, buyerHeld)
      raise(words, doubles, fill.buyerQuote, FREE, buyerHeld)
    }
    lower(words, doubles, fill.buyerQuote, FREE, quote)
    raise(words, doubles, fill.buyerBase, FREE, base)
    lower(words, doubles, fill.sellerBase, fill.sellerLocks ? LOCKED : FREE, base)
    raise(words, doubles, fill.sellerQuote, FREE, quote)
    lower(words, doubles, fill.buyerBase, FREE, buyerFee)
    raise(words, doubles, fill.baseFees, FREE, buyerFee)
    lower(words, doubles, fill.sellerQuote, FREE, sellerFee)
    raise(words, doubles, fill.quoteFees, FREE, sellerFee)
  }

  /** Note that the current command changes the balance. */
  touch(slot: number): void {
    const at = slot * BALANCE_WORDS + TOUCHED
    if (this.words[at] !== 0) return
    this.words[at] = 1
    if (this.touchedCount === this.touched.length) this.#growTouched()
    this.touched[this.touchedCount++] = slot
  }

  /** Write a changed balance into the BALANCE event at `at`, and clear its mark. */
  report(slot: number, into: Int32Array, at: number): void {
    const { words, doubles } = this
    const from = slot * BALANCE_WORDS
    const half = slot * BALANCE_DOUBLES
    words[from + TOUCHED] = 0
    into[at + EVENT_ACCOUNT] = words[from + ACCOUNT]!
    into[at + EVENT_ASSET] = words[from + ASSET]!
    into[at + 3] = 0
    storeAmount(doubles[half + FREE]!, words[from + HIGHS + FREE]!, into, at + EVENT_FREE)
    storeAmount(doubles[half + LOCKED]!, words[from + HIGHS + LOCKED]!, into, at + EVENT_LOCKED)
  }

  #growTouched(): void {
    const touched = new Int32Array(this.touched.length * 2)
    touched.set(this.touched)
    this.touched = touched
  }
}

/** Add to a field of a balance, FREE or LOCKED. */
function raise(words: Int32Array, doubles: Float64Array, slot: number, field: number, amount: Amount): void {
  shift(words, doubles, slot, field, amount.low)
  if (amount.high !== 0) words[slot * BALANCE_WORDS + HIGHS + field]! += amount.high
}

/** Subtract from a field of a balance, which holds enough. */
function lower(words: Int32Array, doubles: Float64Array, slot: number, field: number, amount: Amount): void {
  shift(words, doubles, slot, field, -amount.low)
  if (amount.high !== 0) words[slot * BALANCE_WORDS + HIGHS + field]! -= amount.high
}

/** Add a number between −2^52 and 2^52 to a field. */
function shift(words: Int32Array, doubles: Float64Array, slot: number, field: number, change: number): void {
  const at = slot * BALANCE_DOUBLES + field
  const low = doubles[at]! + change
  if (low >= 0 && low < UNIT) doubles[at] = low
  else carry(words, doubles, slot, field, low)
}

/** Set a `low` that has left its range: the high part goes up or down by one. */
function carry(words: Int32Array, doubles: Float64Array, slot: number, field: number, low: number): void {
  doubles[slot * BALANCE_DOUBLES + field] = low < 0 ? low + UNIT : low - UNIT
  words[slot * BALANCE_WORDS + HIGHS + field]! += low < 0 ? -1 : 1
}
