/** What a new exchange lists, and who trades on it from the start. Amounts and prices are decimal text. */

export const assets = [
  { code: 'BTC', decimals: 8 },
  { code: 'ETH', decimals: 8 },
  { code: 'USDT', decimals: 8 },
] as const

/** `priceDecimals + quantityDecimals` is at most the quote asset's decimals, so that no trade rounds. */
export const markets = [
  {
    base: 'BTC',
    quote: 'USDT',
    priceDecimals: 2,
    quantityDecimals: 5,
    filters: { minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01', maxQuantity: '9000', minNotional: '5' },
    startPrice: 60_000,
  },
  {
    base: 'ETH',
    quote: 'USDT',
    priceDecimals: 2,
    quantityDecimals: 4,
    filters: { minPrice: '0.01', maxPrice: '1000000', tickSize: '0.01', maxQuantity: '9000', minNotional: '5' },
    startPrice: 3_000,
  },
  {
    base: 'ETH',
    quote: 'BTC',
    priceDecimals: 5,
    quantityDecimals: 3,
    filters: { minPrice: '0.00001', maxPrice: '1000', tickSize: '0.00001', maxQuantity: '9000', minNotional: '0.0001' },
    startPrice: 0.05,
  },
] as const

export type Market = (typeof markets)[number]

export interface DemoTrader {
  readonly label: string
  readonly funds: Readonly<Record<string, string>>
  readonly ed25519: boolean
}

export const demoTraders: readonly DemoTrader[] = [
  { label: 'alice', funds: { BTC: '10', ETH: '100', USDT: '1000000' }, ed25519: true },
  { label: 'bob', funds: { BTC: '10', ETH: '100', USDT: '1000000' }, ed25519: false },
]

/** The bot rests its quotes with one account and takes with the other: no account trades with itself. */
export const botTraders: readonly DemoTrader[] = [
  { label: 'bot-maker', funds: { BTC: '1000', ETH: '20000', USDT: '100000000' }, ed25519: false },
  { label: 'bot-taker', funds: { BTC: '1000', ETH: '20000', USDT: '100000000' }, ed25519: false },
]
