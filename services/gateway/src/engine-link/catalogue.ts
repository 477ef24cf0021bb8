import type { AssetDefinition, Catalogue as Listing, SymbolDefinition } from '@uptick/core'
import { CatalogueFormat } from '@uptick/protocol'

export type Asset = AssetDefinition & { readonly id: number }

/** A market with what is needed to format its numbers. */
export interface Market {
  readonly id: number
  readonly name: string
  readonly definition: SymbolDefinition & { readonly id: number }
  readonly base: Asset
  readonly quote: Asset
}

/**
 * Assets and symbols of the shard as the engine lists them: filled when the link comes up, kept current by the feed.
 * Ids are positions.
 */
export class Catalogue {
  #assets: Asset[] = []
  #markets: Market[] = []
  #byCode = new Map<string, Asset>()
  #byName = new Map<string, Market>()
  #behaviours: readonly number[] = []
  #format: CatalogueFormat | undefined
  /** Rises with every change: for callers that keep something made from the catalogue. */
  version = 0

  /** Replace everything by what the engine answered. */
  replace(listing: Listing): void {
    this.#assets = []
    this.#markets = []
    this.#byCode.clear()
    this.#byName.clear()
    for (const asset of listing.assets) this.setAsset(asset)
    for (const symbol of listing.symbols) this.setSymbol(symbol)
    this.#behaviours = listing.behaviours
    this.#changed()
  }

  setAsset(asset: Asset): void {
    this.#assets[asset.id] = asset
    this.#byCode.set(asset.code, asset)
    this.#changed()
  }

  setSymbol(definition: SymbolDefinition & { readonly id: number }): void {
    const base = this.#byCode.get(definition.base)
    const quote = this.#byCode.get(definition.quote)
    if (!base || !quote) throw new Error(`symbol ${definition.name} is listed before its assets`)
    const market: Market = { id: definition.id, name: definition.name, definition, base, quote }
    this.#markets[definition.id] = market
    this.#byName.set(definition.name, market)
    this.#changed()
  }

  /** A behaviour that the shard has activated. */
  addBehaviour(behaviour: number): void {
    if (this.#behaviours.includes(behaviour)) return
    this.#behaviours = [...this.#behaviours, behaviour]
    this.#changed()
  }

  /** Renders numbers of this listing as text. Another object after every change. */
  get format(): CatalogueFormat {
    this.#format ??= new CatalogueFormat(this.listing())
    return this.#format
  }

  get assets(): readonly Asset[] {
    return this.#assets
  }

  get markets(): readonly Market[] {
    return this.#markets
  }

  get behaviours(): readonly number[] {
    return this.#behaviours
  }

  /** By code (`BTC`). */
  asset(code: string): Asset | undefined {
    return this.#byCode.get(code)
  }

  assetById(id: number): Asset {
    const asset = this.#assets[id]
    if (!asset) throw new Error(`no asset ${id}`)
    return asset
  }

  /** False until the engine has told what is listed. */
  get isLoaded(): boolean {
    return this.version > 0
  }

  /** By name (`BTCUSDT`). */
  market(name: string): Market | undefined {
    return this.#byName.get(name)
  }

  marketById(id: number): Market {
    const market = this.#markets[id]
    if (!market) throw new Error(`no symbol ${id}`)
    return market
  }

  /** The listing as plain data. */
  listing(): Listing {
    return {
      assets: this.#assets,
      symbols: this.#markets.map((market) => market.definition),
      behaviours: this.#behaviours,
    }
  }
  #changed(): void {
    this.#format = undefined
    this.version++
  }
}
