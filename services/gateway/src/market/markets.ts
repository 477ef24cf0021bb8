import type { MarketData } from './market-data.ts'
import { ShardMarkets, type ShardMarketsOptions } from './shard-markets.ts'
import type { SymbolMarket } from './symbol-market.ts'

/** The markets of all shards by name. */
export class Markets implements MarketData {
  /** Each follows the feed of its shard. */
  readonly shards: readonly ShardMarkets[]
  #byName = new Map<string, SymbolMarket>()
  #byStreamName = new Map<string, SymbolMarket>()
  readonly #reloads: ((market: SymbolMarket) => void)[] = []

  constructor(shards: readonly ShardMarketsOptions[]) {
    const told = {
      listed: () => this.#index(),
      reloaded: (market: SymbolMarket) => this.#reloads.forEach((listener) => listener(market)),
    }
    this.shards = shards.map((options) => new ShardMarkets(options, told))
  }

  get ready(): boolean {
    return this.shards.every((shard) => shard.ready)
  }

  /** No symbol is listed, or the catalogue has not come yet. */
  get isEmpty(): boolean {
    return this.#byName.size === 0
  }

  /** Last outcome that the markets have seen. */
  get sequence(): number {
    return Math.max(0, ...this.shards.map((shard) => shard.sequence))
  }

  symbols(): Iterable<SymbolMarket> {
    return this.#byName.values()
  }

  symbol(name: string): SymbolMarket | undefined {
    return this.#byName.get(name)
  }

  /** By the lower-case name that streams use. */
  byStreamName(name: string): SymbolMarket | undefined {
    return this.#byStreamName.get(name)
  }

  /** Level changes of a book were missed, and it is loaded again: its followers must start again too. */
  onReload(listener: (market: SymbolMarket) => void): void {
    this.#reloads.push(listener)
  }

  close(): void {
    for (const shard of this.shards) shard.close()
  }

  #index(): void {
    this.#byName = new Map()
    this.#byStreamName = new Map()
    for (const shard of this.shards) {
      for (const market of shard.markets()) {
        this.#byName.set(market.name, market)
        this.#byStreamName.set(market.streamName, market)
      }
    }
  }
}
