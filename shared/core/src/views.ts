/* oxlint-disable typescript/no-non-null-assertion -- markets, accounts and slots are those of the shard itself. */
import { clientHash } from './client-id-table.ts'
import { ClientId } from './command.ts'
import type { Catalogue, FeeDefinition } from './definition.ts'
import type { AccountStatus, SymbolStatus } from './enums.ts'
import type { OrderImage } from './event.ts'
import { NONE } from './order-store.ts'
import type { PriceIndex } from './price-index.ts'
import type { Shard } from './shard.ts'

/** An account as it stands. Balances that are 0 are left out; the rest by asset id. */
export interface AccountView {
  readonly account: number
  readonly label: string
  readonly status: AccountStatus
  readonly balances: readonly { readonly asset: number; readonly free: bigint; readonly locked: bigint }[]
  /** The account's own rates, if it has any. */
  readonly fees: readonly FeeDefinition[]
}

/** A part of the accounts, by id. */
export interface AccountListView {
  readonly accounts: readonly Pick<AccountView, 'account' | 'label' | 'status'>[]
  /** The last id that was read; undefined when there are no more. */
  readonly next: number | undefined
}

/** Aggregated book: [price, quantity], best first. */
export interface DepthView {
  readonly updateId: number
  readonly bids: [price: number, quantity: number][]
  readonly asks: [price: number, quantity: number][]
}

export interface SymbolStateView {
  readonly symbol: number
  readonly status: SymbolStatus
  /** 0 before the first trade. */
  readonly lastPrice: number
  readonly lastTradeId: number
  readonly updateId: number
  /** Best prices, 0 when that side is empty. */
  readonly bestBid: number
  readonly bestAsk: number
  readonly averagePriceMinutes: number
  /** Volume-weighted average over those minutes (or the last price), 0 before the first trade. */
  readonly averagePrice: number
}

/** Money of one asset: free + locked + fees = deposits − withdrawals. */
export interface AssetTotals {
  readonly asset: number
  readonly free: bigint
  readonly locked: bigint
  readonly fees: bigint
  readonly deposits: bigint
  readonly withdrawals: bigint
}

export function viewOrder(shard: Shard, account: number, orderId: number): OrderImage | undefined {
  const slot = shard.orders.find(orderId)
  return slot !== NONE && shard.images.account(slot) === account ? shard.images.read(slot) : undefined
}

export function viewOrderByClientId(
  shard: Shard,
  account: number,
  symbol: number,
  clientId: string,
): OrderImage | undefined {
  const id = new ClientId()
  if (clientId.length === 0 || clientId.length > ClientId.LENGTH_MAX) return undefined
  id.set(clientId)
  const slot = shard.clientIds.find(clientHash(account, id), account, id)
  return slot !== NONE && shard.images.symbol(slot) === symbol ? shard.images.read(slot) : undefined
}

export function viewOpenOrders(shard: Shard, account: number, symbol: number | undefined): OrderImage[] {
  const { accounts, seats, images } = shard
  const found: OrderImage[] = []
  if (!accounts.has(account)) return found
  for (let seat = accounts.seats(account); seat !== NONE; seat = seats.next(seat)) {
    if (symbol !== undefined && seats.symbol(seat) !== symbol) continue
    for (let slot = seats.head(seat); slot !== NONE; slot = images.links.next(slot)) found.push(shard.images.read(slot))
  }
  return found.toSorted((a, b) => a.orderId - b.orderId)
}

export function viewAccount(shard: Shard, account: number): AccountView | undefined {
  const { accounts, ledger } = shard
  if (!accounts.has(account)) return undefined
  const balances: { asset: number; free: bigint; locked: bigint }[] = []
  for (let slot = accounts.balances(account); slot !== NONE; slot = ledger.next(slot)) {
    const free = ledger.free(slot)
    const locked = ledger.locked(slot)
    if (free !== 0n || locked !== 0n) balances.push({ asset: ledger.asset(slot), free, locked })
  }
  return {
    account,
    label: accounts.labels[account]!,
    status: accounts.status(account),
    balances: balances.toSorted((a, b) => a.asset - b.asset),
    fees: [...(accounts.fees.get(account) ?? [])],
  }
}

/** Bound on the accounts that one list reads and holds: a query stops the shard's commands for that long. */
const ACCOUNTS_LOOKED_AT_MAX = 100_000
const ACCOUNTS_LISTED_MAX = 200

/** Accounts with an id above `after` whose label contains `label`, as far as one query reads. */
export function viewAccounts({ accounts }: Shard, after: number, label: string): AccountListView {
  const found: Pick<AccountView, 'account' | 'label' | 'status'>[] = []
  const last = Math.min(accounts.count, after + ACCOUNTS_LOOKED_AT_MAX)
  let account = after
  while (account < last && found.length < ACCOUNTS_LISTED_MAX) {
    account++
    const own = accounts.labels[account]!
    if (own.includes(label)) found.push({ account, label: own, status: accounts.status(account) })
  }
  return { accounts: found, next: account < accounts.count ? account : undefined }
}

/** Best `limit` levels of each side, all of them for 0; undefined for an unknown symbol. */
export function viewDepth(shard: Shard, symbol: number, limit: number): DepthView | undefined {
  const market = shard.markets[symbol]
  if (market === undefined) return undefined
  const side = (index: PriceIndex): [number, number][] => {
    const levels: [number, number][] = []
    for (let level = index.best; level !== NONE; level = index.after(level)) {
      levels.push([index.levels.price(level), index.levels.quantity(level)])
      if (levels.length === limit) break
    }
    return levels
  }
  return { updateId: market.updateId, bids: side(market.book.bids), asks: side(market.book.asks) }
}

export function viewSymbolState(shard: Shard, symbol: number): SymbolStateView | undefined {
  const market = shard.markets[symbol]
  if (market === undefined) return undefined
  const { bids, asks } = market.book
  const averagePriceMinutes = market.filters.definition.averagePriceMinutes
  return {
    symbol,
    status: market.status,
    lastPrice: market.lastPrice,
    lastTradeId: market.lastTradeId,
    updateId: market.updateId,
    bestBid: bids.best === NONE ? 0 : shard.memory.levels.price(bids.best),
    bestAsk: asks.best === NONE ? 0 : shard.memory.levels.price(asks.best),
    averagePriceMinutes,
    averagePrice: market.reference.average(shard.moment.time, averagePriceMinutes) ?? market.lastPrice,
  }
}

export function viewCatalogue(shard: Shard): Catalogue {
  return {
    assets: shard.assets.map(({ definition }, id) => ({ ...definition, id })),
    symbols: shard.markets.map((market, id) => ({ ...market.definition(), id })),
    behaviours: [...shard.behaviours],
  }
}

export function viewTotals(shard: Shard): AssetTotals[] {
  const { ledger, assets } = shard
  const totals = assets.map(({ fees, deposits, withdrawals }, asset) => {
    return { asset, free: 0n, locked: 0n, fees: ledger.free(fees), deposits, withdrawals }
  })
  for (let slot = 1; slot < ledger.highWater; slot++) {
    if (ledger.account(slot) === 0) continue
    const total = totals[ledger.asset(slot)]!
    total.free += ledger.free(slot)
    total.locked += ledger.locked(slot)
  }
  return totals
}
