import { addTo, subtractFrom, type Amount } from './amount.ts'
import { NONE } from './order-store.ts'
import { PairTable } from './pair-table.ts'
import { restoreWords } from './snapshot-words.ts'
import { amountAt } from './word.ts'

/** Layout of a balance, 32 bytes; amounts are two words, low first. */
const BALANCE_WORDS = 8
const FREE = 0
const LOCKED = 2
const ACCOUNT = 4
const ASSET = 5
/** 1: on the list of what the command under way has touched. */
const TOUCHED = 6
/** The account's next balance. */
const NEXT = 7

const INITIAL_BALANCES = 256
const UNITS_MAX = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Free and locked of every (account, asset), and the fees collected of every asset. All amounts are bounded by the
 * asset's total, which deposits keep below 2^62: moving money that is there cannot overflow.
 */
export class Ledger {
  words = new Int32Array(INITIAL_BALANCES * BALANCE_WORDS)
  highWater = 1
  readonly table = new PairTable()
  /** Two words an asset. */
  fees = new Int32Array(16)
  /** Balances that the command under way has changed, in order of first touch. */
  touched = new Int32Array(64)
  touchedCount = 0

  get capacity(): number {
    return this.words.length / BALANCE_WORDS
  }

  /** Take the records of a snapshot. */
  adopt(part: Int32Array): void {
    this.words = restoreWords(part, BALANCE_WORDS, INITIAL_BALANCES)
  }

  /** Slot of a balance, or NONE when the account never had the asset. */
  find(account: number, asset: number): number {
    return this.table.find(account, asset)
  }

  /** A new zero balance; `next` is the account's list so far. */
  open(account: number, asset: number, next: number): number {
    if (this.highWater === this.capacity) {
      const words = new Int32Array(this.words.length * 2)
      words.set(this.words)
      this.words = words
    }
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
    return amountAt(this.words, slot * BALANCE_WORDS + FREE)
  }

  locked(slot: number): bigint {
    return amountAt(this.words, slot * BALANCE_WORDS + LOCKED)
  }

  /** Offset in `words` of the free amount. */
  freeAt(slot: number): number {
    return slot * BALANCE_WORDS + FREE
  }

  lockedAt(slot: number): number {
    return slot * BALANCE_WORDS + LOCKED
  }

  /** True when free funds are below `amount`; a balance that does not exist is 0. */
  lacks(slot: number, amount: Amount): boolean {
    return slot === NONE ? !amount.isZero() : amount.exceeds(this.words, slot * BALANCE_WORDS + FREE)
  }

  /** How many units of price × scale the free funds pay. Rarely needed: it reckons in bigint. */
  units(slot: number, price: number, scale: number): number {
    const free = amountAt(this.words, slot * BALANCE_WORDS + FREE)
    const units = free / (BigInt(price) * BigInt(scale))
    return Number(units > UNITS_MAX ? UNITS_MAX : units)
  }

  credit(slot: number, amount: Amount): void {
    this.touch(slot)
    addTo(this.words, slot * BALANCE_WORDS + FREE, amount)
  }

  debit(slot: number, amount: Amount): void {
    this.touch(slot)
    subtractFrom(this.words, slot * BALANCE_WORDS + FREE, amount)
  }

  /** Pay out of what is locked. */
  debitLocked(slot: number, amount: Amount): void {
    this.touch(slot)
    subtractFrom(this.words, slot * BALANCE_WORDS + LOCKED, amount)
  }

  lock(slot: number, amount: Amount): void {
    this.touch(slot)
    subtractFrom(this.words, slot * BALANCE_WORDS + FREE, amount)
    addTo(this.words, slot * BALANCE_WORDS + LOCKED, amount)
  }

  unlock(slot: number, amount: Amount): void {
    this.touch(slot)
    addTo(this.words, slot * BALANCE_WORDS + FREE, amount)
    subtractFrom(this.words, slot * BALANCE_WORDS + LOCKED, amount)
  }

  /** Pay a fee of `asset` out of free funds to the exchange. */
  collect(slot: number, asset: number, fee: Amount): void {
    this.debit(slot, fee)
    addTo(this.fees, asset * 2, fee)
  }

  /** Room for the fees of `assets` assets. */
  reserveAssets(assets: number): void {
    if (assets * 2 <= this.fees.length) return
    const fees = new Int32Array(this.fees.length * 2)
    fees.set(this.fees)
    this.fees = fees
  }

  /** Note that the command under way changes the balance. */
  touch(slot: number): void {
    const at = slot * BALANCE_WORDS + TOUCHED
    if (this.words[at] !== 0) return
    this.words[at] = 1
    if (this.touchedCount === this.touched.length) this.#growTouched()
    this.touched[this.touchedCount++] = slot
  }

  /** Forget what was touched; the events are written. */
  settle(): void {
    for (let i = 0; i < this.touchedCount; i++) this.words[this.touched[i]! * BALANCE_WORDS + TOUCHED] = 0
    this.touchedCount = 0
  }

  #growTouched(): void {
    const touched = new Int32Array(this.touched.length * 2)
    touched.set(this.touched)
    this.touched = touched
  }
}
