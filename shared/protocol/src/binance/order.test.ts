import {
  EventKind,
  ExecutionType,
  ExpiryReason,
  OrderStatus,
  OrderType,
  type PreventedEvent,
  SelfTradePrevention,
} from '@uptick/core'
import { expect, test } from 'vitest'
import {
  sampleCatalogue,
  sampleExecution,
  sampleOrder,
  sampleOutcome,
  SAMPLE_TIME,
} from '../../testing/sample-listing.ts'
import { cancelResponses, defaultResponseType, newOrderResponse, orderQueryResponse } from './order.ts'
import { CatalogueFormat } from './symbol-format.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const MS = 1_704_067_200_123

const filled = sampleOrder({ status: OrderStatus.FILLED, executed: 50_000, cumulativeQuote: 2_100_000_000_000n })
const placed = sampleOutcome([
  sampleExecution(),
  sampleExecution({
    execution: ExecutionType.TRADE,
    order: sampleOrder({ orderId: 4, account: 9, side: 1 }),
    maker: true,
    tradeId: 88,
  }),
  sampleExecution({
    execution: ExecutionType.TRADE,
    order: filled,
    lastPrice: 4_200_000,
    lastQuantity: 50_000,
    lastQuote: 2_100_000_000_000n,
    fee: 50_000n,
    feeAsset: 0,
    tradeId: 88,
  }),
])

test('a placement in the three lengths of response', () => {
  const acknowledgement = {
    symbol: 'BTCUSDT',
    orderId: 12,
    orderListId: -1,
    clientOrderId: 'mine-1',
    transactTime: MS,
  }
  expect(newOrderResponse(placed, 'ACK', formats, 'MILLISECOND')).toEqual(acknowledgement)
  const result = {
    ...acknowledgement,
    price: '42000.00000000',
    origQty: '0.50000000',
    executedQty: '0.50000000',
    origQuoteOrderQty: '0.00000000',
    cummulativeQuoteQty: '21000.00000000',
    status: 'FILLED',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    workingTime: MS,
    selfTradePreventionMode: 'NONE',
  }
  const rendered = newOrderResponse(placed, 'RESULT', formats, 'MILLISECOND')
  expect(rendered).toEqual(result)
  expect(Object.keys(rendered)).toEqual(Object.keys(result))
  expect(newOrderResponse(placed, 'FULL', formats, 'MICROSECOND')).toEqual({
    ...result,
    transactTime: SAMPLE_TIME,
    workingTime: SAMPLE_TIME,
    fills: [
      { price: '42000.00000000', qty: '0.50000000', commission: '0.00050000', commissionAsset: 'BTC', tradeId: 88 },
    ],
  })
})

test('a stop order that waits, and an IOC order that expired', () => {
  const stop = sampleOrder({ type: OrderType.STOP_LOSS_LIMIT, stopPrice: 4_300_000, workingTime: 0, working: false })
  expect(
    newOrderResponse(sampleOutcome([sampleExecution({ order: stop })]), 'RESULT', formats, 'MILLISECOND'),
  ).toMatchObject({ type: 'STOP_LOSS_LIMIT', stopPrice: '43000.00000000', workingTime: -1, status: 'NEW' })
  const expired = sampleExecution({
    execution: ExecutionType.EXPIRED,
    expiryReason: ExpiryReason.UNFILLED_IOC_QUANTITY,
    order: sampleOrder({ timeInForce: 2, status: OrderStatus.EXPIRED }),
  })
  expect(newOrderResponse(sampleOutcome([sampleExecution(), expired]), 'FULL', formats, 'MILLISECOND')).toMatchObject({
    status: 'EXPIRED',
    timeInForce: 'IOC',
    expiryReason: 'UNFILLED_IOC_QUANTITY_EXPIRED',
    fills: [],
  })
})

test('a prevented match is told to the taker', () => {
  const prevented: PreventedEvent = {
    kind: EventKind.PREVENTED,
    symbol: 0,
    preventedId: 3,
    mode: SelfTradePrevention.EXPIRE_TAKER,
    makerOrder: 4,
    takerOrder: 12,
    price: 4_200_000,
    makerQuantity: 0,
    takerQuantity: 50_000,
  }
  const ended = sampleExecution({
    execution: ExecutionType.EXPIRED,
    order: sampleOrder({ status: OrderStatus.EXPIRED_IN_MATCH, selfTradePrevention: 2 }),
  })
  expect(
    newOrderResponse(sampleOutcome([sampleExecution(), prevented, ended]), 'FULL', formats, 'MILLISECOND'),
  ).toMatchObject({
    status: 'EXPIRED_IN_MATCH',
    selfTradePreventionMode: 'EXPIRE_TAKER',
    preventedMatches: [
      { preventedMatchId: 3, makerOrderId: 4, price: '42000.00000000', takerPreventedQuantity: '0.50000000' },
    ],
  })
})

test('an outcome that placed nothing has no response', () => {
  expect(() => newOrderResponse(sampleOutcome([]), 'ACK', formats, 'MILLISECOND')).toThrow('placed no order')
})

const cancelled = sampleExecution({
  execution: ExecutionType.CANCELED,
  order: sampleOrder({ orderId: 11, clientId: 'old-1', status: OrderStatus.CANCELED }),
  cancelId: 'cancel-1',
})

const cancelBody = {
  symbol: 'BTCUSDT',
  origClientOrderId: 'old-1',
  orderId: 11,
  orderListId: -1,
  clientOrderId: 'cancel-1',
  transactTime: MS,
  price: '42000.00000000',
  origQty: '0.50000000',
  executedQty: '0.00000000',
  origQuoteOrderQty: '0.00000000',
  cummulativeQuoteQty: '0.00000000',
  status: 'CANCELED',
  timeInForce: 'GTC',
  type: 'LIMIT',
  side: 'BUY',
  selfTradePreventionMode: 'NONE',
}

test('a cancel carries both ids', () => {
  expect(cancelResponses(sampleOutcome([cancelled]), formats, 'MILLISECOND')).toEqual([cancelBody])
})

test('a query always shows stopPrice and icebergQty, and takes an amount that came as JSON', () => {
  const order = { ...filled, cumulativeQuote: '2100000000000', strategyId: 5, strategyType: 1_000_000 }
  expect(orderQueryResponse(order, formats, 'MILLISECOND')).toEqual({
    symbol: 'BTCUSDT',
    orderId: 12,
    orderListId: -1,
    clientOrderId: 'mine-1',
    price: '42000.00000000',
    origQty: '0.50000000',
    executedQty: '0.50000000',
    cummulativeQuoteQty: '21000.00000000',
    status: 'FILLED',
    timeInForce: 'GTC',
    type: 'LIMIT',
    side: 'BUY',
    stopPrice: '0.00000000',
    icebergQty: '0.00000000',
    time: MS,
    updateTime: MS,
    isWorking: true,
    workingTime: MS,
    origQuoteOrderQty: '0.00000000',
    selfTradePreventionMode: 'NONE',
    strategyId: 5,
    strategyType: 1_000_000,
  })
})

test('FULL is the default of LIMIT and MARKET only', () => {
  expect(Object.values(OrderType).filter((type) => defaultResponseType(type) === 'FULL')).toEqual([1, 2])
})
