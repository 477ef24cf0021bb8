import { expect, test } from 'vitest'
import { Acknowledgements } from '../reconcile/acknowledgements.ts'
import { Orders } from './orders.ts'

const market = { symbol: 'BTCUSDT', priceDecimals: 2, quantityDecimals: 5 }
const trader = { account: 7, key: { apiKey: 'k', secret: 's' } }
const unknown = { status: 504, body: '{"code":-1007}' }

/** An order of unknown outcome, and its trader's next query. */
function doubted(): { told: Acknowledgements; orders: Orders; clientId: string } {
  const told = new Acknowledgements()
  const orders = new Orders({ market, traders: [trader], told, seed: 1 })
  expect(orders.next(0).settle(unknown)).toBe(false)
  const [clientId = ''] = [...told.all()].map(({ order }) => order.clientId)
  expect(told.get(clientId)?.fate).toEqual({ kind: 'unknown' })
  return { told, orders, clientId }
}

test('an order of unknown outcome is queried; the answer that it does not exist counts as a refusal', () => {
  const { told, orders, clientId } = doubted()
  const question = orders.next(0)
  expect(question.text).toContain(`GET /api/v3/order?symbol=BTCUSDT&origClientOrderId=${clientId}&`)
  expect(question.settle({ status: 400, body: '{"code":-2013}' })).toBe(true)
  expect(told.get(clientId)?.fate).toEqual({ kind: 'refused', code: -2013 })
})

test('the answer that it exists counts as its acknowledgement', () => {
  const { told, orders, clientId } = doubted()
  expect(orders.next(0).settle({ status: 200, body: '{"orderId":12}' })).toBe(true)
  expect(told.get(clientId)?.fate).toEqual({ kind: 'acknowledged', orderId: 12 })
})

test('without an answer it is queried again', () => {
  const { told, orders, clientId } = doubted()
  for (const reply of [undefined, unknown]) expect(orders.next(0).settle(reply)).toBe(false)
  expect(orders.next(0).text).toContain(`origClientOrderId=${clientId}&`)
  expect(told.get(clientId)?.fate).toEqual({ kind: 'unknown' })
})
