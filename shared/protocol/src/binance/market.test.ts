import { expect, test } from 'vitest'
import { sampleCatalogue, SAMPLE_TIME } from '../../testing/sample-listing.ts'
import { accountResponse, accountTradeRow } from './account.ts'
import {
  aggregateRow,
  candleRow,
  dayTicker,
  depthResponse,
  miniTicker,
  priceChangePercent,
  tradeRow,
} from './market.ts'
import { CatalogueFormat } from './symbol-format.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const btc = formats.symbol(0)
const MS = 1_704_067_200_123

test('depth, trades, aggregates and candles', () => {
  expect(depthResponse({ updateId: 9, bids: [[4_200_000, 1]], asks: [] }, btc)).toEqual({
    lastUpdateId: 9,
    bids: [['42000.00000000', '0.00001000']],
    asks: [],
  })
  const trade = { tradeId: 3, price: 100, quantity: 7, quote: 700_000n, time: SAMPLE_TIME, buyerIsMaker: true }
  expect(tradeRow(trade, btc, 'MILLISECOND')).toEqual({
    id: 3,
    price: '1.00000000',
    qty: '0.00007000',
    quoteQty: '0.00700000',
    time: MS,
    isBuyerMaker: true,
    isBestMatch: true,
  })
  const aggregate = { ...trade, aggregateId: 3, firstTradeId: 3, lastTradeId: 5 }
  expect(aggregateRow(aggregate, btc, 'MICROSECOND')).toEqual({
    a: 3,
    p: '1.00000000',
    q: '0.00007000',
    f: 3,
    l: 5,
    T: SAMPLE_TIME,
    m: true,
    M: true,
  })
  const candle = {
    openTime: 1_704_067_200_000_000,
    endTime: 1_704_067_260_000_000,
    open: 100,
    high: 120,
    low: 90,
    close: 110,
    volume: 2n ** 60n,
    quoteVolume: '700000',
    takerBuyVolume: 0n,
    takerBuyQuoteVolume: 0n,
    count: 4,
  }
  expect(candleRow(candle, btc, 'MILLISECOND')).toEqual([
    1_704_067_200_000,
    '1.00000000',
    '1.20000000',
    '0.90000000',
    '1.10000000',
    '11529215046068.46976000',
    1_704_067_259_999,
    '0.00700000',
    4,
    '0.00000000',
    '0.00000000',
    '0',
  ])
  expect(candleRow(candle, btc, 'MICROSECOND')[6]).toBe(1_704_067_259_999_999)
})

const ticker = {
  openTime: SAMPLE_TIME,
  closeTime: SAMPLE_TIME,
  openPrice: 300,
  highPrice: 400,
  lowPrice: 100,
  lastPrice: 200,
  lastQuantity: 5,
  previousClosePrice: 290,
  volume: 9n,
  quoteVolume: 1_000n,
  firstTradeId: 1,
  lastTradeId: 2,
  count: 2,
  weightedAveragePrice: 250,
  bidPrice: 199,
  bidQuantity: 1,
  askPrice: 0,
  askQuantity: 0,
}

test('the day ticker, full and mini', () => {
  expect(dayTicker(ticker, btc, 'MILLISECOND')).toEqual({
    symbol: 'BTCUSDT',
    priceChange: '-1.00000000',
    priceChangePercent: '-33.333',
    weightedAvgPrice: '2.50000000',
    prevClosePrice: '2.90000000',
    lastPrice: '2.00000000',
    lastQty: '0.00005000',
    bidPrice: '1.99000000',
    bidQty: '0.00001000',
    askPrice: '0.00000000',
    askQty: '0.00000000',
    openPrice: '3.00000000',
    highPrice: '4.00000000',
    lowPrice: '1.00000000',
    volume: '0.00009000',
    quoteVolume: '0.00001000',
    openTime: MS,
    closeTime: MS,
    firstId: 1,
    lastId: 2,
    count: 2,
  })
  expect(Object.keys(miniTicker(ticker, btc, 'MILLISECOND'))).toEqual(
    'symbol openPrice highPrice lowPrice lastPrice volume quoteVolume openTime closeTime firstId lastId count'.split(
      ' ',
    ),
  )
})

test.each([
  [300, 200, '-33.333'],
  [200, 300, '50.000'],
  [0, 0, '0.000'],
  [1_000_000, 999_999, '0.000'],
  [1_000, 1_000, '0.000'],
  [200_000, 200_001, '0.001'],
])('from %i to %i is %s per cent', (openPrice, lastPrice, text) => {
  expect(priceChangePercent({ ...ticker, openPrice, lastPrice })).toBe(text)
})

test('the account and its trades', () => {
  const account = {
    account: 7,
    status: 1,
    makerFee: 1_000,
    takerFee: 1_500,
    updateTime: SAMPLE_TIME,
    balances: [
      { asset: 0, free: 5n, locked: '7' },
      { asset: 1, free: '0', locked: 0n },
    ],
  } as const
  expect(accountResponse(account, formats, 'MILLISECOND')).toEqual({
    makerCommission: 10,
    takerCommission: 15,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00150000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: MS,
    accountType: 'SPOT',
    balances: [
      { asset: 'BTC', free: '0.00000005', locked: '0.00000007' },
      { asset: 'USDT', free: '0.00000000', locked: '0.00000000' },
    ],
    permissions: ['SPOT'],
    uid: 7,
  })
  expect(accountResponse(account, formats, 'MILLISECOND', true).balances).toHaveLength(1)
  const trade = {
    symbol: 0,
    tradeId: 3,
    orderId: 12,
    price: 100,
    quantity: 7,
    quote: 700_000n,
    fee: 7n,
    feeAsset: 0,
    time: SAMPLE_TIME,
    buyer: true,
    maker: false,
  }
  expect(accountTradeRow(trade, formats, 'MILLISECOND')).toEqual({
    symbol: 'BTCUSDT',
    id: 3,
    orderId: 12,
    orderListId: -1,
    price: '1.00000000',
    qty: '0.00007000',
    quoteQty: '0.00700000',
    commission: '0.00000007',
    commissionAsset: 'BTC',
    time: MS,
    isBuyer: true,
    isMaker: false,
    isBestMatch: true,
  })
})
