import { ExecutionType, ExpiryReason, OrderStatus, OrderType, SelfTradePrevention, TimeInForce } from '@uptick/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleCatalogue, sampleExecution, sampleOrder, sampleOutcome } from '../../testing/sample-listing.ts'
import { fullOrderText } from './order-text.ts'
import { newOrderResponse } from './order.ts'
import { CatalogueFormat } from './symbol-format.ts'

const formats = new CatalogueFormat(sampleCatalogue)
const units = fc.oneof(fc.constant(0), fc.maxSafeNat())
const amounts = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
/** Mostly absent, as in life. */
const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat())

const orders = fc
  .record({
    clientId: fc.string({ maxLength: 36 }),
    side: fc.constantFrom(0 as const, 1 as const),
    type: fc.constantFrom(...Object.values(OrderType)),
    timeInForce: fc.constantFrom(...Object.values(TimeInForce)),
    selfTradePrevention: fc.constantFrom(...Object.values(SelfTradePrevention)),
    status: fc.constantFrom(...Object.values(OrderStatus)),
    price: units,
    quantity: units,
    quoteQuantity: units,
    executed: units,
    cumulativeQuote: amounts,
    workingTime: units,
    createdTime: units,
    prevented: rarely,
    strategyId: rarely,
    strategyType: rarely,
  })
  .map((order) => sampleOrder(order))

const fills = fc.record({
  lastPrice: units,
  lastQuantity: units,
  fee: amounts,
  feeAsset: fc.constantFrom(0, 1),
  tradeId: units,
})

const expiries = fc.oneof(
  { weight: 3, arbitrary: fc.constant(ExpiryReason.NONE) },
  fc.constantFrom(...Object.values(ExpiryReason)),
)

test('the text of any placement is the JSON of its response', () => {
  fc.assert(
    fc.property(orders, fc.array(fills, { maxLength: 3 }), expiries, (order, rows, expiryReason) => {
      const outcome = sampleOutcome([
        sampleExecution({ order }),
        ...rows.map((row) => sampleExecution({ ...row, order, execution: ExecutionType.TRADE, expiryReason })),
      ])
      for (const unit of ['MILLISECOND', 'MICROSECOND'] as const) {
        expect(fullOrderText(outcome, formats, unit)).toBe(
          JSON.stringify(newOrderResponse(outcome, 'FULL', formats, unit)),
        )
      }
    }),
  )
})

test('asserts that the outcome placed an order', () => {
  expect(() => fullOrderText(sampleOutcome([]), formats, 'MILLISECOND')).toThrow('placed no order')
})
