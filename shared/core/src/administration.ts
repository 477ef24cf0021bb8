/* oxlint-disable typescript/no-non-null-assertion -- the command was tested: what it names is there. */
import { AMOUNT_MAX, Amount } from './amount.ts'
import { Behaviour } from './behaviours.ts'
import { type Command, CommandKind } from './command.ts'
import { AccountStatus, SymbolStatus } from './enums.ts'
import {
  ACCOUNTS_MAX,
  ASSETS_MAX,
  OWN_FEES_MAX,
  canonicalJson,
  isLabel,
  parseAsset,
  parseFees,
  parseFilters,
  parseSymbol,
  SYMBOLS_MAX,
} from './listing.ts'
import { Market, nameOf } from './market.ts'
import { NONE } from './order-store.ts'
import { Reject, type RejectCode } from './reject.ts'
import type { Asset, Shard } from './shard.ts'

/** Bound on assets, symbols and accounts before DOCUMENTED_RULES. */
const OLDER_LISTED_MAX = 65_536
const OLDER_ACCOUNTS_MAX = 100_000_000

/** Collected fees are the balances of an account without an owner. */
const FEE_ACCOUNT = 0

/** Commands of operators: listing, states, fees, money in and out, behaviours. */
export class Administration {
  readonly #shard: Shard
  readonly #amount = new Amount()

  constructor(shard: Shard) {
    this.#shard = shard
  }

  execute(c: Command): RejectCode {
    switch (c.kind) {
      case CommandKind.ADD_ASSET:
        return this.#addAsset(c)
      case CommandKind.ADD_SYMBOL:
        return this.#addSymbol(c)
      case CommandKind.SET_FILTERS:
        return this.#setFilters(c)
      case CommandKind.SET_SYMBOL_STATUS:
        return this.#setSymbolStatus(c)
      case CommandKind.ADD_ACCOUNT:
        return this.#addAccount(c)
      case CommandKind.SET_ACCOUNT_STATUS:
        return this.#setAccountStatus(c)
      case CommandKind.SET_FEES:
        return this.#setFees(c)
      case CommandKind.DEPOSIT:
      case CommandKind.IMPORT_BALANCE:
        return this.#deposit(c)
      case CommandKind.WITHDRAW:
        return this.#withdraw(c)
      case CommandKind.ACTIVATE_BEHAVIOUR:
        return this.#activate(c)
      default:
        return Reject.UNKNOWN_COMMAND
    }
  }

  #addAsset(c: Command): RejectCode {
    const { assets, ledger, writer } = this.#shard
    const definition = parseAsset(c.text)
    if (!definition) return Reject.INVALID_DEFINITION
    if (assets.some((asset) => asset.definition.code === definition.code)) return Reject.ALREADY_EXISTS
    if (this.#isFull(assets.length, ASSETS_MAX, OLDER_LISTED_MAX)) return Reject.LIMIT_REACHED
    const id = assets.length
    assets.push({ definition, fees: ledger.open(FEE_ACCOUNT, id, NONE), deposits: 0n, withdrawals: 0n })
    writer.catalogue('asset', id, canonicalJson(definition))
    return Reject.NONE
  }

  /** `olderMax`: the bound before DOCUMENTED_RULES, above what a shard could hold. */
  #isFull(count: number, max: number, olderMax: number): boolean {
    return count >= (this.#shard.documentedRules ? max : olderMax)
  }

  #addSymbol(c: Command): RejectCode {
    const { assets, markets, memory } = this.#shard
    const definition = parseSymbol(c.text)
    if (!definition) return Reject.INVALID_DEFINITION
    if (markets.some((market) => market.name === definition.name)) return Reject.ALREADY_EXISTS
    const base = assets.findIndex((asset) => asset.definition.code === definition.base)
    const quote = assets.findIndex((asset) => asset.definition.code === definition.quote)
    if (base < 0 || quote < 0) return Reject.UNKNOWN_ASSET
    const both = this.#shard.marketAssets(base, quote)
    const { priceDecimals, quantityDecimals } = definition
    const fits = quantityDecimals <= both.baseDecimals && priceDecimals + quantityDecimals <= both.quoteDecimals
    if (!fits) return Reject.INVALID_DEFINITION
    if (this.#isFull(markets.length, SYMBOLS_MAX, OLDER_LISTED_MAX)) return Reject.LIMIT_REACHED
    const market = new Market(markets.length, definition, both, memory)
    markets.push(market)
    this.#reportSymbol(market)
    return Reject.NONE
  }

