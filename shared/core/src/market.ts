import { AggregateIds } from './aggregate-ids.ts'
import type { SymbolDefinition, SymbolFilters } from './definition.ts'
import { OrderType, SelfTradePrevention, SymbolStatus } from './enums.ts'
import { Filters } from './filters.ts'
import { MarketWork, WaitingQueue, WorkKind } from './market-work.ts'
import { OrderBook, type BookMemory } from './order-book.ts'
import { PriceIndex } from './price-index.ts'
import { ReferencePrice } from './reference-price.ts'

/** One listed symbol: its rules, its book, its stop orders, its counters. */
export class Market {
  readonly id: number
  /** Asset ids. */
  readonly base: number
  readonly quote: number
  /** Balance slots of the fees collected in these assets. */
  readonly baseFees: number
  readonly quoteFees: number
  /** Quote units of one price unit times one quantity unit; base units of one quantity unit. Powers of ten. */
  readonly quoteScale: number
  readonly baseScale: number
  readonly book: OrderBook
  /** Stop orders that a rising price triggers, lowest stop first, and those of a falling price, highest first. */
  readonly rising: PriceIndex
  readonly falling: PriceIndex
  readonly reference = new ReferencePrice()
  /** Work that it has begun and not finished. */
  readonly work = new MarketWork()
  /** Its triggered stop orders, with BOUNDED_STEPS. */
  readonly waiting = new WaitingQueue()
  readonly defaultMode: SelfTradePrevention
  status: SymbolStatus
  filters: Filters
  /** 0 before the first trade. */
  lastPrice = 0
  lastTradeId = 0
  readonly aggregates = new AggregateIds()
  updateId = 0
  preventedId = 0
  readonly #definition: SymbolDefinition
  readonly #types: number
  readonly #modes: number

  constructor(id: number, definition: SymbolDefinition, assets: MarketAssets, memory: BookMemory) {
    this.id = id
    this.#definition = definition
    this.base = assets.base
    this.quote = assets.quote
    this.baseFees = assets.baseFees
    this.quoteFees = assets.quoteFees
    const { priceDecimals, quantityDecimals } = definition
    this.quoteScale = powerOfTen(assets.quoteDecimals - priceDecimals - quantityDecimals)
    this.baseScale = powerOfTen(assets.baseDecimals - quantityDecimals)
    this.book = new OrderBook(memory)
    this.rising = new PriceIndex(memory.levels, memory.nodes, false)
    this.falling = new PriceIndex(memory.levels, memory.nodes, true)
    this.status = valueOf(SymbolStatus, definition.status)
    this.filters = new Filters(definition.filters)
    this.defaultMode = valueOf(SelfTradePrevention, definition.defaultSelfTradePrevention)
    this.#types = definition.orderTypes.reduce((bits, name) => bits | (1 << valueOf(OrderType, name)), 0)
    this.#modes = definition.selfTradePreventionModes.reduce(
      (bits, name) => bits | (1 << valueOf(SelfTradePrevention, name)),
      0,
    )
  }

  /** The kind of work that continues in later commands. Until it is NONE, no command for this market is executed. */
  get unfinished(): WorkKind {
    if (this.work.kind !== WorkKind.NONE || this.waiting.count === 0) return this.work.kind
    return this.status === SymbolStatus.TRADING ? WorkKind.STOPS : WorkKind.NONE
  }

  get name(): string {
    return this.#definition.name
  }

  get makerFee(): number {
    return this.#definition.makerFee
  }

  get takerFee(): number {
    return this.#definition.takerFee
  }

  allowsType(type: OrderType): boolean {
    return (this.#types & (1 << type)) !== 0
  }

  /** 0, the default mode, is always allowed. */
  allowsMode(mode: SelfTradePrevention | 0): boolean {
    return mode === 0 || (this.#modes & (1 << mode)) !== 0
  }

  /** Every index that orders lie in, in the order of a snapshot. */
  get indexes(): readonly PriceIndex[] {
    return [this.book.bids, this.book.asks, this.rising, this.falling]
  }

  setFilters(filters: SymbolFilters): void {
    this.filters = new Filters(filters)
    this.reference.invalidate()
  }

  /** The definition as it stands now. */
  definition(): SymbolDefinition {
    return { ...this.#definition, filters: this.filters.definition, status: nameOf(SymbolStatus, this.status) }
  }

  /** The filters' reference price at `time`; 0 before the first trade. */
  referencePrice(time: number, documentedRules: boolean): number {
    const { averagePriceMinutes } = this.filters.definition
    return documentedRules
      ? this.reference.current(time, averagePriceMinutes, this.lastPrice)
      : this.reference.price(time, averagePriceMinutes, this.lastPrice)
  }
}

/** Ids, decimals and fee balances of a market's two assets. */
export interface MarketAssets {
  readonly base: number
  readonly quote: number
  readonly baseFees: number
  readonly quoteFees: number
  readonly baseDecimals: number
  readonly quoteDecimals: number
}

/** The member of an enumeration with a validated name. */
export function valueOf<T extends Record<string, number>>(members: T, name: string): T[keyof T] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the name was judged before
  return members[name] as T[keyof T]
}

export function nameOf(members: Record<string, number>, value: number): string {
  return Object.keys(members).find((name) => members[name] === value) ?? `UNKNOWN_${value}`
}

/** 10^exponent for 0 … 18; exact, because every partial product is. */
function powerOfTen(exponent: number): number {
  let power = 1
  for (let i = 0; i < exponent; i++) power *= 10
  return power
}
