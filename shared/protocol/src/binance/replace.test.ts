import { EventKind, ExecutionType, OrderStatus, Reject, type ReplaceEvent } from '@uptick/core'
import { expect, test } from 'vitest'
import { sampleCatalogue, sampleExecution, sampleOrder, sampleOutcome } from '../../testing/sample-listing.ts'
import { amendResponse, cancelReplaceResponse } from './replace.ts'
import { CatalogueFormat } from './symbol-format.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const MS = 1_704_067_200_123

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

function replaced(cancel: ReplaceEvent['cancel'], place: ReplaceEvent['place'], attempted = true): ReplaceEvent {
  return { kind: EventKind.REPLACE, cancel, place, attempted }
}

test('cancelReplace: both halves, either half, none', () => {
  const done = sampleOutcome([cancelled, sampleExecution(), replaced(0, 0)])
  expect(cancelReplaceResponse(done, 'ACK', formats, 'MILLISECOND')).toEqual({
    body: {
      cancelResult: 'SUCCESS',
      newOrderResult: 'SUCCESS',
      cancelResponse: cancelBody,
      newOrderResponse: {
        symbol: 'BTCUSDT',
        orderId: 12,
        orderListId: -1,
        clientOrderId: 'mine-1',
        transactTime: MS,
      },
    },
  })
  const half = sampleOutcome([cancelled, replaced(0, Reject.INSUFFICIENT_BALANCE)], { reject: Reject.REPLACE_PARTIAL })
  expect(cancelReplaceResponse(half, 'ACK', formats, 'MILLISECOND')).toMatchObject({
    error: {
      code: -2021,
      status: 409,
      data: {
        cancelResult: 'SUCCESS',
        newOrderResult: 'FAILURE',
        newOrderResponse: { code: -2010, msg: 'Account has insufficient balance for requested action.' },
      },
    },
  })
  const stopped = sampleOutcome([replaced(Reject.UNKNOWN_ORDER, 0, false)], { reject: Reject.REPLACE_CANCEL_FAILED })
  expect(cancelReplaceResponse(stopped, 'ACK', formats, 'MILLISECOND')).toMatchObject({
    error: {
      code: -2022,
      status: 400,
      data: {
        cancelResult: 'FAILURE',
        newOrderResult: 'NOT_ATTEMPTED',
        cancelResponse: { code: -2011, msg: 'Unknown order sent.' },
        newOrderResponse: null,
      },
    },
  })
  const early = sampleOutcome([], { reject: Reject.FILTER_LOT_SIZE })
  expect(cancelReplaceResponse(early, 'ACK', formats, 'MILLISECOND')).toMatchObject({
    error: { code: -1013, data: undefined },
  })
})

test('an amend names the id that the order had and the one it has', () => {
  const event = sampleExecution({
    execution: ExecutionType.REPLACED,
    order: sampleOrder({ quantity: 40_000, clientId: 'mine-2' }),
    cancelId: 'mine-1',
  })
  expect(amendResponse(sampleOutcome([event]), formats, 'MILLISECOND')).toEqual({
    transactTime: MS,
    executionId: 31,
    amendedOrder: {
      symbol: 'BTCUSDT',
      orderId: 12,
      orderListId: -1,
      origClientOrderId: 'mine-1',
      clientOrderId: 'mine-2',
      price: '42000.00000000',
      qty: '0.40000000',
      executedQty: '0.00000000',
      preventedQty: '0.00000000',
      quoteOrderQty: '0.00000000',
      cumulativeQuoteQty: '0.00000000',
      status: 'NEW',
      timeInForce: 'GTC',
      type: 'LIMIT',
      side: 'BUY',
      workingTime: MS,
      selfTradePreventionMode: 'NONE',
    },
  })
})

test('an amend that then traded shows what it came to', () => {
  const amended = sampleExecution({ execution: ExecutionType.REPLACED, cancelId: 'mine-1' })
  const order = sampleOrder({ status: OrderStatus.FILLED, executed: 50_000 })
  const filled = sampleExecution({ execution: ExecutionType.TRADE, executionId: 32, order })
  expect(amendResponse(sampleOutcome([cancelled, amended, filled]), formats, 'MILLISECOND')).toMatchObject({
    executionId: 31,
    amendedOrder: { status: 'FILLED', executedQty: '0.50000000' },
  })
})
