import { OrderType, TimeInForce } from '@uptick/core'
import { PublicError } from '@uptick/protocol'
import { describe, expect, test } from 'vitest'
import { testCatalogue } from '../../testing/listing.ts'
import type { Services } from './services.ts'
import { type NewOrder, readNewOrder } from './new-order.ts'
import { Params } from '../params/params.ts'

const services = { catalogue: testCatalogue() } as Services

function read(text: string): NewOrder | string {
  const values = Object.fromEntries(text.split(' ').map((word) => word.split('=') as [string, string]))
  try {
    return readNewOrder(Params.of({ symbol: 'BTCUSDT', side: 'BUY', ...values }), services)
  } catch (error) {
    if (!(error instanceof PublicError)) throw error
    return `${error.code} ${error.msg}`
  }
}

const LIMIT = 'type=LIMIT timeInForce=GTC quantity=1 price=100'
const missing = (name: string): string =>
  `-1102 Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`
const notRequired = (name: string): string => `-1106 Parameter '${name}' sent when not required.`

test('numbers arrive in the symbol’s units', () => {
  expect(read('type=LIMIT timeInForce=IOC quantity=0.12345 price=65000.01 newClientOrderId=mine')).toMatchObject({
    type: OrderType.LIMIT,
    timeInForce: TimeInForce.IOC,
    quantity: 12_345,
    price: 6_500_001,
    clientId: 'mine',
    responseType: 'FULL',
  })
  expect(read('type=MARKET quoteOrderQty=10.5')).toMatchObject({ quoteQuantity: 1_050_000_000, quantity: 0 })
  expect(read('type=STOP_LOSS quantity=1 stopPrice=90')).toMatchObject({ stopPrice: 9000, responseType: 'ACK' })
})

test('an order without a client id gets one', () => {
  const ids = new Set(Array.from({ length: 1000 }, () => (read(LIMIT) as NewOrder).clientId))
  expect(ids.size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^[.A-Z:/a-z0-9_-]{22}$/)
})

test('a quote quantity may be as large as the answer to a larger one says', () => {
  expect(read('type=MARKET quoteOrderQty=90071992.54740991')).toMatchObject({ quoteQuantity: Number.MAX_SAFE_INTEGER })
})

describe('what each type needs', () => {
  test.each([
    ['type=LIMIT quantity=1 price=100', missing('timeInForce')],
    ['type=LIMIT timeInForce=GTC price=100', missing('quantity')],
    ['type=LIMIT timeInForce=GTC quantity=1', missing('price')],
    ['type=LIMIT_MAKER quantity=1', missing('price')],
    ['type=STOP_LOSS quantity=1', missing('stopPrice')],
    ['type=STOP_LOSS_LIMIT timeInForce=GTC quantity=1 stopPrice=90', missing('price')],
    ['type=TAKE_PROFIT_LIMIT quantity=1 price=1 stopPrice=90', missing('timeInForce')],
    ['type=MARKET', "-1102 Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"],
    ['type=MARKET quantity=1 quoteOrderQty=1', '-1128 Combination of optional parameters invalid.'],
    ['type=MARKET quantity=1 price=1', notRequired('price')],
    ['type=MARKET quantity=1 timeInForce=GTC', notRequired('timeInForce')],
    [`${LIMIT} stopPrice=90`, notRequired('stopPrice')],
    [`${LIMIT} quoteOrderQty=90`, notRequired('quoteOrderQty')],
    ['quantity=1', missing('type')],
  ])('%s: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})

describe('values', () => {
  test.each([
    [`${LIMIT} symbol=NOPE`, '-1121 Invalid symbol.'],
    [`${LIMIT} symbol=btcusdt`, '-1121 Invalid symbol.'],
    [`${LIMIT} side=buy`, '-1117 Invalid side.'],
    [`${LIMIT} side=`, missing('side')],
    [`${LIMIT} type=limit`, '-1116 Invalid orderType.'],
    [`${LIMIT} type=constructor`, '-1116 Invalid orderType.'],
    [`${LIMIT} timeInForce=GTX`, '-1115 Invalid timeInForce.'],
    [`${LIMIT} quantity=0`, '-1013 Invalid quantity.'],
    [`${LIMIT} price=0.00`, '-1013 Invalid price.'],
    [`${LIMIT} quantity=0.000001`, '-1013 Filter failure: LOT_SIZE'],
    [`${LIMIT} price=1.001`, '-1013 Filter failure: PRICE_FILTER'],
    [`${LIMIT} price=1.0000000001`, "-1111 Parameter 'price' has too much precision."],
    [`${LIMIT} quantity=99999999999999999999`, '-1013 Filter failure: LOT_SIZE'],
    [`${LIMIT} price=99999999999999999999`, '-1013 Filter failure: PRICE_FILTER'],
    ['type=STOP_LOSS quantity=1 stopPrice=99999999999999999999', '-1013 Filter failure: PRICE_FILTER'],
    ['type=MARKET quantity=99999999999999999999', '-1013 Filter failure: MARKET_LOT_SIZE'],
    [
      'type=MARKET quoteOrderQty=90071992.54740992',
      "-1108 Parameter 'quoteOrderQty' overflowed; the most is '90071992.54740991'.",
    ],
    ['type=MARKET quoteOrderQty=1.000000001', "-1111 Parameter 'quoteOrderQty' has too much precision."],
    [`${LIMIT} newClientOrderId=`, '-1118 New client order ID was empty.'],
    [`${LIMIT} strategyType=5`, '-1134 strategyType was less than 1000000.'],
    [`${LIMIT} icebergQty=0.1`, '-2010 Iceberg orders are not supported for this symbol.'],
    [`${LIMIT} newOrderRespType=LOUD`, "-1130 Data sent for parameter 'newOrderRespType' is not valid."],
    [
      `${LIMIT} selfTradePreventionMode=TRANSFER`,
      '-1013 This symbol does not allow the specified self-trade prevention mode.',
    ],
  ])('%s: %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  test.each(['-1', '1e5', '0x10', 'NaN', '1,000', '.', '١', '9'.repeat(21), '1.2.3', ' 1'])(
    'quantity %s has illegal characters',
    (quantity) => {
      expect(() =>
        readNewOrder(
          Params.of({ symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', price: '1', quantity }),
          services,
        ),
      ).toThrow(expect.objectContaining({ code: -1100 }))
    },
  )

  test.each(['a b', 'ü', 'x'.repeat(37), '<script>'])('client order id %s has illegal characters', (id) => {
    const values = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '1', newClientOrderId: id }
    expect(() => readNewOrder(Params.of(values), services)).toThrow(expect.objectContaining({ code: -1100 }))
  })

  test('zeros in parameters that a type does not use are accepted', () => {
    expect(read(`${LIMIT} icebergQty=0 trailingDelta=0 stopPrice=0`)).toMatchObject({ stopPrice: 0 })
    expect(read('type=LIMIT_MAKER quantity=1.00000000 price=100.00000000 timeInForce=GTC')).toMatchObject({
      quantity: 100_000,
    })
  })
})
