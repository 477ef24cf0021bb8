import { OrderType, Reject, TimeInForce, rejectName } from '@uptick/core'
import { expect, test } from 'vitest'
import { PublicError, PublicErrors, publicError } from './errors.ts'
import { publicErrorOf } from './reject-error.ts'

test.each([
  ['INSUFFICIENT_BALANCE', 'place', 400, -2010, 'Account has insufficient balance for requested action.'],
  ['DUPLICATE_CLIENT_ORDER_ID', 'place', 400, -2010, 'Duplicate order sent.'],
  ['WOULD_MATCH', 'place', 400, -2010, 'Order would immediately match and take.'],
  ['WOULD_TRIGGER', 'place', 400, -2010, 'Order would trigger immediately.'],
  ['MARKET_CLOSED', 'place', 400, -1013, 'Market is closed.'],
  ['FILTER_LOT_SIZE', 'place', 400, -1013, 'Filter failure: LOT_SIZE'],
  ['FILTER_PRICE', 'place', 400, -1013, 'Filter failure: PRICE_FILTER'],
  ['UNKNOWN_SYMBOL', 'place', 400, -1121, 'Invalid symbol.'],
  ['UNKNOWN_ORDER', 'cancel', 400, -2011, 'Unknown order sent.'],
  ['UNKNOWN_ORDER', 'query', 400, -2013, 'Order does not exist.'],
  ['UNKNOWN_ORDER', 'amend', 400, -2038, 'Unknown order sent.'],
  ['NOTHING_OPEN', 'cancel', 400, -2011, 'Unknown order sent.'],
  ['ORDER_ID_MISMATCH', 'query', 400, -2039, 'Client order ID is not correct for this order ID.'],
  ['ORDER_ID_MISMATCH', 'cancel', 400, -2011, 'Cancel order is invalid. Check origClOrdId and orderId.'],
  ['CANCEL_RESTRICTED', 'cancel', 400, -2011, 'Order was not canceled due to cancel restrictions.'],
  [
    'AMEND_BELOW_EXECUTED',
    'amend',
    400,
    -2038,
    'Order amend (quantity not above the executed quantity) is not supported.',
  ],
  ['BOOK_EMPTY', 'place', 400, -2010, 'Order book liquidity is less than symbol minimum quantity.'],
  [
    'LIQUIDITY_BELOW_MARKET_LOT',
    'place',
    400,
    -2010,
    'Order book liquidity is less than `MARKET_LOT_SIZE` filter minimum quantity.',
  ],
  ['AMEND_QUANTITY', 'amend', 400, -2038, 'Order amend (quantity increase) is not supported.'],
  ['REPLACE_PARTIAL', 'place', 409, -2021, 'Order cancel-replace partially failed.'],
  ['REPLACE_CANCEL_FAILED', 'place', 400, -2022, 'Order cancel-replace failed.'],
  ['REPLY_FORGOTTEN', 'place', 500, -1006, PublicErrors.UNEXPECTED_RESPONSE.text],
] as const)('%s of a %s is %i %i', (name, action, status, code, msg) => {
  expect(publicErrorOf(Reject[name], { action })).toMatchObject({ status, code, msg })
})

test('every rejection has a text of its own kind, none falls through to "unknown"', () => {
  for (const reject of Object.values(Reject)) {
    if (reject === Reject.NONE) continue
    const error = publicErrorOf(reject, { action: 'place' })
    expect({ name: rejectName(reject), unknown: error.code === -1000 }).toMatchObject({ unknown: false })
    expect(error.msg).not.toContain('%s')
  }
  expect(() => publicErrorOf(Reject.NONE, { action: 'place' })).toThrow('not a rejection')
})

test('a type that the symbol does not trade is named', () => {
  const market = publicErrorOf(Reject.ORDER_TYPE_NOT_ALLOWED, { action: 'place', orderType: OrderType.MARKET })
  expect(market.toJSON()).toEqual({ code: -2010, msg: 'Market orders are not supported for this symbol.' })
})

test('in the phase POST_ONLY an order hears why it cannot be posted', () => {
  const told = (orderType: OrderType, timeInForce: TimeInForce): unknown =>
    publicErrorOf(Reject.SYMBOL_POST_ONLY, { action: 'place', orderType, timeInForce }).toJSON()
  const wouldMatch = 'Order would immediately match and take.'
  expect(told(OrderType.LIMIT, TimeInForce.GTC)).toEqual({ code: -2010, msg: wouldMatch })
  // Whether anything rests on the other side or not.
  const mustRest = 'Only orders that rest are accepted in this phase of the market: timeInForce must be GTC.'
  expect(told(OrderType.LIMIT, TimeInForce.IOC)).toEqual({ code: -2010, msg: mustRest })
  expect(told(OrderType.LIMIT, TimeInForce.FOK)).toEqual({ code: -2010, msg: mustRest })
  expect(told(OrderType.MARKET, TimeInForce.GTC)).toEqual({
    code: -2010,
    msg: 'Market orders are not supported for this symbol.',
  })
  expect(publicErrorOf(Reject.SYMBOL_POST_ONLY, { action: 'amend' }).toJSON()).toEqual({ code: -2038, msg: wouldMatch })
})

test('arguments fill a template in order, also when they hold a %s or a $&', () => {
  expect(publicError(PublicErrors.ILLEGAL_CHARACTERS, 'a%s$&', '[0-9]').msg).toBe(
    "Illegal characters found in parameter 'a%s$&'; legal range is '[0-9]'.",
  )
  const limited = new PublicError(-1003, 'slow down', 429, { retryAfter: 7, data: { serverTime: 1 } })
  expect(limited.retryAfter).toBe(7)
  expect(JSON.stringify(limited)).toBe('{"code":-1003,"msg":"slow down","data":{"serverTime":1}}')
})

test('an unknown outcome is never a 4xx', () => {
  for (const entry of [PublicErrors.TIMEOUT, PublicErrors.UNEXPECTED_RESPONSE, PublicErrors.DISCONNECTED]) {
    expect(entry.status).toBeGreaterThanOrEqual(500)
  }
})
