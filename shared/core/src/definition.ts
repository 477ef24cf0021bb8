/**
 * What the exchange lists. Definitions travel as canonical JSON in administrative commands and catalogue events,
 * because they are rare, and people read them in the journal.
 */

/** An asset. Amounts are integers in units of 10^-decimals. */
export interface AssetDefinition {
  readonly code: string
  /** 0 … 18; fixed for ever at listing. */
  readonly decimals: number
}

/** Filters of a symbol, in the symbol's own price and quantity units. `0` switches a bound off. */
export interface SymbolFilters {
  readonly minPrice: number
  readonly maxPrice: number
  readonly tickSize: number
  readonly minQuantity: number
  readonly maxQuantity: number
  readonly stepSize: number
  readonly marketMinQuantity: number
  readonly marketMaxQuantity: number
  readonly marketStepSize: number
  /** In units of the quote asset, as decimal integer text (64 bit). */
  readonly minNotional: string
  readonly maxNotional: string
  readonly applyMinToMarket: boolean
  readonly applyMaxToMarket: boolean
  /** Multipliers in 1/10,000 of the reference price. */
  readonly bidMultiplierUp: number
  readonly bidMultiplierDown: number
  readonly askMultiplierUp: number
  readonly askMultiplierDown: number
  /** Minutes of the reference average, 0 … 60; 0 uses the last price. */
  readonly averagePriceMinutes: number
  readonly maxOrders: number
  readonly maxAlgoOrders: number
  /** Base asset, in quantity units. */
  readonly maxPosition: number
}

/**
 * A market. One price unit is 10^-priceDecimals quote for one whole base; one quantity unit is 10^-quantityDecimals
 * base. `priceDecimals + quantityDecimals` is at most the quote asset's decimals, and `quantityDecimals` at most the
 * base asset's. So price × quantity is a whole number of quote units, and a trade never rounds.
 */
export interface SymbolDefinition {
  readonly name: string
  readonly base: string
  readonly quote: string
  readonly priceDecimals: number
  readonly quantityDecimals: number
  readonly filters: SymbolFilters
  /** Fee rates in millionths of the received amount. */
  readonly makerFee: number
  readonly takerFee: number
  /** Names of `OrderType` that are allowed. */
  readonly orderTypes: readonly string[]
  /** Names of `SelfTradePrevention` that are allowed, and the one used when an order names none. */
  readonly selfTradePreventionModes: readonly string[]
  readonly defaultSelfTradePrevention: string
  /** Name of `SymbolStatus`. */
  readonly status: string
}

/** An account's own fee rates, in millionths; `symbol` empty means every symbol. */
export interface FeeDefinition {
  readonly account: number
  readonly symbol: string
  readonly maker: number
  readonly taker: number
}

/** The present listing: ids are positions. */
export interface Catalogue {
  readonly assets: readonly (AssetDefinition & { readonly id: number })[]
  readonly symbols: readonly (SymbolDefinition & { readonly id: number })[]
  readonly behaviours: readonly number[]
}
