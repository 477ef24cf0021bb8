import type { SymbolFilters } from '@uptick/core'
import { formatShort } from '../decimal.ts'
import { publicSymbolStatus } from './enum-names.ts'
import { type SymbolFormat, timeIn, type TimeUnit } from './symbol-format.ts'

export interface RateLimitRow {
  readonly rateLimitType: 'REQUEST_WEIGHT' | 'ORDERS' | 'RAW_REQUESTS'
  readonly interval: 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY'
  readonly intervalNum: number
  readonly limit: number
}

/** The core's own bound on a notional: what a switched-off `maxNotional` comes down to. */
const NOTIONAL_MAX = 2n ** 62n
const MULTIPLIER_DECIMALS = 4

function priceFilter(format: SymbolFormat, filters: SymbolFilters) {
  return {
    filterType: 'PRICE_FILTER',
    minPrice: format.price(filters.minPrice),
    maxPrice: format.price(filters.maxPrice === 0 ? Number.MAX_SAFE_INTEGER : filters.maxPrice),
    // Clients take the precision from it, so a switched-off filter shows the one that numbers have anyway.
    tickSize: format.price(filters.tickSize === 0 ? 1 : filters.tickSize),
  }
}

function lotFilters(format: SymbolFormat, filters: SymbolFilters) {
  const maxQuantity = filters.maxQuantity === 0 ? Number.MAX_SAFE_INTEGER : filters.maxQuantity
  return [
    {
      filterType: 'LOT_SIZE',
      minQty: format.quantity(filters.minQuantity),
      maxQty: format.quantity(maxQuantity),
      stepSize: format.quantity(filters.stepSize === 0 ? 1 : filters.stepSize),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: format.quantity(filters.marketMinQuantity),
      maxQty: format.quantity(filters.marketMaxQuantity === 0 ? maxQuantity : filters.marketMaxQuantity),
      stepSize: format.quantity(filters.marketStepSize),
    },
  ]
}

function notionalFilter(format: SymbolFormat, filters: SymbolFilters) {
  const most = BigInt(filters.maxNotional)
  return {
    filterType: 'NOTIONAL',
    minNotional: format.quoteAmount(BigInt(filters.minNotional)),
    applyMinToMarket: filters.applyMinToMarket,
    maxNotional: format.quoteAmount(most === 0n ? NOTIONAL_MAX : most),
    applyMaxToMarket: filters.applyMaxToMarket,
    avgPriceMins: filters.averagePriceMinutes,
  }
}

function percentPriceFilter(filters: SymbolFilters) {
  const { bidMultiplierUp, bidMultiplierDown, askMultiplierUp, askMultiplierDown } = filters
  if (bidMultiplierUp + bidMultiplierDown + askMultiplierUp + askMultiplierDown === 0) return []
  return [
    {
      filterType: 'PERCENT_PRICE_BY_SIDE',
      bidMultiplierUp: formatShort(bidMultiplierUp, MULTIPLIER_DECIMALS),
      bidMultiplierDown: formatShort(bidMultiplierDown, MULTIPLIER_DECIMALS),
      askMultiplierUp: formatShort(askMultiplierUp, MULTIPLIER_DECIMALS),
      askMultiplierDown: formatShort(askMultiplierDown, MULTIPLIER_DECIMALS),
      avgPriceMins: filters.averagePriceMinutes,
    },
  ]
}

function countFilters(format: SymbolFormat, filters: SymbolFilters) {
  const rows: object[] = []
  if (filters.maxPosition !== 0) {
    rows.push({ filterType: 'MAX_POSITION', maxPosition: format.quantity(filters.maxPosition) })
  }
  if (filters.maxOrders !== 0) rows.push({ filterType: 'MAX_NUM_ORDERS', maxNumOrders: filters.maxOrders })
  if (filters.maxAlgoOrders !== 0) {
    rows.push({ filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: filters.maxAlgoOrders })
  }
  return rows
}

/** The filters of a symbol. PRICE_FILTER, LOT_SIZE, MARKET_LOT_SIZE and NOTIONAL always (clients need them). */
export function filterRows(format: SymbolFormat): object[] {
  const { filters } = format.definition
  return [
    priceFilter(format, filters),
    ...lotFilters(format, filters),
    ...percentPriceFilter(filters),
    notionalFilter(format, filters),
    ...countFilters(format, filters),
  ]
}

/** One symbol of `exchangeInfo`. */
export function symbolInfo(format: SymbolFormat, showPermissionSets = true) {
  const { definition } = format
  return {
    symbol: format.name,
    status: publicSymbolStatus(definition.status),
    baseAsset: format.base,
    baseAssetPrecision: format.baseDecimals,
    quoteAsset: format.quote,
    quotePrecision: format.quoteDecimals,
    quoteAssetPrecision: format.quoteDecimals,
    baseCommissionPrecision: format.baseDecimals,
    quoteCommissionPrecision: format.quoteDecimals,
    orderTypes: [...definition.orderTypes],
    icebergAllowed: false,
    ocoAllowed: false,
    otoAllowed: false,
    opoAllowed: false,
    quoteOrderQtyMarketAllowed: definition.orderTypes.includes('MARKET'),
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filterRows(format),
    permissions: [],
    ...(showPermissionSets && { permissionSets: [['SPOT']] }),
    defaultSelfTradePreventionMode: definition.defaultSelfTradePrevention,
    allowedSelfTradePreventionModes: [...definition.selfTradePreventionModes],
  }
}

/** `exchangeInfo`; `serverTime` in µs. */
export function exchangeInfo(
  serverTime: number,
  symbols: readonly SymbolFormat[],
  rateLimits: readonly RateLimitRow[],
  unit: TimeUnit,
  showPermissionSets = true,
) {
  return {
    timezone: 'UTC',
    serverTime: timeIn(serverTime, unit),
    rateLimits,
    exchangeFilters: [],
    symbols: symbols.map((format) => symbolInfo(format, showPermissionSets)),
  }
}
