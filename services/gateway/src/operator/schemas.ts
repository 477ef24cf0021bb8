import { Type } from 'typebox'

/** Bodies of the operator API. Amounts, prices and rates are decimal text: a JSON number would round them. */

const decimal = (description: string): ReturnType<typeof Type.String> =>
  Type.String({ pattern: '^[0-9]{1,20}(\\.[0-9]{1,20})?$', description })

/** Text that is stored and shown on terminals: no controls, line separators, direction marks or lone surrogates. */
export const PRINTABLE = '^[^\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]*$'

const printable = (options: {
  minLength?: number
  maxLength: number
  description?: string
}): ReturnType<typeof Type.String> => Type.String({ ...options, pattern: PRINTABLE })

const strict = { additionalProperties: false } as const

export const AssetBody = Type.Object(
  {
    code: Type.String({ pattern: '^[A-Z0-9]{1,20}$' }),
    decimals: Type.Integer({ minimum: 0, maximum: 18 }),
  },
  strict,
)

/** More open orders than one account needs in any market. */
const ORDERS_MAX = 1_000_000
const orderCount = Type.Integer({ minimum: 0, maximum: ORDERS_MAX })

/** Filters as an operator writes them. A filter that is left out keeps its value, or its default at listing. */
const filterProperties = {
  minPrice: Type.Optional(decimal('price')),
  maxPrice: Type.Optional(decimal('price')),
  tickSize: Type.Optional(decimal('price')),
  minQuantity: Type.Optional(decimal('quantity')),
  maxQuantity: Type.Optional(decimal('quantity')),
  stepSize: Type.Optional(decimal('quantity')),
  marketMinQuantity: Type.Optional(decimal('quantity')),
  marketMaxQuantity: Type.Optional(decimal('quantity')),
  marketStepSize: Type.Optional(decimal('quantity')),
  minNotional: Type.Optional(decimal('quote amount')),
  maxNotional: Type.Optional(decimal('quote amount')),
  applyMinToMarket: Type.Optional(Type.Boolean()),
  applyMaxToMarket: Type.Optional(Type.Boolean()),
  bidMultiplierUp: Type.Optional(decimal('times the reference price')),
  bidMultiplierDown: Type.Optional(decimal('times the reference price')),
  askMultiplierUp: Type.Optional(decimal('times the reference price')),
  askMultiplierDown: Type.Optional(decimal('times the reference price')),
  averagePriceMinutes: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 })),
  maxOrders: Type.Optional(orderCount),
  maxAlgoOrders: Type.Optional(orderCount),
  maxPosition: Type.Optional(decimal('quantity')),
}

export const FiltersBody = Type.Object(filterProperties, { ...strict, minProperties: 1 })

const statusName = Type.Enum(['TRADING', 'HALT', 'BREAK', 'CANCEL_ONLY', 'POST_ONLY'])

export const SymbolBody = Type.Object(
  {
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 40, description: 'base and quote joined when left out' }),
    ),
    base: Type.String(),
    quote: Type.String(),
    priceDecimals: Type.Integer({ minimum: 0, maximum: 18 }),
    quantityDecimals: Type.Integer({ minimum: 0, maximum: 18 }),
    makerFee: Type.Optional(decimal('rate of the received amount, 0.001 is 0.1 %')),
    takerFee: Type.Optional(decimal('rate of the received amount')),
    orderTypes: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    selfTradePreventionModes: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    defaultSelfTradePrevention: Type.Optional(Type.String()),
    status: Type.Optional(statusName),
    filters: Type.Optional(Type.Object(filterProperties, strict)),
  },
  strict,
)

export const SymbolStatusBody = Type.Object({ status: statusName }, strict)

export const PhaseBody = Type.Object(
  {
    status: statusName,
    symbols: Type.Optional(Type.Array(Type.String(), { description: 'all when left out' })),
  },
  strict,
)

export const AccountBody = Type.Object({ label: printable({ minLength: 1, maxLength: 100 }) }, strict)

export const FlagsQuery = Type.Object(
  { account: Type.Optional(Type.Integer({ minimum: 1, description: 'evaluate the flags for this account' })) },
  strict,
)

export const AccountsQuery = Type.Object(
  {
    label: Type.Optional(Type.String({ maxLength: 256, description: 'part of a label; all when left out' })),
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,10}$', description: 'accounts with a higher number' })),
  },
  strict,
)

export const AccountStatusBody = Type.Object({ status: Type.Enum(['ACTIVE', 'CANCEL_ONLY', 'FROZEN']) }, strict)

export const FeesBody = Type.Object(
  {
    symbol: Type.Optional(Type.String({ description: 'every symbol when left out' })),
    maker: decimal('rate of the received amount'),
    taker: decimal('rate of the received amount'),
  },
  strict,
)

export const FundsBody = Type.Object(
  {
    asset: Type.String(),
    amount: decimal('amount'),
    reference: Type.Optional(
      printable({ minLength: 1, maxLength: 100, description: 'sent again, the first result is returned' }),
    ),
  },
  strict,
)

export const ImportOrderBody = Type.Object(
  {
    symbol: Type.String(),
    side: Type.Enum(['BUY', 'SELL']),
    type: Type.Optional(Type.Enum(['LIMIT', 'LIMIT_MAKER'])),
    price: decimal('price'),
    quantity: decimal('quantity'),
    executedQuantity: Type.Optional(decimal('quantity')),
    originalTime: Type.Integer({ minimum: 0, description: 'ms or µs; orders within a price keep this order' }),
    foreignId: Type.Optional(printable({ maxLength: 100 })),
    clientOrderId: Type.Optional(Type.String({ pattern: '^[.A-Z:/a-z0-9_-]{1,36}$' })),
  },
  strict,
)

export const KeyBody = Type.Object(
  {
    label: Type.Optional(printable({ maxLength: 100 })),
    type: Type.Optional(Type.Enum(['HMAC', 'ED25519', 'RSA'])),
    publicKey: Type.Optional(Type.String({ maxLength: 10_000, description: 'PEM, for ED25519 and RSA' })),
    canTrade: Type.Optional(Type.Boolean()),
    canRead: Type.Optional(Type.Boolean()),
    unlimited: Type.Optional(Type.Boolean({ description: 'no limits of requests and orders: for your own tools' })),
    addresses: Type.Optional(
      Type.Array(Type.String({ maxLength: 49, description: 'IPv4, IPv6, or a range of either: 192.0.2.0/24' }), {
        maxItems: 100,
      }),
    ),
    apiKey: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{8,128}$', description: 'generated when left out' })),
    secret: Type.Optional(Type.String({ minLength: 16, maxLength: 128, description: 'HMAC: generated when left out' })),
  },
  strict,
)

export const BehaviourParams = Type.Object({ behaviour: Type.String({ pattern: '^[1-9][0-9]{0,8}$' }) })

export const BehaviourBody = Type.Object(
  {
    behaviour: Type.Integer({ minimum: 1 }),
    at: Type.Optional(Type.String({ format: 'date-time', description: 'activate it then; at once when left out' })),
  },
  strict,
)

/** Who decided, and why. */
const decision = {
  reason: printable({ minLength: 1, maxLength: 1000 }),
  operator: printable({ minLength: 1, maxLength: 100 }),
}

export const ReleaseBody = Type.Object(decision, strict)

export const SkipBody = Type.Object({ sequence: Type.Integer({ minimum: 1 }), ...decision }, strict)
