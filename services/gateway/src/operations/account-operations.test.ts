import { expect, test } from 'vitest'
import { testCatalogue } from '../../testing/listing.ts'
import type { Services } from './services.ts'
import { allOrders, myTrades } from './account-operations.ts'
import type { OperationContext } from './operation.ts'
import { Params } from '../params/params.ts'

/** A caller whose last acknowledgement was at sequence 42, and a read model that records its queries. */
function asking(): { context: OperationContext; asked: unknown[] } {
  const asked: unknown[] = []
  const note =
    (name: string) =>
    (filter: unknown): Promise<unknown[]> => {
      asked.push([name, filter])
      return Promise.resolve([])
    }
  const readModel = { allOrders: note('orders'), myTrades: note('trades'), preventedMatches: note('matches') }
  const through = (sequence: number): Promise<unknown> => {
    asked.push(['through', sequence])
    return Promise.resolve(readModel)
  }
  const services = { catalogue: testCatalogue(), link: { sequence: 42 }, history: { through, readModel } }
  const context = { services: services as unknown as Services, account: 7, timeUnit: 'MILLISECOND' }
  return { context: context as unknown as OperationContext, asked }
}

const params = (more: Record<string, string> = {}): Params => Params.of({ symbol: 'BTCUSDT', ...more })

test.each([
  ['allOrders', allOrders, 'orders'],
  ['myTrades', myTrades, 'trades'],
])('%s waits until what its caller may have seen is recorded', async (_name, operation, list) => {
  const { context, asked } = asking()
  expect(await operation.run(context, params())).toEqual([])
  expect(asked.slice(0, 2)).toEqual([
    ['through', 42],
    [list, { account: 7, symbol: 0, limit: 500 }],
  ])
})

test('an end in whole milliseconds includes that millisecond, and a day is the most', async () => {
  const { context, asked } = asking()
  const [startTime, endTime] = [1_700_000_000_000, 1_700_086_400_000]
  await allOrders.run(context, params({ startTime: String(startTime), endTime: String(endTime) }))
  const [, filter] = asked[1] as [string, object]
  expect(filter).toMatchObject({ startTime: startTime * 1000, endTime: endTime * 1000 + 999 })
  const between = (end: number): unknown =>
    allOrders.run(context, params({ startTime: String(startTime), endTime: String(end) }))
  await expect(between(endTime + 1)).rejects.toMatchObject({ code: -1127 })
  await expect(between(startTime - 1)).rejects.toMatchObject({ code: -1130 })
})
