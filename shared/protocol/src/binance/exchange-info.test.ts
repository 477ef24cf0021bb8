import { assert, expect, test } from 'vitest'
import { sampleCatalogue, SAMPLE_TIME } from '../../testing/sample-listing.ts'
import { exchangeInfo } from './exchange-info.ts'
import { CatalogueFormat } from './symbol-format.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const MS = 1_704_067_200_123

test('exchangeInfo has every field that clients read', () => {
  const limit = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 } as const
  expect(exchangeInfo(SAMPLE_TIME, formats.symbols, [limit], 'MILLISECOND')).toEqual({
    timezone: 'UTC',
    serverTime: MS,
    rateLimits: [limit],
    exchangeFilters: [],
    symbols: [
      {
        symbol: 'BTCUSDT',
        status: 'TRADING',
        baseAsset: 'BTC',
        baseAssetPrecision: 8,
        quoteAsset: 'USDT',
        quotePrecision: 8,
        quoteAssetPrecision: 8,
        baseCommissionPrecision: 8,
        quoteCommissionPrecision: 8,
        orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS_LIMIT'],
        icebergAllowed: false,
        ocoAllowed: false,
        otoAllowed: false,
        opoAllowed: false,
        quoteOrderQtyMarketAllowed: true,
        allowTrailingStop: false,
        cancelReplaceAllowed: true,
        amendAllowed: true,
        pegInstructionsAllowed: false,
        isSpotTradingAllowed: true,
        isMarginTradingAllowed: false,
        filters: [
          {
            filterType: 'PRICE_FILTER',
            minPrice: '0.01000000',
            maxPrice: '1000000.00000000',
            tickSize: '0.01000000',
          },
          { filterType: 'LOT_SIZE', minQty: '0.00001000', maxQty: '9000.00000000', stepSize: '0.00001000' },
          { filterType: 'MARKET_LOT_SIZE', minQty: '0.00000000', maxQty: '100.00000000', stepSize: '0.00000000' },
          {
            filterType: 'PERCENT_PRICE_BY_SIDE',
            bidMultiplierUp: '5',
            bidMultiplierDown: '0.2',
            askMultiplierUp: '5',
            askMultiplierDown: '0.2',
            avgPriceMins: 5,
          },
          {
            filterType: 'NOTIONAL',
            minNotional: '5.00000000',
            applyMinToMarket: true,
            maxNotional: '46116860184.27387904',
            applyMaxToMarket: false,
            avgPriceMins: 5,
          },
          { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
          { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
        ],
        permissions: [],
        permissionSets: [['SPOT']],
        defaultSelfTradePreventionMode: 'NONE',
        allowedSelfTradePreventionModes: ['NONE', 'EXPIRE_TAKER'],
      },
    ],
  })
})

test('a post-only market shows as TRADING, and switched-off filters as what numbers can be anyway', () => {
  const [symbol] = sampleCatalogue.symbols
  assert(symbol)
  const off = { tickSize: 0, stepSize: 0, maxPrice: 0, maxQuantity: 0, bidMultiplierUp: 0 }
  const filters = { ...symbol.filters, ...off, maxPosition: 700_000 }
  const loose = new CatalogueFormat({ ...sampleCatalogue, symbols: [{ ...symbol, filters, status: 'POST_ONLY' }] })
  const [info] = exchangeInfo(0, loose.symbols, [], 'MILLISECOND').symbols
  assert(info)
  expect(info.status).toBe('TRADING')
  expect(info.filters).toContainEqual(expect.objectContaining({ tickSize: '0.01000000' }))
  expect(info.filters).toContainEqual(expect.objectContaining({ maxPrice: '90071992547409.91000000' }))
  const lots = { filterType: 'LOT_SIZE', maxQty: '90071992547.40991000', stepSize: '0.00001000' }
  expect(info.filters).toContainEqual(expect.objectContaining(lots))
  expect(info.filters).toContainEqual({ filterType: 'MAX_POSITION', maxPosition: '7.00000000' })
})
