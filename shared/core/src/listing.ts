import { AMOUNT_MAX, RATE_UNIT } from './amount.ts'
import type { AssetDefinition, FeeDefinition, SymbolDefinition, SymbolFilters } from './definition.ts'
import { OrderType, SelfTradePrevention, SymbolStatus } from './enums.ts'

/** Bounds on the assets, symbols, accounts, and own fee rates of accounts that one shard may list. */
export const ASSETS_MAX = 4_096
export const SYMBOLS_MAX = 4_096
export const ACCOUNTS_MAX = 2_097_152
export const OWN_FEES_MAX = 1_048_576
const DECIMALS_MAX = 18
const AVERAGE_MINUTES_MAX = 60
const MULTIPLIER_MAX = 1_000_000_000
const LABEL_LENGTH_MAX = 256

const CODE = /^[A-Z0-9][A-Z0-9._-]{0,19}$/
const NAME = /^[A-Z0-9][A-Z0-9._-]{0,39}$/
const DIGITS = /^[0-9]{1,19}$/

type Fields = Readonly<Record<string, unknown>>

/** The object that a JSON text holds, or undefined. */
function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNatural(value: unknown, max: number = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max
}

function isAmountText(value: unknown): value is string {
  return typeof value === 'string' && DIGITS.test(value) && BigInt(value) <= AMOUNT_MAX
}

function areNames(value: unknown, known: object): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => isName(name, known))
}

function isName(value: unknown, known: object): value is string {
  return typeof value === 'string' && Object.hasOwn(known, value)
}

/** Parse an asset; undefined when the text is not a valid definition. */
export function parseAsset(text: string): AssetDefinition | undefined {
  const f = fieldsOf(text)
  if (!f || typeof f['code'] !== 'string' || !CODE.test(f['code'])) return undefined
  if (!isNatural(f['decimals'], DECIMALS_MAX)) return undefined
  return { code: f['code'], decimals: f['decimals'] }
}

const QUANTITIES = [
  'minPrice',
  'maxPrice',
  'tickSize',
  'minQuantity',
  'maxQuantity',
  'stepSize',
  'marketMinQuantity',
  'marketMaxQuantity',
  'marketStepSize',
  'maxOrders',
  'maxAlgoOrders',
  'maxPosition',
] as const
const MULTIPLIERS = ['bidMultiplierUp', 'bidMultiplierDown', 'askMultiplierUp', 'askMultiplierDown'] as const

/** Parse filters; undefined when the text is not valid. */
export function parseFilters(text: string): SymbolFilters | undefined {
  const f = fieldsOf(text)
  return f && filtersOf(f)
}

function filtersOf(f: Fields): SymbolFilters | undefined {
  if (!QUANTITIES.every((name) => isNatural(f[name]))) return undefined
  if (!MULTIPLIERS.every((name) => isNatural(f[name], MULTIPLIER_MAX))) return undefined
  if (!isAmountText(f['minNotional']) || !isAmountText(f['maxNotional'])) return undefined
  if (typeof f['applyMinToMarket'] !== 'boolean' || typeof f['applyMaxToMarket'] !== 'boolean') return undefined
  if (!isNatural(f['averagePriceMinutes'], AVERAGE_MINUTES_MAX)) return undefined
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all its fields were looked at
  const g = f as unknown as SymbolFilters
  return {
    minPrice: g.minPrice,
    maxPrice: g.maxPrice,
    tickSize: g.tickSize,
    minQuantity: g.minQuantity,
    maxQuantity: g.maxQuantity,
    stepSize: g.stepSize,
    marketMinQuantity: g.marketMinQuantity,
    marketMaxQuantity: g.marketMaxQuantity,
    marketStepSize: g.marketStepSize,
    minNotional: g.minNotional,
    maxNotional: g.maxNotional,
    applyMinToMarket: g.applyMinToMarket,
    applyMaxToMarket: g.applyMaxToMarket,
    bidMultiplierUp: g.bidMultiplierUp,
    bidMultiplierDown: g.bidMultiplierDown,
    askMultiplierUp: g.askMultiplierUp,
    askMultiplierDown: g.askMultiplierDown,
    averagePriceMinutes: g.averagePriceMinutes,
    maxOrders: g.maxOrders,
    maxAlgoOrders: g.maxAlgoOrders,
    maxPosition: g.maxPosition,
  }
}

/**
 * Parse a symbol; undefined when the text is not valid in itself. The caller checks that its assets exist and have
 * enough decimals.
 */
export function parseSymbol(text: string): SymbolDefinition | undefined {
  const f = fieldsOf(text)
  if (!f || !isFields(f['filters'])) return undefined
  const filters = filtersOf(f['filters'])
  if (!filters) return undefined
  if (typeof f['name'] !== 'string' || !NAME.test(f['name'])) return undefined
  if (typeof f['base'] !== 'string' || typeof f['quote'] !== 'string' || f['base'] === f['quote']) return undefined
  if (!isNatural(f['priceDecimals'], DECIMALS_MAX) || !isNatural(f['quantityDecimals'], DECIMALS_MAX)) return undefined
  if (!isNatural(f['makerFee'], RATE_UNIT) || !isNatural(f['takerFee'], RATE_UNIT)) return undefined
  const modes = f['selfTradePreventionModes']
  const mode = f['defaultSelfTradePrevention']
  if (!areNames(f['orderTypes'], OrderType) || !areNames(modes, SelfTradePrevention)) return undefined
  if (!isName(mode, SelfTradePrevention) || !modes.includes(mode)) return undefined
  if (!isName(f['status'], SymbolStatus)) return undefined
  return {
    name: f['name'],
    base: f['base'],
    quote: f['quote'],
    priceDecimals: f['priceDecimals'],
    quantityDecimals: f['quantityDecimals'],
    filters,
    makerFee: f['makerFee'],
    takerFee: f['takerFee'],
    orderTypes: [...f['orderTypes']],
    selfTradePreventionModes: [...modes],
    defaultSelfTradePrevention: mode,
    status: f['status'],
  }
}

/** Parse an account's own fee rates; undefined when the text is not valid. */
export function parseFees(text: string): FeeDefinition | undefined {
  const f = fieldsOf(text)
  if (!f || !isNatural(f['account']) || typeof f['symbol'] !== 'string') return undefined
  if (!isNatural(f['maker'], RATE_UNIT) || !isNatural(f['taker'], RATE_UNIT)) return undefined
  return { account: f['account'], symbol: f['symbol'], maker: f['maker'], taker: f['taker'] }
}

/** True for a label that an account may have: up to 256 characters. */
export function isLabel(text: string): boolean {
  return text.length <= LABEL_LENGTH_MAX
}

/** JSON in ASCII: keys as they lie in the object, no white space, everything else escaped. */
export function canonicalJson(value: object): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