  #setFilters(c: Command): RejectCode {
    const market = this.#shard.markets[c.symbol]
    if (!market) return Reject.UNKNOWN_SYMBOL
    const filters = parseFilters(c.text)
    if (!filters) return Reject.INVALID_DEFINITION
    market.setFilters(filters)
    this.#reportSymbol(market)
    return Reject.NONE
  }

  #setSymbolStatus(c: Command): RejectCode {
    const market = this.#shard.markets[c.symbol]
    if (!market) return Reject.UNKNOWN_SYMBOL
    const status = Object.values(SymbolStatus).find((value) => value === c.value)
    if (status === undefined) return Reject.INVALID_FIELD
    market.status = status
    this.#reportSymbol(market)
    return Reject.NONE
  }

  #reportSymbol(market: Market): void {
    this.#shard.writer.catalogue('symbol', market.id, canonicalJson(market.definition()))
  }

  #addAccount(c: Command): RejectCode {
    const { accounts } = this.#shard
    if (!isLabel(c.text)) return Reject.INVALID_DEFINITION
    if (this.#isFull(accounts.count, ACCOUNTS_MAX, OLDER_ACCOUNTS_MAX)) return Reject.LIMIT_REACHED
    this.#reportAccount(accounts.add(c.text))
    return Reject.NONE
  }

  #setAccountStatus(c: Command): RejectCode {
    const { accounts } = this.#shard
    if (!accounts.has(c.account)) return Reject.UNKNOWN_ACCOUNT
    const status = Object.values(AccountStatus).find((value) => value === c.value)
    if (status === undefined) return Reject.INVALID_FIELD
    accounts.setStatus(c.account, status)
    this.#reportAccount(c.account)
    return Reject.NONE
  }

  #reportAccount(account: number): void {
    const { accounts, writer } = this.#shard
    const status = nameOf(AccountStatus, accounts.status(account))
    writer.catalogue('account', account, canonicalJson({ account, label: accounts.labels[account]!, status }))
  }

  #setFees(c: Command): RejectCode {
    const { accounts, markets, seats, writer } = this.#shard
    const definition = parseFees(c.text)
    if (!definition) return Reject.INVALID_DEFINITION
    if (!accounts.has(definition.account)) return Reject.UNKNOWN_ACCOUNT
    const isKnown = definition.symbol === '' || markets.some((market) => market.name === definition.symbol)
    if (!isKnown) return Reject.UNKNOWN_SYMBOL
    if (accounts.isNewFee(definition) && this.#isFull(accounts.feeCount, OWN_FEES_MAX, Number.POSITIVE_INFINITY))
      return Reject.LIMIT_REACHED
    accounts.setFees(definition)
    for (let seat = accounts.seats(definition.account); seat !== NONE; seat = seats.next(seat)) {
      this.#shard.applyFees(seat)
    }
    writer.catalogue('fees', definition.account, canonicalJson(definition))
    return Reject.NONE
  }

  #deposit(c: Command): RejectCode {
    const reject = this.#fundsFields(c)
    if (reject !== Reject.NONE) return reject
    const { ledger, writer } = this.#shard
    const asset = this.#shard.assets[c.asset]!
    // The asset's total bounds each of its balances.
    if (asset.deposits - asset.withdrawals + c.amount > AMOUNT_MAX) return Reject.OVERFLOW_BALANCE
    asset.deposits += c.amount
    this.#amount.setBig(c.amount)
    ledger.credit(this.#shard.balance(c.account, c.asset), this.#amount)
    writer.funds(c.account, c.asset, c.amount)
    return Reject.NONE
  }

  #withdraw(c: Command): RejectCode {
    const reject = this.#fundsFields(c)
    if (reject !== Reject.NONE) return reject
    const { accounts, ledger, writer } = this.#shard
    if (accounts.status(c.account) === AccountStatus.FROZEN) return Reject.ACCOUNT_FROZEN
    const asset: Asset = this.#shard.assets[c.asset]!
    const balance = ledger.find(c.account, c.asset)
    const free = balance === NONE ? 0n : ledger.free(balance)
    if (free < c.amount) return Reject.INSUFFICIENT_FUNDS_TO_WITHDRAW
    asset.withdrawals += c.amount
    this.#amount.setBig(c.amount)
    ledger.debit(balance, this.#amount)
    writer.funds(c.account, c.asset, -c.amount)
    return Reject.NONE
  }

  #fundsFields(c: Command): RejectCode {
    if (!this.#shard.accounts.has(c.account)) return Reject.UNKNOWN_ACCOUNT
    if (this.#shard.assets[c.asset] === undefined) return Reject.UNKNOWN_ASSET
    return c.amount <= 0n ? Reject.INVALID_FIELD : Reject.NONE
  }

  #activate(c: Command): RejectCode {
    const { supported, behaviours, writer } = this.#shard
    if (!supported.includes(c.value)) return Reject.BEHAVIOUR_UNKNOWN
    if (behaviours.includes(c.value)) return Reject.BEHAVIOUR_ACTIVE
    this.#shard.activate(c.value)
    if (c.value === Behaviour.BOUNDED_STEPS) this.#shard.triggers.part(this.#shard.markets)
    writer.behaviour(c.value)
    return Reject.NONE
  }
}
