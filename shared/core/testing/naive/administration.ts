import { type Command, CommandKind } from '../../src/command.ts'
import type { AssetDefinition, FeeDefinition, SymbolDefinition, SymbolFilters } from '../../src/definition.ts'
import { AccountStatus, SymbolStatus } from '../../src/enums.ts'
import { type CatalogueEvent, EventKind } from '../../src/event.ts'
import { Reject, type RejectCode } from '../../src/reject.ts'
import { AMOUNT_MAX, balanceOf } from './money.ts'
import { accountOf, type World } from './world.ts'

/** Definitions are listed as they come: their validation is tested by scenarios, not by the oracle. */
function catalogue(world: World, subject: CatalogueEvent['subject'], id: number, definition: unknown): RejectCode {
  world.events.push({ kind: EventKind.CATALOGUE, subject, id, definition: JSON.stringify(definition) })
  return Reject.NONE
}

export function addAsset(world: World, c: Command): RejectCode {
  const { code, decimals } = JSON.parse(c.text) as AssetDefinition
  if (world.assets.some((asset) => asset.code === code)) return Reject.ALREADY_EXISTS
  world.assets.push({ code, decimals, deposits: 0n, withdrawals: 0n, fees: 0n })
  return catalogue(world, 'asset', world.assets.length - 1, { code, decimals })
}

export function addSymbol(world: World, c: Command): RejectCode {
  const definition = JSON.parse(c.text) as SymbolDefinition
  if (world.symbols.some((symbol) => symbol.definition.name === definition.name)) return Reject.ALREADY_EXISTS
  const base = world.assets.findIndex((asset) => asset.code === definition.base)
  const quote = world.assets.findIndex((asset) => asset.code === definition.quote)
  const { priceDecimals, quantityDecimals } = definition
  world.symbols.push({
    id: world.symbols.length,
    definition,
    base,
    quote,
    quoteScale: 10n ** BigInt(world.assets[quote]!.decimals - priceDecimals - quantityDecimals),
    baseScale: 10n ** BigInt(world.assets[base]!.decimals - quantityDecimals),
    filters: definition.filters,
    status: SymbolStatus[definition.status as keyof typeof SymbolStatus],
    trades: [],
    lastPrice: 0,
    lastTradeId: 0,
    lastAggregateId: 0,
    lastPreventedId: 0,
    updateId: 0,
    reference: undefined,
    work: undefined,
  })
  return catalogue(world, 'symbol', world.symbols.length - 1, definition)
}

export function setFilters(world: World, c: Command): RejectCode {
  const symbol = world.symbols[c.symbol]
  if (!symbol) return Reject.UNKNOWN_SYMBOL
  symbol.filters = JSON.parse(c.text) as SymbolFilters
  symbol.reference = undefined
  return catalogue(world, 'symbol', symbol.id, symbol.definition)
}

export function setSymbolStatus(world: World, c: Command): RejectCode {
  const symbol = world.symbols[c.symbol]
  if (!symbol) return Reject.UNKNOWN_SYMBOL
  const status = Object.values(SymbolStatus).find((value) => value === c.value)
  if (status === undefined) return Reject.INVALID_FIELD
  symbol.status = status
  return catalogue(world, 'symbol', symbol.id, symbol.definition)
}

export function addAccount(world: World, c: Command): RejectCode {
  const id = world.accounts.length + 1
  world.accounts.push({ id, status: AccountStatus.ACTIVE, balances: new Map(), fees: new Map() })
  return catalogue(world, 'account', id, { label: c.text })
}

export function setAccountStatus(world: World, c: Command): RejectCode {
  const account = world.accounts[c.account - 1]
  if (!account) return Reject.UNKNOWN_ACCOUNT
  const status = Object.values(AccountStatus).find((value) => value === c.value)
  if (status === undefined) return Reject.INVALID_FIELD
  account.status = status
  return catalogue(world, 'account', account.id, {})
}

export function setFees(world: World, c: Command): RejectCode {
  const fees = JSON.parse(c.text) as FeeDefinition
  const account = world.accounts[fees.account - 1]
  if (!account) return Reject.UNKNOWN_ACCOUNT
  if (fees.symbol !== '' && !world.symbols.some((symbol) => symbol.definition.name === fees.symbol)) {
    return Reject.UNKNOWN_SYMBOL
  }
  account.fees.set(fees.symbol, { maker: fees.maker, taker: fees.taker })
  return catalogue(world, 'fees', account.id, fees)
}

/** DEPOSIT, IMPORT_BALANCE and WITHDRAW. */
export function moveFunds(world: World, c: Command): RejectCode {
  if (!world.accounts[c.account - 1]) return Reject.UNKNOWN_ACCOUNT
  const asset = world.assets[c.asset]
  if (!asset) return Reject.UNKNOWN_ASSET
  if (c.amount <= 0n) return Reject.INVALID_FIELD
  const account = accountOf(world, c.account)
  const { free, locked } = account.balances.get(c.asset) ?? { free: 0n, locked: 0n }
  const isWithdrawal = c.kind === CommandKind.WITHDRAW
  if (isWithdrawal && account.status === AccountStatus.FROZEN) return Reject.ACCOUNT_FROZEN
  if (isWithdrawal && free < c.amount) return Reject.INSUFFICIENT_FUNDS_TO_WITHDRAW
  const total = asset.deposits - asset.withdrawals
  if (!isWithdrawal && (free + locked + c.amount > AMOUNT_MAX || total + c.amount > AMOUNT_MAX)) {
    return Reject.OVERFLOW_BALANCE
  }
  if (isWithdrawal) asset.withdrawals += c.amount
  else asset.deposits += c.amount
  const delta = isWithdrawal ? -c.amount : c.amount
  balanceOf(world, c.account, c.asset).free += delta
  world.events.push({ kind: EventKind.FUNDS, account: c.account, asset: c.asset, delta })
  return Reject.NONE
}

const AGGREGATE_IDS = 5

export function activateBehaviour(world: World, c: Command): RejectCode {
  if (!world.supportedBehaviours.includes(c.value)) return Reject.BEHAVIOUR_UNKNOWN
  if (world.behaviours.has(c.value)) return Reject.BEHAVIOUR_ACTIVE
  world.behaviours.add(c.value)
  // Aggregates had the ids of their first trades.
  if (c.value === AGGREGATE_IDS) for (const symbol of world.symbols) symbol.lastAggregateId = symbol.lastTradeId
  world.events.push({ kind: EventKind.BEHAVIOUR, behaviour: c.value })
  return Reject.NONE
}
