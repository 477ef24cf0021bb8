import {
  type Catalogue,
  type Event,
  EventKind,
  type ExecutionEvent,
  ExecutionType,
  ExpiryReason,
  type OrderImage,
  OrderStatus,
  type Outcome,
  type SymbolFilters,
} from '@uptick/core'

const filters: SymbolFilters = {
  minPrice: 1,
  maxPrice: 100_000_000,
  tickSize: 1,
  minQuantity: 1,
  maxQuantity: 900_000_000,
  stepSize: 1,
  marketMinQuantity: 0,
  marketMaxQuantity: 10_000_000,
  marketStepSize: 0,
  minNotional: '500000000',
  maxNotional: '0',
  applyMinToMarket: true,
  applyMaxToMarket: false,
  bidMultiplierUp: 50_000,
  bidMultiplierDown: 2_000,
  askMultiplierUp: 50_000,
  askMultiplierDown: 2_000,
  averagePriceMinutes: 5,
  maxOrders: 200,
  maxAlgoOrders: 5,
  maxPosition: 0,
}

/** BTCUSDT with prices in cents and quantities in 0.00001 BTC. */
export const sampleCatalogue: Catalogue = {
  assets: [
    { id: 0, code: 'BTC', decimals: 8 },
    { id: 1, code: 'USDT', decimals: 8 },
  ],
  symbols: [
    {
      id: 0,
      name: 'BTCUSDT',
      base: 'BTC',
      quote: 'USDT',
      priceDecimals: 2,
      quantityDecimals: 5,
      filters,
      makerFee: 1_000,
      takerFee: 1_000,
      orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS_LIMIT'],
      selfTradePreventionModes: ['NONE', 'EXPIRE_TAKER'],
      defaultSelfTradePrevention: 'NONE',
      status: 'TRADING',
    },
  ],
  behaviours: [],
}

/** 2024-01-01T00:00:00.123456Z in µs. */
export const SAMPLE_TIME = 1_704_067_200_123_456

/** A LIMIT BUY of 0.5 BTC at 42,000.00 of account 7. */
export function sampleOrder(changes: Partial<OrderImage> = {}): OrderImage {
  return {
    orderId: 12,
    account: 7,
    symbol: 0,
    clientId: 'mine-1',
    side: 0,
    type: 1,
    timeInForce: 1,
    selfTradePrevention: 1,
    status: OrderStatus.NEW,
    price: 4_200_000,
    quantity: 50_000,
    quoteQuantity: 0,
    stopPrice: 0,
    executed: 0,
    cumulativeQuote: 0n,
    prevented: 0,
    strategyId: 0,
    strategyType: 0,
    createdTime: SAMPLE_TIME,
    updatedTime: SAMPLE_TIME,
    workingTime: SAMPLE_TIME,
    working: true,
    ...changes,
  }
}

export function sampleExecution(changes: Partial<ExecutionEvent> = {}): ExecutionEvent {
  return {
    kind: EventKind.EXECUTION,
    execution: ExecutionType.NEW,
    expiryReason: ExpiryReason.NONE,
    executionId: 31,
    order: sampleOrder(),
    lastPrice: 0,
    lastQuantity: 0,
    lastQuote: 0n,
    fee: 0n,
    feeAsset: 0,
    tradeId: -1,
    counterOrder: 0,
    maker: false,
    cancelId: '',
    ...changes,
  }
}

export function sampleOutcome(events: readonly Event[], changes: Partial<Outcome> = {}): Outcome {
  return {
    sequence: 5,
    time: SAMPLE_TIME,
    kind: 1,
    reject: 0,
    session: 1,
    number: 1,
    account: 7,
    repeated: false,
    originalSequence: 5,
    events,
    ...changes,
  }
}
