import { Registry } from '@uptick/runtime'
import { expect, test } from 'vitest'
import { operationObserver } from './metrics.ts'

test('failures of an operation are counted from its first request on, so that a rate sees the first failure', async () => {
  const registry = new Registry()
  const observe = operationObserver(registry)
  observe('order.place', 200, 0.001)
  const text = await registry.getSingleMetricAsString('gateway_requests_total')
  const counts = new Map([...text.matchAll(/status="(\d+)"\} (\d+)/g)].map(([, status, count]) => [status, count]))
  expect(counts).toEqual(
    new Map([
      ['500', '0'],
      ['503', '0'],
      ['504', '0'],
      ['200', '1'],
    ]),
  )
})
