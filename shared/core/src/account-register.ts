/* oxlint-disable typescript/no-unsafe-type-assertion -- the words hold enumerations that the core wrote. */
/* oxlint-disable typescript/no-non-null-assertion -- the store gave the slots out; `verify` walks them all. */
import type { FeeDefinition } from './definition.ts'
import { AccountStatus } from './enums.ts'
import { NONE } from './order-store.ts'

/** Layout of an account, 16 bytes. */
const ACCOUNT_WORDS = 4
const STATUS = 0
const BALANCES = 1
const SEATS = 2

/** Accounts by id: 1, 2, 3 … Labels and own fee rates are stored apart, because they are rarely read. */
export class AccountRegister {
  words = new Int32Array(64 * ACCOUNT_WORDS)
  /** Ids 1 … count exist. */
  count = 0
  readonly labels: string[] = ['']
  readonly fees = new Map<number, FeeDefinition[]>()
  /** Definitions in `fees`. */
  feeCount = 0

  has(account: number): boolean {
    return account >= 1 && account <= this.count && Number.isInteger(account)
  }

  add(label: string): number {
    const account = ++this.count
    if ((account + 1) * ACCOUNT_WORDS > this.words.length) {
      const words = new Int32Array(this.words.length * 2)
      words.set(this.words)
      this.words = words
    }
    this.words[account * ACCOUNT_WORDS + STATUS] = AccountStatus.ACTIVE
    this.words[account * ACCOUNT_WORDS + BALANCES] = NONE
    this.words[account * ACCOUNT_WORDS + SEATS] = NONE
    this.labels.push(label)
    return account
  }

  status(account: number): AccountStatus {
    return this.words[account * ACCOUNT_WORDS + STATUS]! as AccountStatus
  }

  setStatus(account: number, status: AccountStatus): void {
    this.words[account * ACCOUNT_WORDS + STATUS] = status
  }

  /** First balance slot of the account, or NONE. */
  balances(account: number): number {
    return this.words[account * ACCOUNT_WORDS + BALANCES]!
  }

  setBalances(account: number, slot: number): void {
    this.words[account * ACCOUNT_WORDS + BALANCES] = slot
  }

  /** First seat of the account, or NONE. */
  seats(account: number): number {
    return this.words[account * ACCOUNT_WORDS + SEATS]!
  }

  setSeats(account: number, seat: number): void {
    this.words[account * ACCOUNT_WORDS + SEATS] = seat
  }

  /**
   * The account's own rates on a symbol, if it has any. Rates of the symbol take precedence over those of all symbols.
   */
  ownFees(account: number, symbol: string): FeeDefinition | undefined {
    const own = this.fees.get(account)
    if (own === undefined) return undefined
    return own.find((fee) => fee.symbol === symbol) ?? own.find((fee) => fee.symbol === '')
  }

  setFees(definition: FeeDefinition): void {
    const own = (this.fees.get(definition.account) ?? []).filter((fee) => fee.symbol !== definition.symbol)
    own.push(definition)
    this.#replaceFees(definition.account, own)
  }

  /** Take over an account's own rates from a snapshot. */
  adoptFees(own: readonly FeeDefinition[]): void {
    this.#replaceFees(own[0]!.account, [...own])
  }

  /** Is `definition` an additional one, which replaces no other? */
  isNewFee({ account, symbol }: FeeDefinition): boolean {
    return !this.fees.get(account)?.some((fee) => fee.symbol === symbol)
  }

  #replaceFees(account: number, own: FeeDefinition[]): void {
    this.feeCount += own.length - (this.fees.get(account)?.length ?? 0)
    this.fees.set(account, own)
  }
}
