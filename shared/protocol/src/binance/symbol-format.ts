import type { AssetDefinition, Catalogue, SymbolDefinition } from '@uptick/core'
import { formatAmount, formatUnits } from '../decimal.ts'

/** In which unit a client wants its times; inside they are always µs. */
export type TimeUnit = 'MILLISECOND' | 'MICROSECOND'

/** 64 bits; as text where it came over a link as JSON. */
export type Amount = bigint | string

/** µs since 1970 in the client's unit. */
export function timeIn(time: number, unit: TimeUnit): number {
  return unit === 'MICROSECOND' ? time : Math.floor(time / 1000)
}

/** The last instant of an interval that ends before `end` (µs), in the client's unit. */
export function closeTimeIn(end: number, unit: TimeUnit): number {
  return timeIn(end, unit) - 1
}

/** A 64-bit amount as decimal text. */
export function amountText(amount: Amount, decimals: number): string {
  return formatAmount(typeof amount === 'bigint' ? amount : BigInt(amount), decimals)
}

/** One symbol with the scales of its numbers: everything that is needed to write them as text. */
export class SymbolFormat {
  readonly definition: SymbolDefinition & { readonly id: number }
  readonly name: string
  /** The name as JSON. */
  readonly nameText: string
  readonly base: string
  readonly quote: string
  readonly baseDecimals: number
  readonly quoteDecimals: number

  constructor(definition: SymbolDefinition & { readonly id: number }, baseDecimals: number, quoteDecimals: number) {
    this.definition = definition
    this.name = definition.name
    this.nameText = JSON.stringify(definition.name)
    this.base = definition.base
    this.quote = definition.quote
    this.baseDecimals = baseDecimals
    this.quoteDecimals = quoteDecimals
  }

  price(units: number): string {
    return formatUnits(units, this.definition.priceDecimals)
  }

  quantity(units: number): string {
    return formatUnits(units, this.definition.quantityDecimals)
  }

  /** A sum of quantities, which may pass 53 bits. */
  volume(units: Amount): string {
    return amountText(units, this.definition.quantityDecimals)
  }

  /** Price times quantity, exact, as text. */
  notional(price: number, quantity: number): string {
    const { priceDecimals, quantityDecimals } = this.definition
    return formatAmount(BigInt(price) * BigInt(quantity), priceDecimals + quantityDecimals)
  }

  /** Units of the quote asset within 53 bits: what an order may name. */
  quoteUnits(units: number): string {
    return formatUnits(units, this.quoteDecimals)
  }

  /** Units of the quote asset. */
  quoteAmount(amount: Amount): string {
    return amountText(amount, this.quoteDecimals)
  }
}

/** A shard's listing as seen by the renderers: symbols and assets by id. Made anew when the catalogue changes. */
export class CatalogueFormat {
  readonly #symbols: readonly SymbolFormat[]
  readonly #assets: readonly AssetDefinition[]

  constructor(catalogue: Catalogue) {
    const decimals = new Map(catalogue.assets.map((asset) => [asset.code, asset.decimals]))
    const scale = (code: string): number => {
      const found = decimals.get(code)
      if (found === undefined) throw new Error(`asset ${code} is not listed`)
      return found
    }
    this.#assets = catalogue.assets
    this.#symbols = catalogue.symbols.map((symbol) => new SymbolFormat(symbol, scale(symbol.base), scale(symbol.quote)))
  }

  get symbols(): readonly SymbolFormat[] {
    return this.#symbols
  }

  /** By id; throws for one that is not listed. */
  symbol(id: number): SymbolFormat {
    const found = this.#symbols[id]
    if (found === undefined) throw new Error(`symbol ${id} is not listed`)
    return found
  }

  /** By id; throws for one that is not listed. */
  asset(id: number): AssetDefinition {
    const found = this.#assets[id]
    if (found === undefined) throw new Error(`asset ${id} is not listed`)
    return found
  }

  /** An amount of an asset as text. */
  assetAmount(asset: number, amount: Amount): string {
    return amountText(amount, this.asset(asset).decimals)
  }
}
